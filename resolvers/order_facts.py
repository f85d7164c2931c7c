"""What customers' paid orders come to, from the orders as they stand, whatever was scored."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import BigInteger, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from kit.db import TENANT, prepare
from resolvers.context import READ, Ctx
from resolvers.orders import ORDERS


class OrderFacts(NamedTuple):
    """Of one customer. `net`: what they came to less linked refunds, by currency, most orders first."""

    orders: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    net: tuple[tuple[Decimal, str], ...] = ()


class _Sums(NamedTuple):
    customer: int
    currency: str
    orders: int
    first_at: datetime
    last_at: datetime
    net: Decimal


_OF_CUSTOMERS = prepare(
    select(
        ORDERS.c.customer_id,
        ORDERS.c.currency,
        func.count().label("orders"),
        func.min(ORDERS.c.placed_at),
        func.max(ORDERS.c.placed_at),
        func.sum(ORDERS.c.amount - ORDERS.c.refunded),
    )
    .where(
        ORDERS.c.tenant_id == TENANT,
        ORDERS.c.customer_id == any_(bindparam("ids", type_=ARRAY(BigInteger))),
        ORDERS.c.status == "paid",
    )
    .group_by(ORDERS.c.customer_id, ORDERS.c.currency)
    .order_by(ORDERS.c.customer_id, func.count().desc(), ORDERS.c.currency)
)


async def by_customers(ctx: Ctx, tenant: int, customers: list[int]) -> list[OrderFacts]:
    """Batch function: the facts of each customer; zero and None for who has no paid order.

    Raises TimedOutError where the database would take too long.
    """
    within = ctx.query_timeout_seconds
    rows = await ctx.reader.fetch(_OF_CUSTOMERS, _Sums, tenant=tenant, within=within, ids=customers)
    found: dict[int, list[_Sums]] = {each: [] for each in customers}
    for row in rows:
        found[row.customer].append(row)
    return [_facts(found[each]) for each in customers]


def _facts(rows: list[_Sums]) -> OrderFacts:
    if not rows:
        return OrderFacts()
    return OrderFacts(
        sum(row.orders for row in rows),
        min(row.first_at for row in rows),
        max(row.last_at for row in rows),
        tuple((row.net, row.currency) for row in rows),
    )


async def of_customers(ctx: Ctx, tenant: int, customers: Sequence[int]) -> list[OrderFacts]:
    """The facts of customers, in their order."""
    ctx.allow(tenant, READ)
    return await ctx.loader("order facts", tenant, by_customers).load_many(customers)
