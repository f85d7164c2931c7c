"""Add or change customers."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry.scalars import JSON

from kit import ids
from resolvers import customers, tenants
from resolvers.writes.customers import CustomerRecord, upsert_customers
from schema.arguments import Input
from schema.context import Info
from schema.customer import Customer
from schema.enums import RecordStatus
from schema.tenant import KIND as TENANT
from schema.upsert import IDEMPOTENCY_KEY, record_errors, status
from schema.user_errors import REFUSALS, UserError


@strawberry.input(description="A customer by the shop's own id. What is left out or null stays as it was.")
class CustomerInput:
    external_id: str = strawberry.field(description="The shop's own id, 1 to 255 characters.")
    email: str | None = strawberry.field(default=None, description="E-mail.")
    first_name: str | None = strawberry.field(default=None, description="First name.")
    last_name: str | None = strawberry.field(default=None, description="Last name.")
    phone: str | None = strawberry.field(default=None, description="Phone number.")
    created_at: datetime | None = strawberry.field(default=None, description="When they joined the shop.")
    attributes: JSON | None = strawberry.field(
        default=None, description="An object of at most 32 KB; added to what is known, name by name."
    )


@strawberry.input(description="Customers to add or change.")
class CustomersUpsertInput:
    tenant_id: strawberry.ID = strawberry.field(description="The tenant's global id.")
    customers: list[CustomerInput] = strawberry.field(description="1 to 500 customers.")
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.type(description="What became of one customer.")
class CustomerUpsertResult:
    tenant: strawberry.Private[tenants.TenantRow]
    key: strawberry.Private[str | None]
    status: RecordStatus = strawberry.field(description="What became of the record.")
    user_errors: list[UserError] = strawberry.field(description="Why it was rejected.")

    @strawberry.field(description="The customer as it is now. Null where it was rejected.")
    async def customer(self, info: Info) -> Customer | None:
        if self.key is None:
            return None
        row = await customers.find_by_external_id(info.context, self.tenant.id, self.key)
        return None if row is None else Customer.of(self.tenant, row)


@strawberry.type(description="What became of the customers: those that were not rejected are saved.")
class CustomersUpsertPayload:
    results: list[CustomerUpsertResult] = strawberry.field(
        default_factory=list, description="One for each record, in their order."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why nothing was saved."
    )


async def customers_upsert(
    info: Info,
    input: Input[CustomersUpsertInput],  # noqa: A002
) -> CustomersUpsertPayload:
    """The mutation."""
    try:
        (tenant,) = ids.number(input.tenant_id, TENANT, field="tenant_id")
        records = [_record(each) for each in input.customers]
        outcomes = await upsert_customers(info.context, tenant, records, key=input.idempotency_key)
    except REFUSALS as error:
        return CustomersUpsertPayload(user_errors=[UserError.of(error)])
    owner = await tenants.get(info.context, tenant)
    results = [
        CustomerUpsertResult(
            tenant=owner,
            key=outcome.key[0] if outcome.key else None,
            status=status(outcome),
            user_errors=record_errors(outcome, "customers", place),
        )
        for place, outcome in enumerate(outcomes)
    ]
    return CustomersUpsertPayload(results=results)


def _record(given: CustomerInput) -> CustomerRecord:
    attributes: Any = given.attributes
    return CustomerRecord(
        external_id=given.external_id,
        email=given.email,
        first_name=given.first_name,
        last_name=given.last_name,
        phone=given.phone,
        created_at=given.created_at,
        attributes=attributes,
    )
