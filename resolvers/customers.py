"""Customers of a tenant: one, or pages of them by keyset."""

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Integer, Text, any_, bindparam, func, literal, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from kit.db import TENANT, Statement, prepare
from kit.page import Page, Window
from models import TABLES
from resolvers.context import READ, Ctx

CUSTOMERS = TABLES["customer"]
CURSOR = "customer"


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


async def list_customers(
    ctx: Ctx,
    tenant: int,
    *,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    with_total: bool = False,
) -> Page[CustomerRow]:
    """A page of the tenant's customers by id, both ways, in one statement.

    Raises InvalidInputError for a page size or cursor that is not accepted.
    """
    ctx.allow(tenant, READ)
    window = Window.of(CURSOR, first=first, after=after, last=last, before=before)
    statement = _page(backwards=window.backwards, keyed=window.key is not None, with_total=with_total)
    values = {"size": window.size + 1} | ({} if window.key is None else {"key": window.key})
    found = await ctx.reader.fetch(statement, _counted, tenant=tenant, **values)
    total = found[0][1] if found else (0 if with_total else None)
    rows = [row for row, _ in found if row.id is not None]
    return window.page(CURSOR, rows, [row.id for row in rows], total)


def _counted(total: int | None, *columns: Any) -> tuple[CustomerRow, int | None]:
    return CustomerRow(*columns), total


@cache
def _page(*, backwards: bool, keyed: bool, with_total: bool) -> Statement:
    """One page's statement. With the total, a row of nulls stands for a page that has no customers."""
    key, size = bindparam("key", type_=BigInteger), bindparam("size", type_=Integer)
    page = _OF_TENANT.order_by(CUSTOMERS.c.id.desc() if backwards else CUSTOMERS.c.id).limit(size)
    if keyed:
        page = page.where(CUSTOMERS.c.id < key if backwards else CUSTOMERS.c.id > key)
    rows = page.subquery("page")
    columns = [rows.c[name] for name in CustomerRow._fields]
    order = rows.c.id.desc() if backwards else rows.c.id
    if not with_total:
        return prepare(select(literal(None, Integer), *columns).order_by(order))
    counted = (
        select(func.count().label("total"))
        .select_from(CUSTOMERS)
        .where(CUSTOMERS.c.tenant_id == TENANT)
        .subquery("counted")
    )
    whole = counted.outerjoin(rows, onclause=true())
    return prepare(select(counted.c.total, *columns).select_from(whole).order_by(order))
