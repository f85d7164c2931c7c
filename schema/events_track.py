"""Take events in: one, or many."""

from datetime import datetime
from typing import Any

import strawberry
from strawberry.scalars import JSON

from kit import ids
from kit.page import INSTANT
from resolvers import events, tenants
from resolvers.intake.event import EventRecord
from resolvers.writes.events import track_events
from resolvers.writes.outcome import DUPLICATE
from schema.arguments import Input
from schema.context import Info
from schema.customer_reference import CustomerReferenceInput, reference
from schema.event import Event
from schema.tenant import KIND as TENANT
from schema.upsert import IDEMPOTENCY_KEY, RecordResult, record_errors, results
from schema.user_errors import UserError, answers


@strawberry.input(description="Something that was done.")
class EventInput:
    type: str = strawberry.field(
        description="What was done: page_view, add_to_cart, remove_from_cart, purchase, email_opened, "
        "email_clicked, campaign_converted, or a type that the tenant has registered."
    )
    customer: CustomerReferenceInput | None = strawberry.field(
        default=None, description="Who did it; nobody where that is not known."
    )
    properties: JSON | None = strawberry.field(default=None, description="An object of at most 32 KB.")
    occurred_at: datetime | None = strawberry.field(
        default=None, description="When it was done, at most a day ahead; now unless told."
    )
    message_id: str | None = strawberry.field(
        default=None,
        description="The sender's own id, which needs occurredAt: the same event again is a duplicate then.",
    )


@strawberry.input(description="An event to take in.")
class EventTrackInput:
    tenant_id: strawberry.ID = strawberry.field(description="The tenant's global id.")
    event: EventInput = strawberry.field(description="The event.")


@strawberry.input(description="Events to take in.")
class EventsTrackInput:
    tenant_id: strawberry.ID = strawberry.field(description="The tenant's global id.")
    events: list[EventInput] = strawberry.field(description="1 to 1,000 events.")
    idempotency_key: str | None = strawberry.field(default=None, description=IDEMPOTENCY_KEY)


@strawberry.type(description="What became of one event.")
class EventTrackResult(RecordResult):
    owner: strawberry.Private[tenants.TenantRow]

    @strawberry.field(description="The event. Null where it was rejected.")
    async def event(self, info: Info) -> Event | None:
        return await _event(info, self.owner, self.key)


@strawberry.type(description="What became of the events: those that were not rejected are saved.")
class EventsTrackPayload:
    results: list[EventTrackResult] = strawberry.field(
        default_factory=list, description="One for each event, in their order."
    )
    user_errors: list[UserError] = strawberry.field(
        default_factory=list, description="Why nothing was saved."
    )


@strawberry.type(description="What became of an event.")
class EventTrackPayload:
    event: Event | None = strawberry.field(default=None, description="The event. Null where it was rejected.")
    is_duplicate: bool = strawberry.field(default=False, description="Whether it was there already.")
    user_errors: list[UserError] = strawberry.field(default_factory=list, description="Why it was rejected.")


@answers(EventTrackPayload)
async def event_track(info: Info, input: Input[EventTrackInput]) -> EventTrackPayload:  # noqa: A002
    """The mutation."""
    (tenant,) = ids.number(input.tenant_id, TENANT, field="tenant_id")
    (outcome,) = await track_events(info.context, tenant, [_record(input.event)])
    owner = await tenants.get(info.context, tenant)
    return EventTrackPayload(
        event=await _event(info, owner, outcome.key),
        is_duplicate=outcome.status == DUPLICATE,
        user_errors=record_errors(outcome, "event"),
    )


@answers(EventsTrackPayload)
async def events_track(info: Info, input: Input[EventsTrackInput]) -> EventsTrackPayload:  # noqa: A002
    """The mutation."""
    (tenant,) = ids.number(input.tenant_id, TENANT, field="tenant_id")
    records = [_record(each) for each in input.events]
    outcomes = await track_events(info.context, tenant, records, key=input.idempotency_key)
    owner = await tenants.get(info.context, tenant)
    return EventsTrackPayload(results=results(EventTrackResult, outcomes, "events", owner=owner))


async def _event(info: Info, owner: tenants.TenantRow, key: tuple[Any, ...]) -> Event | None:
    if not key:
        return None
    row = await events.find(info.context, owner.id, INSTANT.read(key[0]), key[1])
    return None if row is None else Event.of(owner, row)


def _record(given: EventInput) -> EventRecord:
    properties: Any = given.properties
    return EventRecord(
        event_type=given.type,
        customer=reference(given.customer),
        properties=properties,
        occurred_at=given.occurred_at,
        message_id=given.message_id,
    )
