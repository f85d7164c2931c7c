"""The feed of changes of segments: pages of it, and its end, by positions that only ever grow.

A position is the instant of an entry, and a customer within it. Instants are handed out in the order of the
commits (`resolvers.segment_feed`), so that nothing comes to be before a position that was read.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple, Unpack

from sqlalchemy import func, select

from kit.db import TENANT, Statement, load, prepare
from kit.db.scope import MOST
from kit.page import INSTANT, INTEGER, Asked, Cursors, Page, Window
from models import TABLES
from models.segment_change import MEMBER
from resolvers.context import READ, Ctx
from resolvers.segments.rows import SegmentRow

_SQL = Path(__file__).parent.parent / "models" / "sql"
_BY_ENTRY, _BY_CUSTOMER, _COUNT = (
    load(_SQL / f"segment_changes{name}.sql") for name in ("", "_customer", "_count")
)
_FEED = TABLES["segment_feed"]
_END = prepare(select(func.max(_FEED.c.at)).where(_FEED.c.tenant_id == TENANT))

_ASKED = (
    "unnest(%(ids)s::bigint[], %(of_kinds)s::text[], %(of_segments)s::bigint[], %(of_classes)s::text[]) "
    "WITH ORDINALITY AS asked (id, kind, segment, name, place)"
)

CURSORS = Cursors("segment_change", (INSTANT, INTEGER), (False, False))


class Position(NamedTuple):
    """A place in the feed: after the change of this customer at that instant."""

    at: datetime
    customer_id: int

    @property
    def cursor(self) -> str:
        return CURSORS.write(self)


START = Position(datetime(1970, 1, 1, tzinfo=UTC), 0)
"""Before all changes."""
_FINISH = Position(datetime(9999, 12, 31, tzinfo=UTC), MOST)
"""After all changes, whenever they come."""


class SegmentChangeRow(NamedTuple):
    """One customer's change. `kind` is `segment` with its number and whether they `entered`, or a score's.

    Of the classes of a score: the one before and the one after, None for none.
    """

    at: datetime
    kind: str
    segment_id: int
    entered: bool | None
    run_id: int | None
    reason: str
    customer_id: int
    from_segment: str | None
    to_segment: str | None

    @property
    def position(self) -> Position:
        return Position(self.at, self.customer_id)

    @property
    def action(self) -> str:
        """enter, exit or move."""
        if self.kind == MEMBER:
            return "enter" if self.entered else "exit"
        if self.from_segment is None:
            return "enter"
        return "exit" if self.to_segment is None else "move"


class Subject(NamedTuple):
    """What changes of a segment are known by: those of its kind, its number, and of a score its class."""

    kind: str
    segment: int
    name: str | None

    @classmethod
    def of(cls, segment: SegmentRow) -> "Subject":
        if segment.builtin is None:
            return cls(MEMBER, segment.id, None)
        kind, _, name = segment.builtin.partition(":")
        return cls(kind, 0, name)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which changes: of these kinds, about this segment, from or to any of these classes of a score."""

    kinds: tuple[str, ...] | None = None
    subject: Subject | None = None
    classes: tuple[str, ...] | None = None
    customer: int | None = None


ALL = Wanted()


async def after(
    ctx: Ctx, tenant: int, position: Position, size: int, wanted: Wanted = ALL
) -> list[SegmentChangeRow]:
    """The next changes after a position, oldest first."""
    ctx.allow(tenant, READ)
    statement = _page(*_shape(wanted), backwards=False)
    values = _values(wanted) | _bounds(position, _FINISH) | {"size": size}
    found = await ctx.reader.fetch(statement, _placed, tenant=tenant, **values)
    return [row for _, row in found]


async def end(ctx: Ctx, tenant: int) -> Position:
    """After all changes so far."""
    ctx.allow(tenant, READ)
    at = (await ctx.reader.fetch(_END, _same, tenant=tenant))[0]
    return START if at is None else Position(at, MOST)


def position_of(cursor: str, field: str = "after") -> Position:
    """The position of a cursor. Raises InvalidInputError for what is none of this feed's."""
    return Position(*CURSORS.read(cursor, field))


async def page(ctx: Ctx, tenant: int, wanted: Wanted = ALL, **asked: Unpack[Asked]) -> Page[SegmentChangeRow]:
    """A page of the feed, oldest first; those of a request's customers, or segments, are read at once.

    Raises InvalidInputError for a size or cursor that is not accepted, TimedOutError where the database
    would take too long.
    """
    ctx.allow(tenant, READ)
    with_total = asked.pop("with_total", False)
    given = {name: asked.get(name) for name in ("first", "after", "last", "before")}
    window = Window.of(CURSORS, **given)  # type: ignore[arg-type]
    key: Any = (wanted.customer, wanted.subject)
    rest = replace(wanted, customer=None, subject=None)
    name = f"segment changes {_shape(wanted)} {rest}"
    rows = await ctx.loader(f"{name} {window}", tenant, _pages(rest, window)).load(key)
    total = await ctx.loader(name, tenant, _counts(rest)).load(key) if with_total else None
    return window.page(CURSORS, rows, [row.position for row in rows], total)


_Key = tuple[int | None, Subject | None]


def _pages(rest: Wanted, window: Window) -> Callable[[Ctx, int, list[_Key]], Any]:
    low, high = (window.stop, window.key) if window.backwards else (window.key, window.stop)
    bounds = _bounds(START if low is None else Position(*low), _FINISH if high is None else Position(*high))

    async def pages(ctx: Ctx, tenant: int, keys: list[_Key]) -> list[list[SegmentChangeRow]]:
        statement = _page(*_shape(_first(rest, keys)), backwards=window.backwards)
        values = _values(rest, keys) | bounds | {"size": window.size + 1}
        found: list[list[SegmentChangeRow]] = [[] for _ in keys]
        within = ctx.query_timeout_seconds
        for place, row in await ctx.reader.fetch(statement, _placed, tenant=tenant, within=within, **values):
            found[place - 1].append(row)
        return found

    return pages


def _counts(rest: Wanted) -> Callable[[Ctx, int, list[_Key]], Any]:
    async def counts(ctx: Ctx, tenant: int, keys: list[_Key]) -> list[int]:
        statement, values = _count(*_shape(_first(rest, keys))), _values(rest, keys)
        within = ctx.query_timeout_seconds
        found = dict(await ctx.reader.fetch(statement, _pair, tenant=tenant, within=within, **values))
        return [found.get(place, 0) for place in range(1, len(keys) + 1)]

    return counts


def _first(rest: Wanted, keys: list[_Key]) -> Wanted:
    """What is wanted for the first of them, which has the shape of all."""
    customer, subject = keys[0]
    return replace(rest, customer=customer, subject=subject)


def _values(wanted: Wanted, keys: list[_Key] | None = None) -> dict[str, Any]:
    asked = keys or [(wanted.customer, wanted.subject)]
    subjects = [subject or Subject("", 0, None) for _, subject in asked]
    return {
        "kinds": None if wanted.kinds is None else [*wanted.kinds],
        "classes": None if wanted.classes is None else [*wanted.classes],
        "ids": [customer or 0 for customer, _ in asked],
        "of_kinds": [each.kind for each in subjects],
        "of_segments": [each.segment for each in subjects],
        "of_classes": [each.name for each in subjects],
    }


def _bounds(low: Position, high: Position) -> dict[str, Any]:
    lower = {"low_at": low.at, "low": low.customer_id}
    return lower | {"high_at": high.at, "high": high.customer_id}


def _shape(wanted: Wanted) -> tuple[bool, bool, bool, bool]:
    """What of a wish makes another statement."""
    given = (wanted.customer, wanted.subject, wanted.kinds, wanted.classes)
    by_customer, by_subject, by_kind, by_class = (each is not None for each in given)
    return by_customer, by_subject, by_kind, by_class


def _parts(by_subject: bool, by_kind: bool, by_class: bool) -> dict[str, str]:
    """The conditions on entries and on changes."""
    entry, change = ["true"], ["true"]
    if by_subject:
        entry = ["feed.kind = asked.kind", "feed.segment_id = asked.segment"]
        change = ["(asked.name IS NULL OR asked.name IN (change.from_segment, change.to_segment))"]
    if by_kind:
        entry.append("feed.kind = ANY (%(kinds)s::text[])")
    if by_class:
        named = "%(classes)s::text[]"
        change.append(f"(change.from_segment = ANY ({named}) OR change.to_segment = ANY ({named}))")
    return {"asked": _ASKED, "entry": " AND ".join(entry), "change": " AND ".join(change)}


@cache
def _page(
    by_customer: bool, by_subject: bool, by_kind: bool, by_class: bool, *, backwards: bool
) -> Statement:
    parts = _parts(by_subject, by_kind, by_class)
    columns = ", ".join(f"found.{name}" for name in SegmentChangeRow._fields)
    way = "DESC" if backwards else "ASC"
    made = (_BY_CUSTOMER if by_customer else _BY_ENTRY).text
    return Statement(made.format(columns=columns, way=way, most=MOST, **parts), True, {})


@cache
def _count(by_customer: bool, by_subject: bool, by_kind: bool, by_class: bool) -> Statement:
    customer = "change.customer_id = asked.id" if by_customer else "true"
    return Statement(_COUNT.text.format(customer=customer, **_parts(by_subject, by_kind, by_class)), True, {})


def _placed(place: int, *columns: Any) -> tuple[int, SegmentChangeRow]:
    return place, SegmentChangeRow(*columns)


def _pair(place: int, count: int) -> tuple[int, int]:
    return place, count


def _same(value: datetime | None) -> datetime | None:
    return value
