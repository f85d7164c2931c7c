"""A customer with everything known about them."""

from collections.abc import Hashable
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from kit.db import TENANT, Database, prepare
from kit.errors import NotFoundError
from resolvers import customers, tenants, versions
from resolvers.context import READ, Ctx
from resolvers.customers import CUSTOMERS, CustomerRow
from resolvers.scores import ScoreRow
from resolvers.standing import each_with, one_score

_SCORE = one_score(ScoreRow._fields)
OF_CUSTOMERS = prepare(
    select(*versions.DATA, *customers.COLUMNS, *_SCORE.c)
    .select_from(each_with(CUSTOMERS.join(tenants.TENANTS, tenants.TENANTS.c.id == TENANT), _SCORE))
    .where(
        CUSTOMERS.c.tenant_id == TENANT,
        CUSTOMERS.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger))),
    )
)
_VERSION = len(versions.DATA)
_PERSON = _VERSION + len(customers.COLUMNS)


class Profile(NamedTuple):
    """The customer, and their scores in the run that stands; None before they have any.

    `version` is the `TenantVersion.data` for which this holds.
    """

    version: tuple[Hashable, ...]
    customer: CustomerRow
    score: ScoreRow | None


async def person(ctx: Ctx, tenant: int, customer: int) -> CustomerRow:
    """The customer; of one who was merged, who has what was theirs.

    Raises NotFoundError for an unknown tenant or customer.
    """
    found = await customers.find(ctx, tenant, customer)
    if found is None:
        await tenants.get(ctx, tenant)
        raise NotFoundError.of("Customer", tenant, customer)
    return found


async def of_customer(ctx: Ctx, tenant: int, customer: int) -> Profile:
    """The profile now. Raises NotFoundError for an unknown tenant or customer.

    Callers who ask for customers of a tenant at the same time share a statement.
    """
    ctx.allow(tenant, READ)
    batch = partial(_profiles, ctx.db, tenant)
    found = await ctx.db.gatherings.load(("profile", tenant), batch, customer)
    if found is None:
        survivor = (await person(ctx, tenant, customer)).id
        found = await ctx.db.gatherings.load(("profile", tenant), batch, survivor)
    if found is None:
        raise NotFoundError.of("Customer", tenant, customer)
    return found


async def _profiles(db: Database, tenant: int, ids: list[int]) -> list[Profile | None]:
    rows = await db.once(OF_CUSTOMERS, _profile, tenant=tenant, ids=ids)
    found = {row.customer.id: row for row in rows}
    return [found.get(each) for each in ids]


def _profile(*columns: Any) -> Profile:
    score = ScoreRow(*columns[_PERSON:])
    there = None if score.customer_id is None else score
    return Profile(columns[:_VERSION], CustomerRow(*columns[_VERSION:_PERSON]), there)
