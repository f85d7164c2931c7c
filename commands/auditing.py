"""`cdp audit`: the log of changes."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import orjson
import typer
from rich.console import Console
from rich.table import Table

from commands.context import context
from commands.database import database
from kit.config import Settings, load
from kit.errors import InvalidInputError
from kit.page import Page
from resolvers.audit.entries import AuditFilter, AuditRow, page, page_of_none

Tenant = Annotated[
    int | None,
    typer.Option(
        "--tenant", help="The tenant's number; without it, what is of no one tenant", min=1, max=2**63 - 1
    ),
]
Actor = Annotated[str | None, typer.Option("--actor", help="Of one actor, such as key:k3v9x0a2m7qd")]
Action = Annotated[str | None, typer.Option("--action", help="Of one action, such as integrationUpdate")]
ObjectId = Annotated[str | None, typer.Option("--object", help="About the objects of one number or name")]
Since = Annotated[str | None, typer.Option("--since", help="From an instant or day on, UTC: 2026-01-31")]
Until = Annotated[str | None, typer.Option("--until", help="Before an instant or day, UTC")]
Limit = Annotated[int, typer.Option("--limit", help="So many entries at most", min=1, max=1000)]
After = Annotated[
    str | None, typer.Option("--after", help="The cursor that the entries follow, as --json tells")
]
Json = Annotated[bool, typer.Option("--json", help="An entry a line as JSON, with everything that is kept")]


def command(
    tenant: Tenant = None,
    actor: Actor = None,
    action: Action = None,
    object_id: ObjectId = None,
    since: Since = None,
    until: Until = None,
    limit: Limit = 50,
    after: After = None,
    json: Json = False,
) -> None:
    """Show who changed what, when and from where, newest first."""
    wanted = AuditFilter(actor, action, object_id, _instant("since", since), _instant("until", until))
    settings = load()
    with database(settings) as place:
        found = asyncio.run(_read(place.app_url, settings, tenant, wanted, limit, after))
    if json:
        for cursor, row in zip(found.cursors, found.rows, strict=True):
            typer.echo(orjson.dumps({**row._asdict(), "cursor": cursor}).decode())
    else:
        _print(found)


async def _read(
    url: str, settings: Settings, tenant: int | None, wanted: AuditFilter, limit: int, after: str | None
) -> Page[AuditRow]:
    async with context(url, settings) as ctx:
        if tenant is None:
            return await page_of_none(ctx, wanted, first=limit, after=after)
        return await page(ctx, tenant, wanted, first=limit, after=after)


def _instant(name: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        told = f"'{text[:60]}' is no instant; one such as 2026-01-31 or 2026-01-31T12:00:00Z is accepted."
        raise InvalidInputError(name, told) from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _print(found: Page[AuditRow]) -> None:
    table = Table("When", "Who", "From", "Did", "To", "What changed")
    for row in found.rows:
        origin = row.face if row.address is None else f"{row.face} {row.address}"
        told = " ".join(each for each in (row.object_type, row.object_id) if each)
        table.add_row(
            f"{row.occurred_at:%Y-%m-%d %H:%M:%S}", row.actor, origin, row.action, told, _change(row)
        )
    console = Console()
    console.print(table)
    if found.has_next:
        console.print("There are more; --limit and --since tell which.")


def _change(row: AuditRow) -> str:
    if row.counts is not None:
        return ", ".join(f"{name} {count}" for name, count in row.counts.items())
    before, after = row.before or {}, row.after or {}
    names = {**before, **after}
    return "; ".join(f"{name}: {_side(before, name)} -> {_side(after, name)}" for name in names)


def _side(values: dict[str, object], name: str) -> str:
    return orjson.dumps(values[name]).decode()[:80] if name in values else "nothing"
