"""Events: one, those of a customer, and those of the tenant, newest first."""

from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache, partial
from typing import Any, NamedTuple, Unpack

from sqlalchemy import ColumnElement, DateTime, Text, and_, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from kit.columns import Columns, made_with
from kit.db import TENANT, Statement, prepare
from kit.db.rows import made_of
from kit.page import INSTANT, TEXT, AskedColumns, Cursors, Page
from models import TABLES
from resolvers.context import READ, Ctx
from resolvers.keyset import KEPT, KeysetList, having, narrowed
from resolvers.relation import EVERY, Choice, Relation
from resolvers.sorting import Order, SortKey

EVENTS = TABLES["event"]
EventKey = tuple[datetime, str]


class EventRow(NamedTuple):
    tenant_id: int
    occurred_at: datetime
    message_id: str
    customer_id: int | None
    event_type: str
    properties: dict[str, Any]
    received_at: datetime


class EventFilter(NamedTuple):
    """Which events: of any of these types, from an instant on and before another."""

    types: tuple[str, ...] = ()
    occurred_from: datetime | None = None
    occurred_until: datetime | None = None


ALL = EventFilter()


_NEWEST = Order(
    Cursors("event:-occurred_at", (INSTANT, TEXT), (False, False)),
    (
        SortKey("occurred_at", EVENTS.c.occurred_at, INSTANT, descending=True),
        SortKey("message_id", EVENTS.c.message_id, TEXT, descending=True),
    ),
    ("sort_occurred_at", "sort_message_id"),
)
_OF_TENANT = select(*(EVENTS.c[name] for name in EventRow._fields)).where(EVENTS.c.tenant_id == TENANT)
LIST = KeysetList("event", EVENTS, _OF_TENANT, EventRow, usual=_NEWEST)
"""The tenant's events, newest first."""
OF_CUSTOMER = Relation(LIST, EVENTS.c.customer_id)


@lru_cache(KEPT)
def _by_keys(columns: Columns | None) -> Statement:
    keys = (
        func.unnest(
            bindparam("moments", type_=ARRAY(DateTime(timezone=True))),
            bindparam("messages", type_=ARRAY(Text)),
        )
        .table_valued("at", "message")
        .render_derived("wanted")
    )
    same = and_(EVENTS.c.occurred_at == keys.c.at, EVENTS.c.message_id == keys.c.message)
    rows = narrowed(_OF_TENANT, columns)
    read = [EVENTS.c.occurred_at, EVENTS.c.message_id, *rows.selected_columns]
    return prepare(rows.with_only_columns(*read).select_from(keys.join(EVENTS, same)))


async def by_keys(
    ctx: Ctx, tenant: int, keys: list[EventKey], columns: Columns | None = None
) -> list[EventRow | None]:
    """Batch function: the events of these keys, in their order; None where there is none."""
    moments, messages = ([*each] for each in zip(*keys, strict=True))
    statement = _by_keys(columns)
    read = await ctx.reader.fetch(statement, tuple, tenant=tenant, moments=moments, messages=messages)
    rows = made_of([each[2:] for each in read], made_with(columns, EventRow))
    found = dict(zip([each[:2] for each in read], rows, strict=True))
    return [found.get(each) for each in keys]


async def find(
    ctx: Ctx, tenant: int, occurred_at: datetime, message_id: str, columns: Columns | None = None
) -> EventRow | None:
    """The event, or None if the tenant has none of that key. Where columns suffice, it may have no others."""
    ctx.allow(tenant, READ)
    read = having(_OF_TENANT, columns)
    loader = ctx.loader(f"events {read}", tenant, partial(by_keys, columns=read))
    return await loader.load((occurred_at, message_id))


async def page(
    ctx: Ctx,
    tenant: int,
    *,
    customer: int | None = None,
    wanted: EventFilter = ALL,
    **asked: Unpack[AskedColumns],
) -> Page[EventRow]:
    """A page of a customer's events, or of the tenant's where none is named, newest first.

    Raises InvalidInputError for a page size or cursor that is not accepted, and TimedOutError where the
    database would take too long.
    """
    where = _where(wanted)
    if customer is None:
        return await LIST.page(
            ctx,
            tenant,
            where=and_(*where) if where else None,
            within=ctx.query_timeout_seconds,
            **asked,
        )
    return await OF_CUSTOMER.page(
        ctx,
        tenant,
        customer,
        choice=Choice(wanted, where) if where else EVERY,
        **asked,
    )


def _where(wanted: EventFilter) -> Sequence[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if len(wanted.types) == 1:
        found.append(EVENTS.c.event_type == bindparam("type", wanted.types[0], type_=Text()))
    elif wanted.types:
        found.append(EVENTS.c.event_type == any_(bindparam("types", [*wanted.types], type_=ARRAY(Text))))
    moment = DateTime(timezone=True)
    if wanted.occurred_from is not None:
        found.append(EVENTS.c.occurred_at >= bindparam("occurred_from", wanted.occurred_from, type_=moment))
    if wanted.occurred_until is not None:
        found.append(EVENTS.c.occurred_at < bindparam("occurred_until", wanted.occurred_until, type_=moment))
    return found
