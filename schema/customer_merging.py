"""Two customers merged, and a merge undone."""

import strawberry

from kit import ids
from resolvers import customers, tenants
from resolvers.merging import rows
from resolvers.merging.merge import merge
from resolvers.merging.unmerge import unmerge
from resolvers.writes.people import CustomerReference
from schema.arguments import Input
from schema.context import Info
from schema.customer import Customer
from schema.customer_merge import KIND, CustomerMerge
from schema.customer_reference import CustomerReferenceInput, reference
from schema.tenant import KIND as TENANT
from schema.user_errors import UserError, answers


@strawberry.input(description="Which customer to merge into which.")
class CustomerMergeInput:
    tenant_id: strawberry.ID = strawberry.field(description="The tenant's global id.")
    source: CustomerReferenceInput = strawberry.field(
        name="from", description="Who is merged, and is not there for themselves any more."
    )
    into: CustomerReferenceInput = strawberry.field(description="The survivor, who has all of it afterwards.")
    reason: str | None = strawberry.field(
        default=None, description="Why they are one, in at most 500 characters."
    )


@strawberry.input(description="Which merge to undo.")
class CustomerUnmergeInput:
    id: strawberry.ID = strawberry.field(description="The merge's global id.")


@strawberry.type(description="Two customers who are one now, or why they are not.")
class CustomerMergePayload:
    customer: Customer | None = strawberry.field(
        default=None, description="The survivor. Null where it was refused."
    )
    merge: CustomerMerge | None = strawberry.field(
        default=None, description="The merge, which can be undone. Null where it was refused."
    )
    was_merged: bool = strawberry.field(
        default=False, description="Whether they were merged before, so that nothing was done."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Why it was refused.")


@strawberry.type(description="Two customers who are two again, or why they are not.")
class CustomerUnmergePayload:
    customer: Customer | None = strawberry.field(
        default=None, description="Who had been merged, and is there again. Null where it was refused."
    )
    merge: CustomerMerge | None = strawberry.field(
        default=None, description="The merge, undone. Null where it was refused."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Why it was refused.")


@answers(CustomerMergePayload)
async def customer_merge(info: Info, input: Input[CustomerMergeInput]) -> CustomerMergePayload:  # noqa: A002
    """The mutation."""
    (tenant,) = ids.number(input.tenant_id, TENANT, field="tenant_id")
    source, into = _named(input.source), _named(input.into)
    done = await merge(info.context, tenant, source, into, input.reason)
    customer, found = await _shown(info, tenant, done.survivor, done.id)
    return CustomerMergePayload(customer=customer, merge=found, was_merged=not done.anew)


@answers(CustomerUnmergePayload)
async def customer_unmerge(info: Info, input: Input[CustomerUnmergeInput]) -> CustomerUnmergePayload:  # noqa: A002
    """The mutation."""
    tenant, number = ids.number(input.id, KIND, parts=2)
    done = await unmerge(info.context, tenant, number)
    customer, found = await _shown(info, tenant, done.restored, done.id)
    return CustomerUnmergePayload(customer=customer, merge=found)


async def _shown(
    info: Info, tenant: int, customer: int, merged: int
) -> tuple[Customer | None, CustomerMerge | None]:
    owner = await tenants.get(info.context, tenant)
    person = await customers.find(info.context, tenant, customer)
    row = await rows.find(info.context, tenant, merged)
    return (
        None if person is None else Customer.of(owner, person),
        None if row is None else CustomerMerge.of(owner, row),
    )


def _named(given: CustomerReferenceInput) -> CustomerReference:
    return reference(given) or CustomerReference()
