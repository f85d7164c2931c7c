"""What figures depend on, cheaply told: whether an answer that was given before still stands."""

from collections.abc import Hashable
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import select

from kit.db import TENANT, Database, prepare
from kit.errors import NotFoundError
from resolvers import tenants
from resolvers.context import READ, Ctx
from resolvers.standing import RUN
from resolvers.tenants import TenantRow

_OF_TENANT = prepare(
    select(RUN, *(tenants.TENANTS.c[name] for name in TenantRow._fields)).where(
        tenants.TENANTS.c.id == TENANT
    )
)
DATA = (
    RUN,
    *(
        tenants.TENANTS.c[name]
        for name in ("id", "created_at", "data_version", "data_changed_at", "time_zone")
    ),
)
"""What `TenantVersion.data` is made of, for statements that tell it with their own rows."""


class TenantVersion(NamedTuple):
    """`run` is the run whose scores stand. Any change of the tenant's data moves its `data_version`."""

    run: int | None
    tenant: TenantRow

    @property
    def scores(self) -> tuple[Hashable, ...]:
        """What figures of a run are known by: equal as long as the same run stands."""
        return self.run, self.tenant.id, self.tenant.created_at

    @property
    def data(self) -> tuple[Hashable, ...]:
        """The same of what shows customers too: equal as long as nothing of the tenant has changed either."""
        shop = self.tenant
        return *self.scores, shop.data_version, shop.data_changed_at, shop.time_zone


async def of_tenant(ctx: Ctx, tenant: int) -> TenantVersion:
    """What a tenant's analytics depend on now. Raises NotFoundError for an unknown tenant.

    Callers who ask at the same time share a statement.
    """
    ctx.allow(tenant, READ)
    found = await ctx.db.gatherings.load(("version", tenant), partial(_versions, ctx.db), tenant)
    if found is None:
        raise NotFoundError.of("Tenant", tenant)
    return found


async def _versions(db: Database, ids: list[int]) -> list[TenantVersion | None]:
    rows = await db.once(_OF_TENANT, _version, tenant=ids[0])
    return [rows[0] if rows else None]


def _version(run: int | None, *columns: Any) -> TenantVersion:
    return TenantVersion(run, TenantRow(*columns))
