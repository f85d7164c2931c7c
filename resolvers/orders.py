"""Orders: one, those of a customer, and those of the tenant, newest first or by amount."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal, NamedTuple, Unpack

from sqlalchemy import ColumnElement, DateTime, Numeric, Text, and_, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from kit.db import TENANT
from kit.page import DECIMAL, INSTANT, AskedColumns, Page
from models import TABLES
from resolvers.context import Ctx
from resolvers.keyset import KeysetList
from resolvers.lookup import Lookup, Named
from resolvers.relation import EVERY, Choice, Relation
from resolvers.sorting import Order, SortKey

ORDERS = TABLES["customer_order"]
Sort = Literal["placed_at", "amount"]


class OrderRow(NamedTuple):
    tenant_id: int
    id: int
    external_id: str
    customer_id: int | None
    placed_at: datetime
    amount: Decimal
    currency: str
    status: str
    items: int | None
    refunded: Decimal


class OrderFilter(NamedTuple):
    """Which orders: of any of these statuses, placed from an instant on and before another, of such amounts.

    Both amounts count, whatever the currency.
    """

    statuses: tuple[str, ...] = ()
    placed_from: datetime | None = None
    placed_until: datetime | None = None
    least: Decimal | None = None
    most: Decimal | None = None


ALL = OrderFilter()


_COLUMNS = [ORDERS.c[name] for name in OrderRow._fields]
_OF_TENANT = select(*_COLUMNS).where(ORDERS.c.tenant_id == TENANT)
_KEYS = {"placed_at": (ORDERS.c.placed_at, INSTANT), "amount": (ORDERS.c.amount, DECIMAL)}
_SORTED = {
    (name, down): Order.of("order", ORDERS.c.id, SortKey(name, column, kind, descending=down))
    for name, (column, kind) in _KEYS.items()
    for down in (False, True)
}
LIST = KeysetList("order", ORDERS, _OF_TENANT, OrderRow, usual=_SORTED["placed_at", True])
"""The tenant's orders, newest first."""
OF_CUSTOMER = Relation(LIST, ORDERS.c.customer_id)
BY_ID = Lookup(_OF_TENANT, ORDERS.c.id, OrderRow)
BY_EXTERNAL_ID = Lookup(_OF_TENANT, ORDERS.c.external_id, OrderRow)
find_by_external_id = BY_EXTERNAL_ID.find
"""The order of the shop's own id; None if the tenant has none such."""
named = Named(BY_ID, BY_EXTERNAL_ID)
"""Those of ids or of the shop's own ids, in their order; None for what is not there."""


class AskedOrders(AskedColumns, total=False):
    """Which page of orders: of which ones, in which order (newest first unless told)."""

    wanted: OrderFilter
    sort: Sort
    descending: bool


async def page(ctx: Ctx, tenant: int, **asked: Unpack[AskedOrders]) -> Page[OrderRow]:
    """A page of the tenant's orders. Raises as `pages_of_customers` does."""
    order, where = _chosen(asked)
    return await LIST.page(
        ctx,
        tenant,
        order=order,
        where=None if not where else and_(*where),
        within=ctx.query_timeout_seconds,
        **_window(asked),
    )


async def pages_of_customers(
    ctx: Ctx, tenant: int, customers: Sequence[int], **asked: Unpack[AskedOrders]
) -> list[Page[OrderRow]]:
    """A page of each customer's orders, in the customers' order.

    Raises InvalidInputError for a page size or cursor that is not accepted, and TimedOutError where the
    database would take too long.
    """
    order, where = _chosen(asked)
    choice = Choice(asked.get("wanted", ALL), where) if where else EVERY
    return await OF_CUSTOMER.pages(ctx, tenant, customers, order=order, choice=choice, **_window(asked))


def _chosen(asked: AskedOrders) -> tuple[Order, Sequence[ColumnElement[bool]]]:
    order = _SORTED[asked.get("sort", "placed_at"), asked.get("descending", True)]
    return order, _where(asked.get("wanted", ALL))


def _window(asked: AskedOrders) -> AskedColumns:
    return AskedColumns(
        first=asked.get("first"),
        after=asked.get("after"),
        last=asked.get("last"),
        before=asked.get("before"),
        with_total=asked.get("with_total", False),
        columns=asked.get("columns"),
    )


def _where(wanted: OrderFilter) -> Sequence[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.statuses:
        found.append(ORDERS.c.status == any_(bindparam("statuses", [*wanted.statuses], type_=ARRAY(Text))))
    moment = DateTime(timezone=True)
    if wanted.placed_from is not None:
        found.append(ORDERS.c.placed_at >= bindparam("placed_from", wanted.placed_from, type_=moment))
    if wanted.placed_until is not None:
        found.append(ORDERS.c.placed_at < bindparam("placed_until", wanted.placed_until, type_=moment))
    if wanted.least is not None:
        found.append(ORDERS.c.amount >= bindparam("least", wanted.least, type_=Numeric()))
    if wanted.most is not None:
        found.append(ORDERS.c.amount <= bindparam("most", wanted.most, type_=Numeric()))
    return found
