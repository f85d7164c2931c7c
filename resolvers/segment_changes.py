"""The log of moves between segments: pages of it, and its end, by positions that only ever grow.

A position is when a run's scores came to stand, and the customer within the run. Runs of a tenant hold its
lock from before they begin until they are committed, and each ends later than the one before by its record.
So what is committed later also stands later, whatever the runs' numbers, and nothing comes to be before a
position that was read.
"""

from datetime import UTC, datetime
from typing import Any, NamedTuple, Unpack

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Integer,
    Text,
    any_,
    bindparam,
    case,
    func,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY

from kit.db import TENANT, Statement, prepare
from kit.db.scope import MOST
from kit.page import INSTANT, INTEGER, Asked, Cursors, Page, Window
from models import TABLES
from resolvers.context import READ, Ctx

_RUNS, _CHANGES = TABLES["score_run"], TABLES["segment_change"]
_STOOD = select(_RUNS.c.id, _RUNS.c.finished_at).where(
    _RUNS.c.tenant_id == TENANT, _RUNS.c.status == "succeeded"
)
_END = prepare(_STOOD.with_only_columns(func.max(_RUNS.c.finished_at)))

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
_FINISH = Position(datetime(9999, 12, 31, tzinfo=UTC), MOST)
"""After all moves, whenever they come."""


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
    values = _bounds(position, _FINISH) | {"size": size, "segments": segments}
    return await ctx.reader.fetch(_NEXT, SegmentChangeRow, tenant=tenant, **values)


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
    ctx: Ctx, tenant: int, *, segments: list[str] | None, **asked: Unpack[Asked]
) -> Page[SegmentChangeRow]:
    """A page of the log, oldest first, of the moves from or to any of the segments.

    Raises InvalidInputError for a size or cursor that is not accepted, TimedOutError where the database
    would take too long.
    """
    ctx.allow(tenant, READ)
    with_total = asked.pop("with_total", False)
    given = {name: asked.get(name) for name in ("first", "after", "last", "before")}
    window = Window.of(CURSORS, **given)  # type: ignore[arg-type]
    low, high = (window.stop, window.key) if window.backwards else (window.key, window.stop)
    bounds = _bounds(START if low is None else Position(*low), _FINISH if high is None else Position(*high))
    within, chosen = ctx.query_timeout_seconds, {"segments": segments}
    statement = _PREVIOUS if window.backwards else _NEXT
    rows = await ctx.reader.fetch(
        statement, SegmentChangeRow, tenant=tenant, within=within, size=window.size + 1, **bounds, **chosen
    )
    total = None
    if with_total:
        total = (await ctx.reader.fetch(_COUNT, int, tenant=tenant, within=within, **chosen))[0]
    return window.page(CURSORS, rows, [row.position for row in rows], total)


def _bounds(low: Position, high: Position) -> dict[str, Any]:
    lower = {"low_at": low.stood_at, "low": low.customer_id}
    return lower | {"high_at": high.stood_at, "high": high.customer_id}


def _chosen() -> ColumnElement[bool]:
    """Whether a move is from or to one of the segments; true of all where none are named."""
    named = bindparam("segments", type_=ARRAY(Text))
    return or_(named.is_(None), _CHANGES.c.from_segment == any_(named), _CHANGES.c.to_segment == any_(named))


def _page(*, backwards: bool) -> Statement:
    """So many moves between two positions, run by run, so that no plan sorts more than a page of each."""
    moment, number = DateTime(timezone=True), BigInteger()
    low_at, high_at = bindparam("low_at", type_=moment), bindparam("high_at", type_=moment)
    low, high = bindparam("low", type_=number), bindparam("high", type_=number)
    size = bindparam("size", type_=Integer)

    def sorted_by(column: ColumnElement[Any]) -> ColumnElement[Any]:
        return column.desc() if backwards else column.asc()

    stood = _STOOD.where(_RUNS.c.finished_at >= low_at, _RUNS.c.finished_at <= high_at)
    run = stood.order_by(sorted_by(_RUNS.c.finished_at)).subquery("run")
    columns = [_CHANGES.c[name] for name in SegmentChangeRow._fields[:-1]]
    move = (
        select(*columns)
        .where(
            _CHANGES.c.tenant_id == TENANT,
            _CHANGES.c.run_id == run.c.id,
            _CHANGES.c.customer_id > case((run.c.finished_at == low_at, low), else_=-MOST),
            _CHANGES.c.customer_id < case((run.c.finished_at == high_at, high), else_=MOST),
            _chosen(),
        )
        .order_by(sorted_by(_CHANGES.c.customer_id))
        .limit(size)
        .lateral("move")
    )
    return prepare(
        select(*move.c, run.c.finished_at)
        .select_from(run.join(move, true()))
        .order_by(sorted_by(run.c.finished_at), sorted_by(move.c.customer_id))
        .limit(size)
    )


_NEXT, _PREVIOUS = _page(backwards=False), _page(backwards=True)
_COUNT = prepare(
    select(func.count())
    .select_from(_CHANGES)
    .where(
        _CHANGES.c.tenant_id == TENANT,
        _CHANGES.c.run_id.in_(_STOOD.with_only_columns(_RUNS.c.id)),
        _chosen(),
    )
)
