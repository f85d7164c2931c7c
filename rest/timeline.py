"""Timeline: a customer's orders and events, newest first."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from kit import opaque
from kit.errors import InvalidInputError
from resolvers import profiles, timeline
from resolvers.timeline import KINDS, Item, TimelineFilter
from rest.values import Context, CustomerPath, Limit, TenantQuery, amount, second, told_as

router = APIRouter(prefix="/api/v2/cdp/customers", tags=["Customers"])

_KINDS = ("order", "event")
_WITH_ZONE = "an instant with its zone, such as 2024-09-16T20:00:00Z or 2024-09-16T17:00:00-03:00"

Before = Annotated[
    str | None,
    Query(
        description="Only what lies further back: `next_cursor` of the page before, or an instant with zone"
    ),
]


After = Annotated[
    str | None, Query(description="Only what is newer, nearest first of all: `previous_cursor` of a page")
]
Since = Annotated[str | None, Query(description="Only what happened at this instant, with zone, or later")]
Types = Annotated[
    str | None,
    Query(
        description="Separated by commas: order, refund, event, segment_change, and types of events; "
        "order,event unless told"
    ),
]


class TimelineEvent(BaseModel):
    """An order has `order_id`, `amount` and `items` in `details`; an event what it was sent with.

    A refund has `refund_id` and `amount`, a move between segments `from` and `to`.
    """

    type: str = Field(description="`order`, `refund`, `segment_change`, or the event's type")
    timestamp: str
    details: dict[str, Any]


class TimelineData(BaseModel):
    events: list[TimelineEvent] = Field(description="Newest first")
    next_cursor: str | None = Field(description="`before` of the next page; null on the last one")
    previous_cursor: str | None = Field(
        default=None, description="`after` of the page before; only where something newer may be"
    )


class TimelineResponse(BaseModel):
    success: bool
    data: TimelineData


@router.get(
    "/{customerId}/timeline",
    operation_id="getCustomerTimeline",
    summary="A customer's timeline",
    response_model=TimelineResponse,
    response_model_exclude_unset=True,
)
async def get_timeline(
    ctx: Context,
    customer: CustomerPath,
    tenant: TenantQuery,
    limit: Limit = 50,
    before: Before = None,
    after: After = None,
    since: Since = None,
    types: Types = None,
) -> TimelineResponse:
    """What happened to a customer, newest first: orders and events unless `types` says otherwise."""
    until = _end(before)
    wanted = _wanted(types)._replace(since=_moment(since), until=until)
    window: dict[str, Any] = {"first": limit, "after": before if until is None else None}
    if after is not None:
        if before is not None:
            raise InvalidInputError("after", "after: give after or before, not both")
        window = {"last": limit, "before": after}
    person = await profiles.person(ctx, tenant, customer)
    with told_as(after="before", before="after"):
        page = await timeline.page(ctx, tenant, person.id, wanted=wanted, **window)
    events = [TimelineEvent(**_told(each)) for each in page.rows]
    data = TimelineData(events=events, next_cursor=page.end if page.has_next and events else None)
    if page.has_previous and events:
        data.previous_cursor = page.start
    return TimelineResponse(success=True, data=data)


def _wanted(types: str | None) -> TimelineFilter:
    """Which items: of the kinds among the types, and events of the types that are no kinds."""
    if types is None:
        return TimelineFilter(kinds=_KINDS)
    named = tuple(dict.fromkeys(each.strip() for each in types.split(",") if each.strip()))
    if not named:
        raise InvalidInputError("types", f"types: accepted are {', '.join(KINDS)} and types of events")
    kinds = tuple(each for each in named if each in KINDS)
    events = () if "event" in kinds else tuple(each for each in named if each not in KINDS)
    return TimelineFilter(kinds=(*kinds, "event") if events else kinds, types=events)


def _end(text: str | None) -> datetime | None:
    """The instant that `before` names; None for a cursor, or nothing. Raises InvalidInputError for others."""
    found = _instant("before", text)
    if text is not None and found is None and opaque.unseal(text) is None:
        told = f"before: '{text[:60]}' is neither next_cursor of a page nor {_WITH_ZONE}"
        raise InvalidInputError("before", told)
    return found


def _moment(text: str | None) -> datetime | None:
    """An instant. Raises InvalidInputError for what is none."""
    found = _instant("since", text)
    if text is not None and found is None:
        raise InvalidInputError("since", f"since: '{text[:60]}' is not {_WITH_ZONE}")
    return found


def _instant(name: str, text: str | None) -> datetime | None:
    """The instant that a text names; None for what is none. Raises InvalidInputError for one without zone."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return None
    if found.tzinfo is None:
        raise InvalidInputError(name, f"{name}: '{text}' has no zone; accepted is {_WITH_ZONE}")
    return found


def _told(item: Item) -> dict[str, Any]:
    row, named = item.row, item.kind
    if item.kind == "order":
        details = {"order_id": row.external_id, "amount": amount(row.amount), "items": row.items}
    elif item.kind == "event":
        details, named = row.properties, row.event_type
    elif item.kind == "refund":
        details = {"refund_id": row.external_id, "amount": amount(row.amount)}
    else:
        details = {"from": row.from_segment, "to": row.to_segment}
    return {"type": named, "timestamp": second(item.at), "details": details}
