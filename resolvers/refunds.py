"""Refunds: one, those of an order, and those of a customer."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import BigInteger, Text, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from kit.db import TENANT, prepare
from kit.page import INSTANT
from models import TABLES
from resolvers.context import READ, Ctx
from resolvers.keyset import KeysetList
from resolvers.relation import Relation
from resolvers.sorting import Order, SortKey

REFUNDS = TABLES["refund"]


class RefundRow(NamedTuple):
    tenant_id: int
    id: int
    external_id: str
    customer_id: int | None
    order_id: int | None
    linked_by: str | None
    refunded_at: datetime
    amount: Decimal
    currency: str


_NEWEST = Order.of(
    "refund", REFUNDS.c.id, SortKey("refunded_at", REFUNDS.c.refunded_at, INSTANT, descending=True)
)
_OF_TENANT = select(*(REFUNDS.c[name] for name in RefundRow._fields)).where(REFUNDS.c.tenant_id == TENANT)
_BY_IDS = prepare(_OF_TENANT.where(REFUNDS.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger)))))
LIST = KeysetList("refund", REFUNDS, _OF_TENANT, RefundRow, usual=_NEWEST)
"""The tenant's refunds, newest first."""
OF_ORDER = Relation(LIST, REFUNDS.c.order_id)
OF_CUSTOMER = Relation(LIST, REFUNDS.c.customer_id)
_BY_EXTERNAL_IDS = prepare(
    LIST.rows.where(REFUNDS.c.external_id == any_(bindparam("external_ids", type_=ARRAY(Text))))
)


async def by_external_ids(ctx: Ctx, tenant: int, external_ids: list[str]) -> list[RefundRow | None]:
    """Batch function: the refunds that the shop knows by these ids, in their order."""
    rows = await ctx.reader.fetch(_BY_EXTERNAL_IDS, RefundRow, tenant=tenant, external_ids=external_ids)
    found = {row.external_id: row for row in rows}
    return [found.get(each) for each in external_ids]


async def find_by_external_id(ctx: Ctx, tenant: int, external_id: str) -> RefundRow | None:
    """The refund that the shop knows by this id, or None."""
    ctx.allow(tenant, READ)
    return await ctx.loader("external refund ids", tenant, by_external_ids).load(external_id)


async def by_ids(ctx: Ctx, tenant: int, ids: list[int]) -> list[RefundRow | None]:
    """Batch function: the refunds of these ids, in their order; None where there is none."""
    found = {row.id: row for row in await ctx.reader.fetch(_BY_IDS, RefundRow, tenant=tenant, ids=ids)}
    return [found.get(each) for each in ids]


async def find(ctx: Ctx, tenant: int, refund: int) -> RefundRow | None:
    """The refund, or None if the tenant has none of that id."""
    ctx.allow(tenant, READ)
    return await ctx.loader("refunds", tenant, by_ids).load(refund)
