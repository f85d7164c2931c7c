"""The log of moves between segments: pages of it, and its end, by positions that only ever grow.

A position is when a run's scores came to stand, and the customer within the run. Runs of a tenant hold its
lock from before they begin until they are committed, and each ends later than the one before by its record.
So what is committed later also stands later, whatever the runs' numbers, and nothing comes to be before a
position that was read.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import func, select

from kit.db import TENANT, load, prepare
from kit.db.scope import MOST
from kit.page import INSTANT, INTEGER, Cursors, Page, Window
from models import TABLES
from resolvers.context import READ, Ctx

_RUNS = TABLES["score_run"]
_PAGE = load(Path(__file__).parent.parent / "models" / "sql" / "segment_changes.sql")
_END = prepare(
    select(func.max(_RUNS.c.finished_at)).where(_RUNS.c.tenant_id == TENANT, _RUNS.c.status == "succeeded")
)

CURSORS = Cursors("segment_change", (INSTANT, INTEGER), (False, False))


class Position(NamedTuple):
    """A place in the log: after the moves of this customer in the run that came to stand then."""

    stood_at: datetime
    customer_id: int

    @property
    def cursor(self) -> str:
        return CURSORS.write(self)


START = Position(datetime(1970, 1, 1, tzinfo=UTC), 0)
"""Before all moves."""


class SegmentChangeRow(NamedTuple):
    run_id: int
    customer_id: int
    from_segment: str | None
    to_segment: str | None
    changed_at: datetime
    stood_at: datetime

    @property
    def position(self) -> Position:
        return Position(self.stood_at, self.customer_id)


async def after(
    ctx: Ctx, tenant: int, position: Position, size: int, segments: list[str] | None = None
) -> list[SegmentChangeRow]:
    """The next moves after a position, from or to any of the segments, oldest first."""
    ctx.allow(tenant, READ)
    return await ctx.reader.fetch(
        _PAGE,
        SegmentChangeRow,
        tenant=tenant,
        stood_at=position.stood_at,
        customer=position.customer_id,
        size=size,
        segments=segments,
    )


async def end(ctx: Ctx, tenant: int) -> Position:
    """After all moves so far."""
    ctx.allow(tenant, READ)
    stood_at = (await ctx.reader.fetch(_END, _same, tenant=tenant))[0]
    return START if stood_at is None else Position(stood_at, MOST)


def _same(value: datetime | None) -> datetime | None:
    return value


def position_of(cursor: str, field: str = "after") -> Position:
    """The position of a cursor. Raises InvalidInputError for what is none of this log's."""
    return Position(*CURSORS.read(cursor, field))


async def page(
    ctx: Ctx, tenant: int, *, first: int | None, after_cursor: str | None, segments: list[str] | None
) -> Page[SegmentChangeRow]:
    """A page of the log, oldest first. Raises InvalidInputError for a size or cursor that is not accepted."""
    window = Window.of(CURSORS, first=first, after=after_cursor, last=None, before=None)
    position = START if window.key is None else Position(*window.key)
    rows = await after(ctx, tenant, position, window.size + 1, segments)
    return window.page(CURSORS, rows, [row.position for row in rows], None)
