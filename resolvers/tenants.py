"""Tenants: which shops there are, for those who may see them."""

from datetime import datetime
from typing import Any, NamedTuple, Unpack

from sqlalchemy import BigInteger, ColumnElement, any_, bindparam, false, select
from sqlalchemy.dialects.postgresql import ARRAY

from kit.db import prepare
from kit.errors import NotFoundError
from kit.page import Asked, Page
from kit.trace import of_tenant
from models import TABLES
from resolvers.context import READ, Actor, Ctx
from resolvers.keyset import KeysetList
from resolvers.loading import Loader


class TenantRow(NamedTuple):
    id: int
    name: str
    slug: str
    currency: str
    time_zone: str
    created_at: datetime
    data_changed_at: datetime | None
    data_version: int
    settings: dict[str, Any]


TENANTS = TABLES["tenant"]

_COLUMNS = [TENANTS.c[name] for name in TenantRow._fields]
_BY_IDS = prepare(select(*_COLUMNS).where(TENANTS.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger)))))
_LIST = KeysetList("tenant", TENANTS, select(*_COLUMNS), TenantRow)


async def by_ids(ctx: Ctx, _: int, ids: list[int]) -> list[TenantRow | None]:
    """Batch function: the tenants of these ids, in their order, whoever may see them."""
    rows = await ctx.reader.fetch(_BY_IDS, TenantRow, ids=ids)
    found = {row.id: row for row in rows}
    return [found.get(each) for each in ids]


def _loader(ctx: Ctx) -> Loader[int, TenantRow | None]:
    """The request's loader of tenants: of no one tenant, so it stands under 0."""
    return ctx.loader("tenants", 0, by_ids)


async def find(ctx: Ctx, tenant: int) -> TenantRow | None:
    """The tenant, batched with the others of the request, or None if there is none that the actor may see.

    Raises ForbiddenError for an actor who may not read.
    """
    of_tenant(tenant)
    if not ctx.actor.sees(tenant):
        return None
    ctx.require(READ)
    return await _loader(ctx).load(tenant)


async def get(ctx: Ctx, tenant: int) -> TenantRow:
    """The tenant. Raises NotFoundError if there is none that the actor may see."""
    row = await find(ctx, tenant)
    if row is None:
        raise NotFoundError.of("Tenant", tenant)
    return row


async def page(ctx: Ctx, **asked: Unpack[Asked]) -> Page[TenantRow]:
    """A page of the tenants that the actor may see, by id.

    Raises InvalidInputError for a page size or cursor that is not accepted.
    """
    found = await _LIST.page(ctx, None, where=_visible(ctx.actor), **asked)
    _loader(ctx).prime_many({row.id: row for row in found.rows})
    return found


def _visible(actor: Actor) -> ColumnElement[bool] | None:
    """Whether the actor may see a tenant; None where it is true of all."""
    if READ not in actor.scopes:
        return false()
    if actor.tenants is None:
        return None
    return TENANTS.c.id == any_(bindparam("visible", sorted(actor.tenants), type_=ARRAY(BigInteger)))
