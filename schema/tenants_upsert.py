"""Add or change tenants, many at a time."""

import strawberry

from resolvers import tenants
from resolvers.writes.tenant_list import TenantRecord, upsert_tenants
from schema.arguments import Input
from schema.context import Info
from schema.given import optional, told
from schema.scalars import BigInt, CurrencyCode
from schema.tenant import Tenant
from schema.upsert import RecordResult, results
from schema.user_errors import UserError, answers


@strawberry.input(
    description="A tenant by its slug. What is left out of a known one stays as it was; nothing of this can "
    "be null."
)
class TenantInput:
    slug: str = strawberry.field(description="Its name in addresses, by which it is found again.")
    name: str | None = optional("The shop's name, to 200 characters; required for a new tenant.")
    currency_code: CurrencyCode | None = optional(
        "The currency all figures are reported in; required for a new tenant, fixed once there are orders."
    )
    time_zone: str | None = optional("IANA zone, such as Europe/London; required for a new tenant.")
    database_id: BigInt | None = strawberry.field(
        default=None,
        description="The number that the v2 REST paths use; for a new tenant the next free one unless told.",
    )


@strawberry.input(description="Tenants to add or change.")
class TenantsUpsertInput:
    tenants: list[TenantInput] = strawberry.field(description="1 to 100 tenants.")


@strawberry.type(description="What became of one tenant.")
class TenantUpsertResult(RecordResult):
    @strawberry.field(description="The tenant as it is now. Null where it was rejected.")
    async def tenant(self, info: Info) -> Tenant | None:
        row = await tenants.find(info.context, self.key[0]) if self.key else None
        return None if row is None else Tenant.of(row)


@strawberry.type(description="What became of the tenants: those that were not rejected are saved.")
class TenantsUpsertPayload:
    results: list[TenantUpsertResult] = strawberry.field(
        default_factory=list, description="One for each record, in their order."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why nothing was saved."
    )


@answers(TenantsUpsertPayload)
async def tenants_upsert(info: Info, input: Input[TenantsUpsertInput]) -> TenantsUpsertPayload:  # noqa: A002
    """The mutation."""
    records = [
        TenantRecord(
            each.slug, **told(each, "name", "time_zone", currency="currency_code", number="database_id")
        )
        for each in input.tenants
    ]
    outcomes = await upsert_tenants(info.context, records)
    return TenantsUpsertPayload(results=results(TenantUpsertResult, outcomes, "tenants"))
