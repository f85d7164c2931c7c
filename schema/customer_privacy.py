"""What is held on a customer, told; and a customer erased."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from kit import ids
from resolvers.privacy.document import document
from resolvers.privacy.erase import erase
from resolvers.writes.people import CustomerReference
from schema.arguments import Input
from schema.context import Info
from schema.customer import KIND
from schema.customer_reference import CustomerReferenceInput, reference
from schema.tenant import KIND as TENANT
from schema.user_errors import UserError, answers


@strawberry.input(description="Whose data to tell.")
class CustomerExportInput:
    tenant_id: strawberry.ID = strawberry.field(description="The tenant's global id.")
    customer: CustomerReferenceInput = strawberry.field(description="The customer.")


@strawberry.input(description="Whom to erase.")
class CustomerEraseInput:
    tenant_id: strawberry.ID = strawberry.field(description="The tenant's global id.")
    customer: CustomerReferenceInput = strawberry.field(description="The customer.")


@strawberry.type(description="All that is held on a customer, or why it is not told.")
class CustomerExportPayload:
    document: JSON | None = strawberry.field(
        default=None,
        description="The profile and a list of each kind of what is held, as REST v2's export has them; more "
        "than 10 MB are told there only. Null where it was refused.",
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Why it was refused.")


@strawberry.type(description="What became of a customer who was to be erased.")
class CustomerErasePayload:
    customer_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="The global id under which orders stay together. Null where it was refused, or where "
        "they were erased before and are named by what they were known by.",
    )
    erased_at: datetime | None = strawberry.field(
        default=None, description="Since when they are erased; null where that is not told."
    )
    was_erased: bool = strawberry.field(
        default=False, description="Whether they were erased before, so that nothing was done."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Why it was refused.")


@answers(CustomerExportPayload)
async def customer_export(info: Info, input: Input[CustomerExportInput]) -> CustomerExportPayload:  # noqa: A002
    """The mutation."""
    (tenant,) = ids.number(input.tenant_id, TENANT, field="tenant_id")
    found = await document(info.context, tenant, _named(input.customer))
    return CustomerExportPayload(document=found)  # type: ignore[arg-type]


@answers(CustomerErasePayload)
async def customer_erase(info: Info, input: Input[CustomerEraseInput]) -> CustomerErasePayload:  # noqa: A002
    """The mutation."""
    (tenant,) = ids.number(input.tenant_id, TENANT, field="tenant_id")
    done = await erase(info.context, tenant, _named(input.customer))
    number = None if done.customer is None else strawberry.ID(ids.encode(KIND, tenant, done.customer))
    return CustomerErasePayload(customer_id=number, erased_at=done.erased_at, was_erased=not done.anew)


def _named(given: CustomerReferenceInput) -> CustomerReference:
    return reference(given) or CustomerReference()
