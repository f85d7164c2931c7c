"""What happened to a customer: orders, refunds, events and moves between segments, merged, newest first."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from itertools import chain
from typing import Any, NamedTuple, Unpack

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

from kit.columns import Columns, among, made_with
from kit.db import TENANT, Statement, prepare
from kit.db.rows import made_of
from kit.page import INSTANT, INTEGER, TEXT, Asked, Cursors, Keys, Page, Window
from models import TABLES
from resolvers.context import READ, Ctx
from resolvers.events import EVENTS, EventRow
from resolvers.keyset import KEPT
from resolvers.orders import ORDERS, OrderRow
from resolvers.refunds import REFUNDS, RefundRow
from resolvers.relation import Found, by_parent

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


class Item(NamedTuple):
    """Something that happened: of a kind, at an instant. Its row may have the columns alone that suffice."""

    kind: str
    at: datetime
    row: Any


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


class _Shape(NamedTuple):
    """What of a filter, and of what is read, makes another statement."""

    kinds: tuple[str, ...]
    typed: int
    """By how many types; two stand for more."""
    since: bool
    until: bool
    columns: tuple[Columns | None, ...]
    """Those of each kind's rows that suffice; None for all of them."""

    @classmethod
    def of(cls, wanted: TimelineFilter, columns: Mapping[str, Columns | None]) -> "_Shape":
        kinds = tuple(each for each in KINDS if each in wanted.kinds)
        since, until = wanted.since is not None, wanted.until is not None
        read = tuple(among(columns.get(each), _ROWS[each]._fields) for each in kinds)
        return cls(kinds, min(len(wanted.types), 2), since, until, read)

    @property
    def whole(self) -> "_Shape":
        """The same with all columns."""
        return self._replace(columns=(None,) * len(self.kinds))

    @property
    def names(self) -> tuple[str, ...]:
        """The columns of all kinds, each once."""
        return tuple(dict.fromkeys(chain.from_iterable(map(self.of_kind, self.kinds))))

    def of_kind(self, kind: str) -> tuple[str, ...]:
        """The columns of one kind."""
        columns = self.columns[self.kinds.index(kind)]
        return _ROWS[kind]._fields if columns is None else columns.names

    def items(self, found: Sequence[tuple[Any, ...]]) -> list[Item]:
        """The items of what was read: a place, the four values of a key, and the columns of all kinds."""
        at = {name: place for place, name in enumerate(self.names, 1 + len(_KEY))}
        made: dict[int, Item] = {}
        for kind, columns in zip(self.kinds, self.columns, strict=True):
            number, places = KINDS.index(kind), [at[name] for name in self.of_kind(kind)]
            theirs = {place: each for place, each in enumerate(found) if each[2] == number}
            taken = [tuple([each[place] for place in places]) for each in theirs.values()]
            rows = made_of(taken, made_with(columns, _ROWS[kind]))
            for (place, each), row in zip(theirs.items(), rows, strict=True):
                made[place] = Item(kind, each[1], row)
        return [made[each] for each in range(len(found))]


async def page(
    ctx: Ctx,
    tenant: int,
    customer: int,
    *,
    wanted: TimelineFilter = ALL,
    columns: Mapping[str, Columns | None] = {},
    **asked: Unpack[Asked],
) -> Page[Item]:
    """A page of a customer's timeline, read with those of the request's other customers.

    Where `columns` of a kind's rows suffice, these have no others.
    Raises InvalidInputError for a page size or cursor that is not accepted, TimedOutError where the database
    would take too long.
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
    shape = _Shape.of(wanted, columns)
    name = f"timeline {wanted} {window} {shape.columns}"
    keys, items = await ctx.loader(name, tenant, _pages(wanted, window, shape)).load(customer)
    total = (
        await ctx.loader(f"timeline {wanted}", tenant, _counts(wanted)).load(customer) if with_total else None
    )
    return window.page(_CURSORS, items, keys, total)


def _pages(wanted: TimelineFilter, window: Window, shape: _Shape) -> Callable[[Ctx, int, list[int]], Any]:
    bounds = tuple(each is not None for each in (window.key, window.stop))

    def statement(shape: _Shape = shape.whole) -> Statement:
        return _page(shape, window.backwards, bounds)

    async def pages(ctx: Ctx, tenant: int, customers: list[int]) -> list[Found[Item]]:
        values = _values(wanted) | {"ids": customers, "size": window.size + 1}
        for prefix, key in (("key", window.key), ("stop", window.stop)):
            values |= {
                f"{prefix}_{name}": value for name, value in zip(_KEY, key or (), strict=key is not None)
            }
        within = ctx.query_timeout_seconds
        rows = await ctx.reader.fetch(
            statement(shape), tuple, tenant=tenant, within=within, whole=statement, **values
        )
        keys = Keys(rows, slice(1, 1 + len(_KEY)))
        return by_parent(len(customers), rows, keys, shape.items(rows))

    return pages


def _counts(wanted: TimelineFilter) -> Callable[[Ctx, int, list[int]], Any]:
    async def counts(ctx: Ctx, tenant: int, customers: list[int]) -> list[int]:
        values = _values(wanted) | {"ids": customers}
        rows = await ctx.reader.fetch(
            _count(_Shape.of(wanted, {})), _pair, tenant=tenant, within=ctx.query_timeout_seconds, **values
        )
        found = dict(rows)
        return [found.get(each, 0) for each in customers]

    return counts


def _pair(customer: int, count: Any) -> tuple[int, int]:
    return customer, int(count)


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


@lru_cache(KEPT)
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
    columns = [item.c[f"of_{name}"] for name in shape.names]
    keys = [item.c[name] for name in ("at", "kind", "number", "key_text")]
    return prepare(
        select(customers.c.place, *keys, *columns)
        .select_from(customers.join(item, true()))
        .order_by(customers.c.place, *(each.asc() if backwards else each.desc() for each in keys))
    )


def _branch(shape: _Shape, kind: str, backwards: bool, bounds: tuple[bool, ...]) -> Select[Any]:
    table, at, number, text = _SOURCES[kind]
    place, own = literal(KINDS.index(kind), Integer), shape.of_kind(kind)
    columns = [
        (table.c[name] if name in own else cast(null(), _TYPES.get(name, Text()))).label(f"of_{name}")
        for name in shape.names
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
