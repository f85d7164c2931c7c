"""What figures depend on, cheaply told: whether an answer that was given before still stands."""

from typing import Any, NamedTuple

from sqlalchemy import BigInteger, bindparam, select

from kit.db import TENANT, prepare
from kit.errors import NotFoundError
from models import TABLES
from resolvers import customers, tenants
from resolvers.context import READ, Ctx
from resolvers.customers import CustomerRow
from resolvers.tenants import TenantRow

CURRENT = TABLES["score_current"]
CUSTOMERS = TABLES["customer"]

_RUN = select(CURRENT.c.run_id).where(CURRENT.c.tenant_id == TENANT).scalar_subquery()
_OF_TENANT = prepare(
    select(_RUN, *(tenants.TENANTS.c[name] for name in TenantRow._fields)).where(
        tenants.TENANTS.c.id == TENANT
    )
)
_OF_CUSTOMER = prepare(
    select(_RUN, *(CUSTOMERS.c[name] for name in CustomerRow._fields)).where(
        CUSTOMERS.c.tenant_id == TENANT, CUSTOMERS.c.id == bindparam("id", type_=BigInteger)
    )
)


class TenantVersion(NamedTuple):
    """`run` is the run whose scores stand. Any change of the tenant's data moves its `data_version`."""

    run: int | None
    tenant: TenantRow


class CustomerVersion(NamedTuple):
    run: int | None
    customer: CustomerRow


async def of_tenant(ctx: Ctx, tenant: int) -> TenantVersion:
    """What a tenant's analytics depend on. Raises NotFoundError for an unknown tenant.

    The tenant is known to the request from here on, and not asked for again.
    """
    ctx.allow(tenant, READ)
    rows = await ctx.reader.fetch(_OF_TENANT, _tenant, tenant=tenant)
    if not rows:
        raise NotFoundError.of("Tenant", tenant)
    ctx.loader("tenants", 0, tenants.by_ids).prime(tenant, rows[0].tenant)
    return rows[0]


async def of_customer(ctx: Ctx, tenant: int, customer: int) -> CustomerVersion:
    """What a customer's profile depends on. Raises NotFoundError for an unknown tenant or customer."""
    ctx.allow(tenant, READ)
    rows = await ctx.reader.fetch(_OF_CUSTOMER, _customer, tenant=tenant, id=customer)
    if not rows:
        await tenants.get(ctx, tenant)
        raise NotFoundError.of("Customer", tenant, customer)
    customers.BY_ID.known(ctx, tenant, rows[0].customer)
    return rows[0]


def _tenant(run: int | None, *columns: Any) -> TenantVersion:
    return TenantVersion(run, TenantRow(*columns))


def _customer(run: int | None, *columns: Any) -> CustomerVersion:
    return CustomerVersion(run, CustomerRow(*columns))
