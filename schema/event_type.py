"""Types of events: listed, registered, changed and removed."""

from datetime import datetime
from typing import Any, cast

import strawberry
from strawberry.scalars import JSON

from kit import ids
from resolvers.event_types import registry
from resolvers.event_types.registry import EventTypeChanges, EventTypeRow
from resolvers.tenants import TenantRow
from schema.arguments import Input
from schema.context import Info
from schema.given import kept, optional, told
from schema.user_errors import UserError, answers

_TENANT = "Tenant"


@strawberry.type(
    description="A type of events: one of the seven that are built in, or one of the tenant's own."
)
class EventType:
    name: str = strawberry.field(description="What events of it say as their type.")
    description: str = strawberry.field(description="What it means.")
    json_schema: JSON | None = strawberry.field(
        description="JSON Schema that the properties of its events must hold to. Null: anything goes."
    )
    is_active: bool = strawberry.field(description="Whether events of it are accepted.")
    is_built_in: bool = strawberry.field(description="Whether it is one that all tenants have.")
    created_at: datetime | None = strawberry.field(
        description="When it was registered. Null where it is built in."
    )
    updated_at: datetime | None = strawberry.field(
        description="When it was last changed. Null where it is built in."
    )

    @classmethod
    def of(cls, row: EventTypeRow) -> "EventType":
        return cls(
            name=row.name,
            description=row.description,
            json_schema=cast("JSON | None", row.json_schema),
            is_active=row.is_active,
            is_built_in=row.is_built_in,
            created_at=row.created_at,
            updated_at=row.updated_at,
        )


@strawberry.input(description="A type to register, or what to change of it. What is left out stays.")
class EventTypeUpsertInput:
    tenant_id: strawberry.ID = strawberry.field(description="The tenant's global id.")
    name: str = strawberry.field(
        description="Small letters, digits, _ and ., 64 at most, a letter first; not a built-in one."
    )
    description: str | None = optional("What it means; at most 1,000 characters.")
    json_schema: JSON | None = optional(
        "JSON Schema (2020-12) of at most 16 KB for the properties of its events; null: anything goes."
    )
    is_active: bool | None = optional("Whether events of it are accepted; true for a new one.")


@strawberry.input(description="A type to remove.")
class EventTypeDeleteInput:
    tenant_id: strawberry.ID = strawberry.field(description="The tenant's global id.")
    name: str = strawberry.field(description="The type's name.")


@strawberry.type(description="What became of a type: all of it was done, or nothing.")
class EventTypePayload:
    event_type: EventType | None = strawberry.field(
        default=None, description="The type as it is now. Null where the change was refused."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Why it was refused.")


@strawberry.type(description="What became of a type that was to be removed.")
class EventTypeDeletePayload:
    deleted_name: str | None = strawberry.field(
        default=None, description="The name of the type that was. Null where it was refused."
    )
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Why it was refused.")


async def event_types_of(info: Info, owner: TenantRow) -> list[EventType]:
    """All types of a tenant's events."""
    return [EventType.of(row) for row in await registry.of_tenant(info.context, owner.id)]


@answers(EventTypePayload)
async def event_type_upsert(info: Info, input: Input[EventTypeUpsertInput]) -> EventTypePayload:  # noqa: A002
    """The mutation."""
    (tenant,) = ids.number(input.tenant_id, _TENANT, field="tenant_id")
    given: dict[str, Any] = kept(input, "description", "is_active") | told(input, "json_schema")
    row = await registry.upsert(info.context, tenant, input.name, EventTypeChanges(**given))
    return EventTypePayload(event_type=EventType.of(row))


@answers(EventTypeDeletePayload)
async def event_type_delete(
    info: Info,
    input: Input[EventTypeDeleteInput],  # noqa: A002
) -> EventTypeDeletePayload:
    """The mutation."""
    (tenant,) = ids.number(input.tenant_id, _TENANT, field="tenant_id")
    await registry.delete(info.context, tenant, input.name)
    return EventTypeDeletePayload(deleted_name=input.name)
