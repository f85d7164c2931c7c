"""A customer's timeline: what happened, newest first, each item telling its own story."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import strawberry

from kit.page import Page
from resolvers import runs, timeline
from resolvers.tenants import TenantRow
from resolvers.timeline import KINDS, ChangeRow, Item, TimelineFilter
from schema.arguments import named
from schema.connection import Connection, edges_of, nodes_of, page_info_of, total_of
from schema.context import Info
from schema.enums import RfmSegment, TimelineKind
from schema.event import Event, event_types
from schema.moments import aware
from schema.one_of_tenant import object_of
from schema.order import Order
from schema.page import After, Before, First, Last, PageInfo, asked
from schema.refund import Refund
from schema.run import ScoreRun
from schema.selection import columns_below

if TYPE_CHECKING:
    from schema.customer import Customer


@strawberry.interface(description="Something that happened to a customer.")
class TimelineItem:
    kind: TimelineKind = strawberry.field(description="What it tells of.")
    occurred_at: datetime = strawberry.field(description="When it happened.")


@strawberry.type(description="An order was placed.")
class OrderPlaced(TimelineItem):
    order: Order = strawberry.field(description="The order.")


@strawberry.type(description="Money was given back.")
class RefundGiven(TimelineItem):
    refund: Refund = strawberry.field(description="The refund.")


@strawberry.type(description="An event was tracked.")
class EventTracked(TimelineItem):
    event: Event = strawberry.field(description="The event.")


_HOLDING: dict[TimelineKind, tuple[type[TimelineItem], str, Callable[[TenantRow, Any], Any]]] = {
    TimelineKind.ORDER: (OrderPlaced, "order", Order.of),
    TimelineKind.REFUND: (RefundGiven, "refund", Refund.of),
    TimelineKind.EVENT: (EventTracked, "event", Event.of),
}
"""The types of items that hold an object of a row, under which name, and what makes it."""


@strawberry.type(description="A run found the customer in another RFM segment than the run before.")
class SegmentChanged(TimelineItem):
    tenant: strawberry.Private[int]
    run_key: strawberry.Private[int]
    from_segment: RfmSegment | None = strawberry.field(
        description="The segment before. Null: not scored then, since new or without a purchase."
    )
    to_segment: RfmSegment | None = strawberry.field(
        description="The segment after. Null: not scored any more, say after a refund."
    )

    @strawberry.field(description="The run that found it. Null where the run is kept no more.")
    async def run(self, info: Info) -> ScoreRun | None:
        found = await runs.of_id(info.context, self.tenant, self.run_key)
        return None if found is None else ScoreRun.of(found)


@strawberry.type(description="An item of a timeline in a page.")
class TimelineEdge:
    cursor: str = strawberry.field(description="Where the item stands in the timeline.")
    node: TimelineItem = strawberry.field(description="The item.")


@strawberry.type(description="A page of a timeline.")
class TimelineConnection(Connection):
    edges: list[TimelineEdge] = edges_of("The items with their cursors.")
    nodes: list[TimelineItem] = nodes_of("The items.")
    page_info: PageInfo = page_info_of()
    total_count: int = total_of("Items of the whole timeline; counted only if asked for.")

    edge_class = TimelineEdge

    @classmethod
    def of(cls, owner: TenantRow, page: Page[Item]) -> "TimelineConnection":
        return cls(page=page, make=lambda row: _told(owner, row))


Kinds: TypeAlias = Annotated[
    list[TimelineKind] | None, strawberry.argument(description="Only items of these kinds.")
]
Types: TypeAlias = Annotated[
    list[str] | None, strawberry.argument(description="Of the events only those of these types.")
]
From: TypeAlias = Annotated[
    datetime | None, strawberry.argument(description="Only what happened at this instant or later.")
]
Until: TypeAlias = Annotated[
    datetime | None, strawberry.argument(description="Only what happened before this instant.")
]


async def timeline_of_customer(
    root: "Customer",
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    kinds: Kinds = None,
    types: Types = None,
    occurred_from: From = None,
    occurred_until: Until = None,
) -> TimelineConnection | None:
    """The field: a page of the customer's timeline."""
    wanted = TimelineFilter(
        kinds=tuple(dict.fromkeys(each.value for each in named(kinds, "kinds") or ())) or KINDS,
        types=event_types(types),
        since=aware(occurred_from, "occurredFrom"),
        until=aware(occurred_until, "occurredUntil"),
    )
    page = await timeline.page(
        info.context,
        root.owner.id,
        root.row.id,
        wanted=wanted,
        columns={kind.value: columns_below(info, of.__name__) for kind, (of, *_) in _HOLDING.items()},
        **asked(info, first, after, last, before),
    )
    return TimelineConnection.of(root.owner, page)


def _told(owner: TenantRow, item: Item) -> TimelineItem:
    kind = TimelineKind(item.kind)
    if kind in _HOLDING:
        of, name, make = _HOLDING[kind]
        return of(kind=kind, occurred_at=item.at, **{name: object_of(make, owner, item.row)})
    row: ChangeRow = item.row
    return SegmentChanged(
        kind=kind,
        occurred_at=item.at,
        tenant=row.tenant_id,
        run_key=row.run_id,
        from_segment=RfmSegment(row.from_segment) if row.from_segment else None,
        to_segment=RfmSegment(row.to_segment) if row.to_segment else None,
    )
