"""Customers of a tenant: one, or pages of them by keyset."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Text, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from kit.db import TENANT, prepare
from models import TABLES
from resolvers.context import READ, Ctx
from resolvers.keyset import KeysetList

CUSTOMERS = TABLES["customer"]


class CustomerRow(NamedTuple):
    tenant_id: int
    id: int
    external_id: str
    email: str | None
    first_name: str | None
    last_name: str | None
    phone: str | None
    created_at: datetime | None
    imported_at: datetime


_COLUMNS = [CUSTOMERS.c[name] for name in CustomerRow._fields]
_OF_TENANT = select(*_COLUMNS).where(CUSTOMERS.c.tenant_id == TENANT)
_BY_IDS = prepare(_OF_TENANT.where(CUSTOMERS.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger)))))
_BY_EXTERNAL_IDS = prepare(
    _OF_TENANT.where(CUSTOMERS.c.external_id == any_(bindparam("external_ids", type_=ARRAY(Text))))
)
_ATTRIBUTES = prepare(
    select(CUSTOMERS.c.id, CUSTOMERS.c.attributes).where(
        CUSTOMERS.c.tenant_id == TENANT, CUSTOMERS.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger)))
    )
)
LIST = KeysetList("customer", CUSTOMERS, _OF_TENANT, CustomerRow)
"""The tenant's customers by id."""


async def by_ids(ctx: Ctx, tenant: int, ids: list[int]) -> list[CustomerRow | None]:
    """Batch function: the customers of these ids, in their order; None where there is none."""
    rows = await ctx.reader.fetch(_BY_IDS, CustomerRow, tenant=tenant, ids=ids)
    found = {row.id: row for row in rows}
    return [found.get(each) for each in ids]


async def by_external_ids(ctx: Ctx, tenant: int, external_ids: list[str]) -> list[CustomerRow | None]:
    """Batch function: the customers whom the shop knows by these ids, in their order."""
    rows = await ctx.reader.fetch(_BY_EXTERNAL_IDS, CustomerRow, tenant=tenant, external_ids=external_ids)
    found = {row.external_id: row for row in rows}
    return [found.get(each) for each in external_ids]


async def attributes_by_ids(ctx: Ctx, tenant: int, ids: list[int]) -> list[dict[str, Any]]:
    """Batch function: what else the shop has told of these customers, in their order."""
    found = dict(await ctx.reader.fetch(_ATTRIBUTES, _pair, tenant=tenant, ids=ids))
    return [found.get(each, {}) for each in ids]


def _pair(number: int, attributes: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    return number, attributes


async def attributes(ctx: Ctx, tenant: int, customer: int) -> dict[str, Any]:
    """What else the shop has told of a customer."""
    ctx.allow(tenant, READ)
    return await ctx.loader("attributes", tenant, attributes_by_ids).load(customer)


async def find(ctx: Ctx, tenant: int, customer: int) -> CustomerRow | None:
    """The customer, or None if the tenant has none of that id."""
    ctx.allow(tenant, READ)
    return await ctx.loader("customers", tenant, by_ids).load(customer)


async def find_by_external_id(ctx: Ctx, tenant: int, external_id: str) -> CustomerRow | None:
    """The customer whom the shop knows by this id, or None; a text with NUL is nobody's id."""
    ctx.allow(tenant, READ)
    if "\0" in external_id:
        return None
    return await ctx.loader("external ids", tenant, by_external_ids).load(external_id)
