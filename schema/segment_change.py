"""Moves of customers between segments, and pages of them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeAlias

import strawberry

from kit.page import Page
from resolvers import customers, runs, segment_changes
from resolvers.segment_changes import SegmentChangeRow
from resolvers.tenants import TenantRow
from schema.arguments import named
from schema.connection import Connection, edges_of, nodes_of, page_info_of, total_of
from schema.context import Info
from schema.customer import Customer
from schema.enums import RfmSegment
from schema.page import After, Before, First, Last, PageInfo, asked
from schema.run import ScoreRun

if TYPE_CHECKING:
    from schema.tenant import Tenant

Segments: TypeAlias = Annotated[
    list[RfmSegment] | None, strawberry.argument(description="Only moves from or to one of these segments.")
]


@strawberry.type(description="One customer's move from one segment to another in one run.")
class SegmentChange:
    owner: strawberry.Private[TenantRow]
    row: strawberry.Private[SegmentChangeRow]
    cursor: str = strawberry.field(description="Where the move stands in the log; `after` takes it.")
    from_segment: RfmSegment | None = strawberry.field(
        description="The segment before the run. Null: not scored then."
    )
    to_segment: RfmSegment | None = strawberry.field(
        description="The segment by the run. Null: not scored any more."
    )
    changed_at: datetime = strawberry.field(description="When the run found it.")

    @strawberry.field(description="Who moved. Null if the customer is not there any more.")
    async def customer(self, info: Info) -> Customer | None:
        found = await customers.find(info.context, self.owner.id, self.row.customer_id)
        return None if found is None else Customer.of(self.owner, found)

    @strawberry.field(description="The run that found it.")
    async def run(self, info: Info) -> ScoreRun | None:
        found = await runs.of_id(info.context, self.owner.id, self.row.run_id)
        return None if found is None else ScoreRun.of(found)

    @classmethod
    def of(cls, owner: TenantRow, row: SegmentChangeRow) -> "SegmentChange":
        return cls(
            owner=owner,
            row=row,
            cursor=row.position.cursor,
            from_segment=None if row.from_segment is None else RfmSegment(row.from_segment),
            to_segment=None if row.to_segment is None else RfmSegment(row.to_segment),
            changed_at=row.changed_at,
        )


@strawberry.type(description="A move in a page.")
class SegmentChangeEdge:
    cursor: str = strawberry.field(description="Where the move stands in the log.")
    node: SegmentChange = strawberry.field(description="The move.")


@strawberry.type(description="A page of moves between segments.")
class SegmentChangeConnection(Connection):
    edges: list[SegmentChangeEdge] = edges_of("The moves with their cursors.")
    nodes: list[SegmentChange] = nodes_of("The moves.")
    page_info: PageInfo = page_info_of()
    total_count: int = total_of("Moves of the whole log; counted only if asked for.")

    edge_class = SegmentChangeEdge

    @classmethod
    def of(cls, owner: TenantRow, page: Page[SegmentChangeRow]) -> "SegmentChangeConnection":
        return cls(page=page, make=lambda row: SegmentChange.of(owner, row))


async def changes_of_tenant(
    root: "Tenant",
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    segments: Segments = None,
) -> SegmentChangeConnection | None:
    """The field: a page of the tenant's log of moves."""
    page = await segment_changes.page(
        info.context,
        root.row.id,
        segments=names(segments),
        **asked(info, first, after, last, before),
    )
    return SegmentChangeConnection.of(root.row, page)


def names(segments: list[RfmSegment] | None) -> list[str] | None:
    """The segments' names as the database has them."""
    found = named(segments, "segments")
    return None if found is None else [each.value for each in found]
