"""Make and change tenants, and have them scored."""

import strawberry

from kit import ids
from kit.errors import InvalidInputError
from resolvers import requests
from resolvers.processing.request import NOW, Request
from resolvers.writes import tenants as use_cases
from resolvers.writes.tenants import TenantChanges
from schema.arguments import Input
from schema.context import Info
from schema.enums import AnalysisKind
from schema.given import kept, optional
from schema.run import ScoreRun
from schema.scalars import BigInt, CurrencyCode
from schema.tenant import KIND, Tenant
from schema.user_errors import UserError, answers


@strawberry.input(description="The tenant to make.")
class TenantCreateInput:
    name: str = strawberry.field(description="The shop's name, to 200 characters.")
    currency_code: CurrencyCode = strawberry.field(description="The currency all figures are reported in.")
    time_zone: str = strawberry.field(description="IANA zone, such as Europe/London.")
    slug: str | None = strawberry.field(
        default=None, description="Its name in addresses; made of the name unless told."
    )
    database_id: BigInt | None = strawberry.field(
        default=None, description="The number that the v2 REST paths use; the next free one unless told."
    )


@strawberry.input(
    description="What to change of a tenant. What is left out stays; nothing of this can be null."
)
class TenantUpdateInput:
    id: strawberry.ID = strawberry.field(description="The tenant's global id.")
    name: str | None = optional("Another name.")
    slug: str | None = optional("Another name in addresses.")
    currency_code: CurrencyCode | None = optional("Another currency, as long as there are no orders.")
    time_zone: str | None = optional("Another zone; the scores are stale from then on.")


@strawberry.type(description="What became of a tenant: all of it was done, or nothing.")
class TenantPayload:
    tenant: Tenant | None = strawberry.field(
        default=None, description="The tenant as it is now. Null where the change was refused."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Why it was refused.")


@strawberry.input(description="What to score.")
class ProcessInput:
    tenant_id: strawberry.ID = strawberry.field(description="The tenant's global id.")
    analyses: list[AnalysisKind] | None = strawberry.field(
        default=None, description="Which analyses; all three unless told."
    )
    as_of: str | None = strawberry.field(
        default=None,
        description="As of when: now, latest (the day after the last order) or a day such as 2011-12-10. "
        "Unless told as the scores that stand were asked for, a day included, and now where there are none.",
    )
    force: bool = strawberry.field(default=False, description="Score even where the scores are fresh.")
    wait: bool = strawberry.field(
        default=False, description="Wait for the run to end, as long as the server allows."
    )


@strawberry.type(description="The run that answers, or why there is none.")
class ProcessPayload:
    run: ScoreRun | None = strawberry.field(
        default=None, description="The run. One that is queued or running is told of by `processing`."
    )
    was_fresh: bool = strawberry.field(
        default=False, description="Whether its scores were there and up to date, so that nothing was done."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Why it was refused.")


@answers(TenantPayload)
async def tenant_create(info: Info, input: Input[TenantCreateInput]) -> TenantPayload:  # noqa: A002
    """The mutation."""
    row = await use_cases.create_tenant(
        info.context,
        name=input.name,
        currency_code=input.currency_code,
        time_zone=input.time_zone,
        slug=input.slug,
        number=input.database_id,
    )
    return TenantPayload(tenant=Tenant.of(row))


@answers(TenantPayload)
async def tenant_update(info: Info, input: Input[TenantUpdateInput]) -> TenantPayload:  # noqa: A002
    """The mutation."""
    (tenant,) = ids.number(input.id, KIND)
    found = kept(input, "name", "slug", "currency_code", "time_zone")
    changes = TenantChanges(currency=found.pop("currency_code", None), **found)
    row = await use_cases.update_tenant(info.context, tenant, changes)
    return TenantPayload(tenant=Tenant.of(row))


@answers(ProcessPayload)
async def process(info: Info, input: Input[ProcessInput]) -> ProcessPayload:  # noqa: A002
    """The mutation. A run that fails while it is waited for is an error of the query."""
    if input.analyses == []:
        raise InvalidInputError("analyses", "No analysis is named; accepted are RFM, CLV and CHURN.")
    analyses = None if input.analyses is None else [str(each.value) for each in input.analyses]
    (tenant,) = ids.number(input.tenant_id, KIND, field="tenant_id")
    request = Request.of(analyses, input.as_of or NOW, force=input.force)
    done = await requests.request_processing(
        info.context, tenant, request, wait=input.wait, as_asked=input.as_of is not None
    )
    return ProcessPayload(run=ScoreRun.of(done.run), was_fresh=done.fresh)
