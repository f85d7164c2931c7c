"""`cdp sync`: bring what is in an integration's account now, in this process."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar

from commands.context import context
from commands.database import database
from commands.processing import progress_bar
from commands.report import print_run
from connectors.vtex import Vtex
from kit.config import Settings, load
from kit.secrets import vault_of
from resolvers import integrations
from resolvers.processing.process import process
from resolvers.processing.record import read_run
from resolvers.processing.request import Request
from resolvers.requests import as_of_standing
from resolvers.syncing.scoring import changed_at, processed
from resolvers.syncing.sync import Notify, Outcome, Place, Progress, sync

Integration = Annotated[
    int, typer.Option("--integration", help="The integration's number", min=1, max=2**63 - 1)
]
Full = Annotated[bool, typer.Option("--full", help="Fetch all there is, not just what is new")]
NoProcess = Annotated[bool, typer.Option("--no-process", help="Do not score the tenant afterwards")]
Json = Annotated[bool, typer.Option("--json", help="Print what came of it as JSON")]


def command(
    integration: Integration, full: Full = False, no_process: NoProcess = False, json: Json = False
) -> None:
    """Fetch an integration's orders: what is new, or all; then score the tenant if its data changed.

    All is fetched where that never came to its end. Ctrl-C breaks off; the next one goes on where it was.
    """
    settings = load()
    with database(settings) as place:
        with _bar(quiet=json) as notify:
            tenant, as_of, outcome = asyncio.run(
                _sync(place.app_url, settings, integration, full=full, notify=notify)
            )
        typer.echo(_as_json(outcome) if json else _told(outcome))
        if not outcome.changed or no_process:
            return
        seen = changed_at(place.app_url, tenant, integration)
        with progress_bar(quiet=json) as tell:
            scored = process(place.app_url, tenant, Request.of(None, as_of, force=True), notify=tell)
        processed(place.app_url, tenant, integration, seen)
        if not json:
            print_run(read_run(place.app_url, tenant, scored.run_id), scored)


async def _sync(
    url: str, settings: Settings, integration: int, *, full: bool, notify: Notify
) -> tuple[int, str, Outcome]:
    """The tenant, as of when it is to be scored, and what the sync came to."""
    async with context(url, settings) as ctx:
        tenant = await integrations.tenant_of(ctx, integration)
        as_of = await as_of_standing(ctx, tenant)
    per_minute, peers = settings.vtex_requests_per_minute, settings.peers
    vtex = Vtex(settings.vtex_base_url, per_minute=per_minute, peers=peers)
    await vtex.open()
    try:
        place = Place(url, vtex, vault_of(settings))
        return tenant, as_of, await sync(place, tenant, integration, full=full, notify=notify)
    finally:
        await vtex.close()


@contextmanager
def _bar(*, quiet: bool) -> Iterator[Notify]:
    """What shows on the terminal how far a sync is, its rate and the time left."""
    console = Console(stderr=True)
    columns = (
        TextColumn("orders"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}"),
        TimeRemainingColumn(),
    )
    with Bar(*columns, console=console, disable=quiet or not console.is_terminal, transient=True) as bar:
        task = bar.add_task("orders", total=None, rate="")

        def notify(progress: Progress) -> None:
            rate = "" if progress.per_second is None else f"{progress.per_second:,.0f}/s"
            bar.update(task, completed=progress.done, total=progress.total, rate=rate)

        yield notify


def _told(outcome: Outcome) -> str:
    what = "all orders" if outcome.kind == "full" else "new and changed orders"
    skipped = f", {outcome.skipped:,} of which could not be read" if outcome.skipped else ""
    changed = "" if outcome.changed else " Nothing changed."
    unreadable = (
        f" Orders that could not be read so far: {outcome.unreadable:,}; they are tried again."
        if outcome.unreadable
        else ""
    )
    return f"Fetched {what}: {outcome.orders:,}{skipped}.{changed}{unreadable}"


def _as_json(outcome: Outcome) -> str:
    return orjson.dumps(outcome._asdict(), option=orjson.OPT_INDENT_2).decode()
