"""Events and pages of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeAlias

import strawberry
from strawberry.scalars import JSON

from kit import ids
from kit.page import AskedColumns, Page, microseconds
from resolvers import events
from resolvers.events import EventFilter, EventRow
from resolvers.tenants import TenantRow
from schema.arguments import named
from schema.batching import held, needing
from schema.connection import Connection, edges_of, nodes_of, page_info_of, total_of
from schema.context import Info
from schema.linked import linked_customer
from schema.moments import aware
from schema.node import GLOBAL_ID, Node
from schema.owner import tenant_of
from schema.page import After, Before, First, Last, PageInfo, asked_of_rows

if TYPE_CHECKING:
    from schema.customer import Customer
    from schema.tenant import Tenant


KIND = "Event"


def _ids(tenants: Sequence[int], moments: Sequence[datetime], messages: Sequence[str]) -> list[str]:
    found = zip(tenants, map(microseconds, moments), messages, strict=True)
    return [ids.encode_event(*each) for each in found]


@strawberry.type(description="Something a customer did, as the shop tracked it.")
class Event(Node):
    owner: strawberry.Private[TenantRow]
    row: strawberry.Private[EventRow]
    id: strawberry.ID = held("tenant_id", "occurred_at", "message_id", make=_ids, description=GLOBAL_ID)
    message_id: str = held(
        "message_id", description="The sender's own id; the same one twice is a duplicate."
    )
    type: str = held("event_type", description="What was done, such as page_view or add_to_cart.")
    properties: JSON = held("properties", description="What the sender told of it.")
    occurred_at: datetime = held("occurred_at", description="When it was done.")
    received_at: datetime = held("received_at", description="When it came in.")
    tenant: Annotated["Tenant", strawberry.lazy("schema.tenant")] = strawberry.field(
        resolver=tenant_of, description="The tenant whose event this is.", metadata=needing()
    )

    customer: Annotated["Customer", strawberry.lazy("schema.customer")] | None = linked_customer(
        "customer_id", description="Who did it. Null where nobody is known."
    )

    @classmethod
    def of(cls, owner: TenantRow, row: EventRow) -> "Event":
        return cls(owner=owner, row=row)


@strawberry.type(description="An event in a page.")
class EventEdge:
    cursor: str = strawberry.field(description="Where the event stands in the list.")
    node: Event = strawberry.field(description="The event.")


@strawberry.type(description="A page of events.")
class EventConnection(Connection):
    edges: list[EventEdge] = edges_of("The events with their cursors.")
    nodes: list[Event] = nodes_of("The events.")
    page_info: PageInfo = page_info_of()
    total_count: int = total_of("Events of the whole list; counted only if asked for.")

    edge_class = EventEdge

    @classmethod
    def of(cls, owner: TenantRow, page: Page[EventRow]) -> "EventConnection":
        return cls(page=page, make=lambda row: Event.of(owner, row))


Types: TypeAlias = Annotated[list[str] | None, strawberry.argument(description="Only events of these types.")]
From: TypeAlias = Annotated[
    datetime | None, strawberry.argument(description="Only what happened at this instant or later.")
]
Until: TypeAlias = Annotated[
    datetime | None, strawberry.argument(description="Only what happened before this instant.")
]


async def events_of_tenant(
    root: "Tenant",
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    types: Types = None,
    occurred_from: From = None,
    occurred_until: Until = None,
) -> EventConnection | None:
    """The field: a page of the tenant's events."""
    wanted = _filter(types, occurred_from, occurred_until)
    return await _page(info, root.row, None, asked_of_rows(info, first, after, last, before), wanted)


async def events_of_customer(
    root: "Customer",
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    types: Types = None,
    occurred_from: From = None,
    occurred_until: Until = None,
) -> EventConnection | None:
    """The field: a page of the customer's events."""
    wanted = _filter(types, occurred_from, occurred_until)
    return await _page(info, root.owner, root.row.id, asked_of_rows(info, first, after, last, before), wanted)


def _filter(types: list[str] | None, since: datetime | None, until: datetime | None) -> EventFilter:
    return EventFilter(event_types(types), aware(since, "occurredFrom"), aware(until, "occurredUntil"))


def event_types(given: list[str] | None) -> tuple[str, ...]:
    """The types asked for, each once; a text with NUL is nobody's type, but still a type asked for."""
    return tuple(dict.fromkeys(each.replace("\0", "\ufffd") for each in named(given, "types") or ()))


async def _page(
    info: Info, owner: TenantRow, customer: int | None, window: AskedColumns, wanted: EventFilter
) -> EventConnection | None:
    page = await events.page(info.context, owner.id, customer=customer, wanted=wanted, **window)
    return EventConnection.of(owner, page)
