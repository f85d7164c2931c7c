"""Timeline: a customer's orders and events, newest first."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from resolvers import profiles, timeline
from resolvers.events import EventRow
from resolvers.orders import OrderRow
from resolvers.timeline import Item, TimelineFilter
from rest.values import Context, CustomerPath, Limit, TenantQuery, amount, second, told_as

router = APIRouter(prefix="/api/v2/cdp/customers", tags=["Customers"])

_KINDS = ("order", "event")

Before = Annotated[
    str | None,
    Query(
        description="Only what lies further back: `next_cursor` of the page before, or an instant with zone"
    ),
]


class TimelineEvent(BaseModel):
    """An order has `order_id`, `amount` and `items` in `details`; an event what it was sent with."""

    type: str = Field(description="`order`, or the event's type")
    timestamp: str
    details: dict[str, Any]


class TimelineData(BaseModel):
    events: list[TimelineEvent] = Field(description="Newest first")
    next_cursor: str | None = Field(description="`before` of the next page; null on the last one")


class TimelineResponse(BaseModel):
    success: bool
    data: TimelineData


@router.get(
    "/{customerId}/timeline",
    operation_id="getCustomerTimeline",
    summary="A customer's timeline",
    response_model=TimelineResponse,
)
async def get_timeline(
    ctx: Context, customer: CustomerPath, tenant: TenantQuery, limit: Limit = 50, before: Before = None
) -> TimelineResponse:
    """What a customer did: orders and events in one list, newest first."""
    until = _instant(before)
    wanted = TimelineFilter(kinds=_KINDS, until=until)
    after = before if until is None else None
    await profiles.person(ctx, tenant, customer)
    with told_as(after="before"):
        page = await timeline.page(ctx, tenant, customer, wanted=wanted, first=limit, after=after)
    events = [TimelineEvent(**_told(each)) for each in page.rows]
    following = page.cursors[-1] if page.has_next else None
    return TimelineResponse(success=True, data=TimelineData(events=events, next_cursor=following))


def _instant(text: str | None) -> datetime | None:
    """The instant that `before` names; None where it is a cursor, or nothing."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return found if found.tzinfo is not None else None


def _told(item: Item) -> dict[str, Any]:
    if isinstance(item, OrderRow):
        details = {"order_id": item.external_id, "amount": amount(item.amount), "items": item.items}
        return {"type": "order", "timestamp": second(item.placed_at), "details": details}
    if isinstance(item, EventRow):
        moment = second(item.occurred_at)
        return {"type": item.event_type, "timestamp": moment, "details": item.properties}
    raise TypeError(f"no such item was asked for: {type(item).__name__}")
