"""What happened to a customer: orders, refunds, events and moves between segments, merged, newest first."""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple, TypeAlias, Unpack

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Integer,
    Numeric,
    Select,
    Text,
    any_,
    bindparam,
    cast,
    func,
    literal,
    literal_column,
    null,
    select,
    true,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from kit.db import TENANT, Statement, prepare
from kit.page import INSTANT, INTEGER, TEXT, Asked, Cursors, Key, Page, Window
from models import TABLES
from resolvers.context import READ, Ctx
from resolvers.events import EVENTS, EventRow
from resolvers.orders import ORDERS, OrderRow
from resolvers.refunds import REFUNDS, RefundRow

_CHANGES, _FEED = TABLES["segment_change"], TABLES["segment_feed"]
CHANGES = (
    select(
        _CHANGES.c.tenant_id,
        _FEED.c.id.label("feed_id"),
        _FEED.c.run_id,
        _CHANGES.c.customer_id,
        _CHANGES.c.from_segment,
        _CHANGES.c.to_segment,
        _FEED.c.at.label("changed_at"),
    )
    .where(
        _CHANGES.c.tenant_id == TENANT,
        _FEED.c.tenant_id == TENANT,
        _FEED.c.id == _CHANGES.c.feed_id,
        _FEED.c.kind == "rfm_segment",
    )
    .subquery("moved")
)
"""The moves between RFM segments, which the feed tells of."""


class ChangeRow(NamedTuple):
    """A move of a customer between segments, found by a run; None stands for no segment."""

    tenant_id: int
    run_id: int
    customer_id: int
    from_segment: str | None
    to_segment: str | None
    changed_at: datetime


Item: TypeAlias = OrderRow | RefundRow | EventRow | ChangeRow
KINDS = ("order", "refund", "event", "segment_change")
"""What a timeline holds. Of one moment the later kind stands first, as the newer."""


class TimelineFilter(NamedTuple):
    """Which items: of these kinds, events of these types, from an instant on and before another."""

    kinds: tuple[str, ...] = KINDS
    types: tuple[str, ...] = ()
    since: datetime | None = None
    until: datetime | None = None


ALL = TimelineFilter()


_CUSTOMER: ColumnElement[int] = literal_column("asked.id", BigInteger)
"""The customer whose items are looked for; written out, for SQLAlchemy does not correlate through a union."""
_CURSORS = Cursors("timeline", (INSTANT, INTEGER, INTEGER, TEXT), (False,) * 4)
_MOMENT = DateTime(timezone=True)
_KEY: dict[str, Any] = {"at": _MOMENT, "kind": BigInteger(), "number": BigInteger(), "text": Text()}
"""What a cursor holds, and the types of its parameters."""
_SOURCES: dict[str, tuple[Any, Any, Any, Any]] = {
    "order": (ORDERS, ORDERS.c.placed_at, ORDERS.c.id, literal("", Text)),
    "refund": (REFUNDS, REFUNDS.c.refunded_at, REFUNDS.c.id, literal("", Text)),
    "event": (EVENTS, EVENTS.c.occurred_at, literal(0, BigInteger), EVENTS.c.message_id),
    "segment_change": (CHANGES, CHANGES.c.changed_at, CHANGES.c.feed_id, literal("", Text)),
}
_ROWS: dict[str, type[Any]] = {
    "order": OrderRow,
    "refund": RefundRow,
    "event": EventRow,
    "segment_change": ChangeRow,
}
_TYPES: dict[str, Any] = {
    "amount": Numeric(),
    "refunded": Numeric(),
    "items": Integer(),
    "properties": JSONB(),
    "tenant_id": BigInteger(),
    "id": BigInteger(),
    "customer_id": BigInteger(),
    "order_id": BigInteger(),
    "run_id": BigInteger(),
} | dict.fromkeys(("placed_at", "refunded_at", "occurred_at", "received_at", "changed_at"), _MOMENT)
_NAMES = tuple(dict.fromkeys(name for row in _ROWS.values() for name in row._fields))


async def page(
    ctx: Ctx,
    tenant: int,
    customer: int,
    *,
    wanted: TimelineFilter = ALL,
    **asked: Unpack[Asked],
) -> Page[Item]:
    """A page of a customer's timeline, read with those of the request's other customers.

    Raises InvalidInputError for a page size or cursor that is not accepted.
    """
    ctx.allow(tenant, READ)
    with_total = asked.pop("with_total", False)
    window = Window.of(
        _CURSORS,
        first=asked.get("first"),
        after=asked.get("after"),
        last=asked.get("last"),
        before=asked.get("before"),
    )
    found = await ctx.loader(f"timeline {wanted} {window}", tenant, _pages(wanted, window)).load(customer)
    total = (
        await ctx.loader(f"timeline {wanted}", tenant, _counts(wanted)).load(customer) if with_total else None
    )
    return window.page(_CURSORS, [item for _, item in found], [key for key, _ in found], total)


def _pages(wanted: TimelineFilter, window: Window) -> Callable[[Ctx, int, list[int]], Any]:
    async def pages(ctx: Ctx, tenant: int, customers: list[int]) -> list[list[tuple[Key, Item]]]:
        bounds = tuple(each is not None for each in (window.key, window.stop))
        statement = _page(_shape(wanted), window.backwards, bounds)
        values = _values(wanted) | {"ids": customers, "size": window.size + 1}
        for prefix, key in (("key", window.key), ("stop", window.stop)):
            values |= {
                f"{prefix}_{name}": value for name, value in zip(_KEY, key or (), strict=key is not None)
            }
        found: list[list[tuple[Key, Item]]] = [[] for _ in customers]
        for place, key, item in await ctx.reader.fetch(
            statement, _item, tenant=tenant, within=ctx.query_timeout_seconds, **values
        ):
            found[place - 1].append((key, item))
        return found

    return pages


def _counts(wanted: TimelineFilter) -> Callable[[Ctx, int, list[int]], Any]:
    async def counts(ctx: Ctx, tenant: int, customers: list[int]) -> list[int]:
        values = _values(wanted) | {"ids": customers}
        rows = await ctx.reader.fetch(
            _count(_shape(wanted)), _pair, tenant=tenant, within=ctx.query_timeout_seconds, **values
        )
        found = dict(rows)
        return [found.get(each, 0) for each in customers]

    return counts


def _pair(customer: int, count: Any) -> tuple[int, int]:
    return customer, int(count)


def _item(
    place: int, at: datetime, kind: int, number: int, text: str, *columns: Any
) -> tuple[int, Key, Item]:
    row = _ROWS[KINDS[kind]]
    values = dict(zip(_NAMES, columns, strict=True))
    item: Item = row(*(values[name] for name in row._fields))
    return place, (at, kind, number, text), item


class _Shape(NamedTuple):
    """What of a filter makes another statement."""

    kinds: tuple[str, ...]
    typed: int
    """By how many types; two stand for more."""
    since: bool
    until: bool


def _shape(wanted: TimelineFilter) -> _Shape:
    kinds = tuple(each for each in KINDS if each in wanted.kinds)
    return _Shape(kinds, min(len(wanted.types), 2), wanted.since is not None, wanted.until is not None)


def _values(wanted: TimelineFilter) -> dict[str, Any]:
    one, several = (wanted.types[0], None) if len(wanted.types) == 1 else (None, [*wanted.types] or None)
    found = {"type": one, "types": several, "since": wanted.since, "until": wanted.until}
    return {name: value for name, value in found.items() if value is not None}


def _conditions(shape: _Shape, kind: str) -> list[ColumnElement[bool]]:
    table, at, *_ = _SOURCES[kind]
    found: list[ColumnElement[bool]] = [table.c.tenant_id == TENANT]
    if kind == "event" and shape.typed:
        # One alone is within the order of the index on every PostgreSQL, where several may not be.
        one, several = bindparam("type", type_=Text), any_(bindparam("types", type_=ARRAY(Text)))
        found.append(table.c.event_type == (one if shape.typed == 1 else several))
    if shape.since:
        found.append(at >= bindparam("since", type_=_MOMENT))
    if shape.until:
        found.append(at < bindparam("until", type_=_MOMENT))
    return found


@cache
def _page(shape: _Shape, backwards: bool, bounds: tuple[bool, ...]) -> Statement:
    """Each customer's items between the cursors there are, numbered by the customer's place among the ids."""
    ids = bindparam("ids", type_=ARRAY(BigInteger))
    customers = func.unnest(ids).table_valued("id", with_ordinality="place").render_derived("asked")
    size = bindparam("size", type_=Integer)
    branches = [_branch(shape, kind, backwards, bounds).fetch(size, with_ties=True) for kind in shape.kinds]
    merged = union_all(*(select(each.subquery()) for each in branches)).subquery("merged")
    keys = [merged.c[name] for name in ("at", "kind", "number", "key_text")]
    sorting = [each.asc() if backwards else each.desc() for each in keys]
    item = select(*merged.c).order_by(*sorting).limit(size).lateral("item")
    columns = [item.c[f"of_{name}"] for name in _NAMES]
    keys = [item.c[name] for name in ("at", "kind", "number", "key_text")]
    return prepare(
        select(customers.c.place, *keys, *columns)
        .select_from(customers.join(item, true()))
        .order_by(customers.c.place, *(each.asc() if backwards else each.desc() for each in keys))
    )


def _branch(shape: _Shape, kind: str, backwards: bool, bounds: tuple[bool, ...]) -> Select[Any]:
    table, at, number, text = _SOURCES[kind]
    place = literal(KINDS.index(kind), Integer)
    columns = [
        (table.c[name] if name in _ROWS[kind]._fields else cast(null(), _TYPES.get(name, Text()))).label(
            f"of_{name}"
        )
        for name in _NAMES
    ]
    keys = (at.label("at"), place.label("kind"), number.label("number"), text.label("key_text"))
    found = select(*keys, *columns).where(table.c.customer_id == _CUSTOMER, *_conditions(shape, kind))
    ours = tuple_(at, place, number, text)
    for prefix, bounded, later in (("key", bounds[0], backwards), ("stop", bounds[1], not backwards)):
        if bounded:
            instant, *rest = (bindparam(f"{prefix}_{name}", type_=kind) for name, kind in _KEY.items())
            theirs = tuple_(instant, *rest)
            # The comparison of the instants alone is what an index serves.
            found = found.where(
                at >= instant if later else at <= instant, ours > theirs if later else ours < theirs
            )
    # By the instant alone, with who shares the last one, since that is an index's order as it is.
    return found.order_by(at.asc() if backwards else at.desc())


@cache
def _count(shape: _Shape) -> Statement:
    counts = []
    for kind in shape.kinds:
        table, *_ = _SOURCES[kind]
        asked = table.c.customer_id == any_(bindparam("ids", type_=ARRAY(BigInteger)))
        found = select(table.c.customer_id.label("customer"), func.count().label("count"))
        counts.append(found.where(asked, *_conditions(shape, kind)).group_by(table.c.customer_id))
    every = union_all(*counts).subquery("every")
    return prepare(select(every.c.customer, func.sum(every.c["count"])).group_by(every.c.customer))
