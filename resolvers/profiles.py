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


async def of_customer(ctx: Ctx, tenant: int, customer: int) -> Profile:
    """The profile. Raises NotFoundError for an unknown tenant or customer."""
    person = await customers.find(ctx, tenant, customer)
    if person is None:
        await tenants.get(ctx, tenant)
        raise NotFoundError(f"Customer with ID {customer} not found")
    return Profile(person, await scores.of_customer(ctx, tenant, customer))
