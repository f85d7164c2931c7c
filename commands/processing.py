"""`cdp process`: score a tenant now, in this process."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn

from commands.database import database
from commands.options import Tenant
from commands.report import print_run, run_as_json
from kit.config import load
from resolvers.processing.process import process
from resolvers.processing.record import read_run
from resolvers.processing.request import Request

AsOf = Annotated[
    str, typer.Option("--as-of", help="now, latest (the day after the last order) or a day: 2011-12-10")
]
Analyses = Annotated[str, typer.Option("--analyses", help="Any of rfm, clv and churn, with commas")]
Force = Annotated[bool, typer.Option("--force", help="Compute anew even if the scores are fresh")]
Json = Annotated[bool, typer.Option("--json", help="Print the run as JSON")]
NoWait = Annotated[bool, typer.Option("--no-wait", help="Fail if another run of the tenant is going on")]


def command(
    tenant: Tenant,
    as_of: AsOf = "now",
    analyses: Analyses = "rfm,clv,churn",
    force: Force = False,
    json: Json = False,
    no_wait: NoWait = False,
) -> None:
    """Score a tenant: RFM, lifetime value and churn, from its orders to its scores."""
    request = Request.of([each for each in analyses.split(",") if each.strip()], as_of, force=force)
    settings = load()
    with database(settings) as place:
        with progress_bar(quiet=json) as tell:
            outcome = process(
                place.app_url,
                tenant,
                request,
                wait=not no_wait,
                stale_after_hours=settings.stale_after_hours,
                notify=tell,
            )
        run = read_run(place.app_url, tenant, outcome.run_id)
        if json:
            typer.echo(run_as_json(run, outcome))
        else:
            print_run(run, outcome)


@contextmanager
def progress_bar(*, quiet: bool = False) -> Iterator[Callable[[str, float], None]]:
    """What tells a bar on the terminal the step of a run and the share done."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description:28}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
    )
    disable = quiet or not console.is_terminal
    with Progress(*columns, console=console, disable=disable, transient=True) as bar:
        task = bar.add_task("starting", total=1.0)
        yield lambda step, share: bar.update(task, description=step, completed=share)
