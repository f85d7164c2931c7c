"""How long a tenant keeps its events."""

import strawberry

from kit import ids
from kit.errors import InvalidInputError
from resolvers import retention
from schema.arguments import Input
from schema.context import Info
from schema.given import optional
from schema.user_errors import UserError, answers

_TENANT = "Tenant"


@strawberry.input(description="How long to keep a tenant's events.")
class EventRetentionUpdateInput:
    tenant_id: strawberry.ID = strawberry.field(description="The tenant's global id.")
    days: int | None = optional(
        "Days, 1 to 36,500, counted from when an event occurred. Null: for good. It cannot be left out."
    )


@strawberry.type(description="What became of the change: it was made, or not.")
class EventRetentionPayload:
    event_retention_days: int | None = strawberry.field(
        default=None, description="Days for which events are kept now. Null: for good, or it was refused."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Why it was refused.")


@answers(EventRetentionPayload)
async def event_retention_update(
    info: Info,
    input: Input[EventRetentionUpdateInput],  # noqa: A002
) -> EventRetentionPayload:
    """The mutation."""
    (tenant,) = ids.number(input.tenant_id, _TENANT, field="tenant_id")
    if input.days is strawberry.UNSET:
        raise InvalidInputError("days", "days is left out; accepted are 1 to 36500, or null for good.")
    days = await retention.choose(info.context, tenant, input.days)
    return EventRetentionPayload(event_retention_days=days)
