"""A customer with everything known about them."""

from typing import NamedTuple

from kit.errors import NotFoundError
from resolvers import customers, scores, tenants
from resolvers.context import Ctx
from resolvers.customers import CustomerRow
from resolvers.scores import ScoreRow


class Profile(NamedTuple):
    """The customer and their scores; None before they have any."""

    customer: CustomerRow
    score: ScoreRow | None


async def person(ctx: Ctx, tenant: int, customer: int) -> CustomerRow:
    """The customer. Raises NotFoundError for an unknown tenant or customer."""
    found = await customers.find(ctx, tenant, customer)
    if found is None:
        await tenants.get(ctx, tenant)
        raise NotFoundError.of("Customer", tenant, customer)
    return found


async def of_customer(ctx: Ctx, tenant: int, customer: int) -> Profile:
    """The profile. Raises NotFoundError for an unknown tenant or customer."""
    found = await person(ctx, tenant, customer)
    return Profile(found, await scores.of_customer(ctx, tenant, customer))
