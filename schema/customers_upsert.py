"""Add or change customers."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from kit import ids
from kit.unset import UNSET, Maybe
from resolvers import customers, tenants
from resolvers.writes.consents import ConsentRecord
from resolvers.writes.customers import CustomerRecord, upsert_customers
from schema.arguments import Input
from schema.consent import ConsentInput
from schema.context import Info
from schema.customer import Customer
from schema.given import optional, told
from schema.tenant import KIND as TENANT
from schema.upsert import IDEMPOTENCY_KEY, RecordResult, results
from schema.user_errors import UserError, answers

_FIELDS = ("email", "first_name", "last_name", "phone", "created_at", "attributes")


@strawberry.input(
    description="A customer by the shop's own id. What is left out stays as it was; null, or an empty text, "
    "takes away what there was."
)
class CustomerInput:
    external_id: str = strawberry.field(description="The shop's own id, 1 to 255 characters.")
    email: str | None = optional("E-mail; null for none.")
    first_name: str | None = optional("First name; null for none.")
    last_name: str | None = optional("Last name; null for none.")
    phone: str | None = optional("Phone number; null for none.")
    created_at: datetime | None = optional("When they joined the shop; null where that is not known.")
    attributes: JSON | None = optional(
        "An object of at most 32 KB; added to what is known, name by name. A name whose value is null is "
        "taken away; null instead of the object takes all of them away."
    )
    consents: list[ConsentInput] | None = optional(
        "What they said of channels, each once; what they said of others stays. It cannot be null."
    )


@strawberry.input(description="Customers to add or change.")
class CustomersUpsertInput:
    tenant_id: strawberry.ID = strawberry.field(description="The tenant's global id.")
    customers: list[CustomerInput] = strawberry.field(description="1 to 500 customers.")
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.type(description="What became of one customer.")
class CustomerUpsertResult(RecordResult):
    owner: strawberry.Private[tenants.TenantRow]

    @strawberry.field(description="The customer as it is now. Null where it was rejected.")
    async def customer(self, info: Info) -> Customer | None:
        if not self.key:
            return None
        row = await customers.find_by_external_id(info.context, self.owner.id, self.key[0])
        return None if row is None else Customer.of(self.owner, row)


@strawberry.type(description="What became of the customers: those that were not rejected are saved.")
class CustomersUpsertPayload:
    results: list[CustomerUpsertResult] = strawberry.field(
        default_factory=list, description="One for each record, in their order."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why nothing was saved."
    )


@answers(CustomersUpsertPayload)
async def customers_upsert(
    info: Info,
    input: Input[CustomersUpsertInput],  # noqa: A002
) -> CustomersUpsertPayload:
    """The mutation."""
    (tenant,) = ids.number(input.tenant_id, TENANT, field="tenant_id")
    records = [
        CustomerRecord(each.external_id, consents=_consents(each), **told(each, *_FIELDS))
        for each in input.customers
    ]
    outcomes = await upsert_customers(info.context, tenant, records, key=input.idempotency_key)
    owner = await tenants.get(info.context, tenant)
    return CustomersUpsertPayload(results=results(CustomerUpsertResult, outcomes, "customers", owner=owner))


def _consents(given: CustomerInput) -> Maybe[list[ConsentRecord]]:
    if given.consents is None or given.consents is strawberry.UNSET:
        return None if given.consents is None else UNSET
    return [each.record() for each in given.consents]
