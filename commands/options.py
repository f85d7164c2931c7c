"""Options that several commands share."""

from typing import Annotated

import typer

Tenant = Annotated[int, typer.Option("--tenant", help="The tenant's number", min=1, max=2**63 - 1)]
Segment = Annotated[int, typer.Option("--segment", help="The segment's number", min=1, max=2**63 - 1)]
