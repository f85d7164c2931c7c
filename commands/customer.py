"""`cdp customer`: all that is held on a customer, written to a file; and a customer erased."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from pathlib import Path
from typing import Annotated, BinaryIO

import typer

from commands.context import context
from commands.database import database
from commands.exporting import Output, sink
from commands.options import Tenant
from kit.config import Settings, load
from kit.errors import InvalidInputError
from resolvers.privacy.document import export
from resolvers.privacy.erase import Erasure, erase
from resolvers.writes.people import CustomerReference

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Tell what is held on a customer, or erase them.",
)

Number = Annotated[int | None, typer.Option("--id", help="The customer's number", min=1, max=2**63 - 1)]
ExternalId = Annotated[str | None, typer.Option("--external-id", help="The shop's own id of the customer")]
Email = Annotated[str | None, typer.Option("--email", help="The customer's e-mail, if nobody else has it")]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask whether that is meant")]


@app.callback()
def _customer() -> None:
    """Tell what is held on a customer, or erase them."""


@app.command("export", help="All that is held on a customer, as one JSON file.")
def export_customer(
    tenant: Tenant,
    number: Number = None,
    external_id: ExternalId = None,
    email: Email = None,
    output: Output = "-",
) -> None:
    """Write all that is held on a customer to a file or to standard output."""
    customer, settings = _named(number, external_id, email), load()
    with database(settings) as place, sink(None if output == "-" else Path(output)) as opened:
        asyncio.run(_write(place.app_url, settings, tenant, customer, opened))


@app.command("erase", help="Erase a customer: who they are goes, what they bought stays without them.")
def erase_customer(
    tenant: Tenant,
    number: Number = None,
    external_id: ExternalId = None,
    email: Email = None,
    yes: Yes = False,
) -> None:
    """Erase a customer, for good."""
    customer, settings = _named(number, external_id, email), load()
    if not yes:
        typer.confirm("This cannot be undone. Erase the customer?", abort=True, err=True)
    with database(settings) as place:
        done = asyncio.run(_erase(place.app_url, settings, tenant, customer))
    typer.echo(
        "The customer is erased." if done.anew else "The customer was erased before; nothing was done."
    )


async def _write(
    url: str, settings: Settings, tenant: int, customer: CustomerReference, opened: BinaryIO
) -> None:
    async with context(url, settings) as ctx:
        found: AsyncGenerator[bytes, None] = (await export(ctx, tenant, customer)).content
        async with aclosing(found) as content:
            async for piece in content:
                opened.write(piece)


async def _erase(url: str, settings: Settings, tenant: int, customer: CustomerReference) -> Erasure:
    async with context(url, settings) as ctx:
        return await erase(ctx, tenant, customer)


def _named(number: int | None, external_id: str | None, email: str | None) -> CustomerReference:
    if sum(each is not None for each in (number, external_id, email)) != 1:
        raise InvalidInputError("customer", "Name the customer by one of --id, --external-id and --email.")
    return CustomerReference(number, external_id, email)
