"""Tenants: which shops there are, for those who may see them."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, bindparam, select

from kit.db import prepare
from kit.errors import NotFoundError
from models import TABLES
from resolvers.context import READ, Ctx


class TenantRow(NamedTuple):
    id: int
    name: str
    slug: str
    currency: str
    time_zone: str
    created_at: datetime
    data_changed_at: datetime | None


TENANTS = TABLES["tenant"]

_COLUMNS = [TENANTS.c[name] for name in TenantRow._fields]
_BY_ID = prepare(select(*_COLUMNS).where(TENANTS.c.id == bindparam("id", type_=BigInteger)))
_ALL = prepare(select(*_COLUMNS).order_by(TENANTS.c.id))


async def find(ctx: Ctx, tenant: int) -> TenantRow | None:
    """The tenant, or None if there is none that the actor may see."""
    if not ctx.actor.may(tenant, READ):
        return None
    rows = await ctx.reader.fetch(_BY_ID, TenantRow, id=tenant)
    return rows[0] if rows else None


async def get(ctx: Ctx, tenant: int) -> TenantRow:
    """The tenant. Raises NotFoundError if there is none that the actor may see."""
    row = await find(ctx, tenant)
    if row is None:
        raise NotFoundError(f"Tenant with ID {tenant} not found")
    return row


async def visible(ctx: Ctx) -> list[TenantRow]:
    """All tenants that the actor may see, by id."""
    rows = await ctx.reader.fetch(_ALL, TenantRow)
    return [row for row in rows if ctx.actor.may(row.id, READ)]
