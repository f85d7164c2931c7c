"""Segments, pages of them, and the segments of a customer."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import strawberry
from strawberry.scalars import JSON

from kit.page import Page
from resolvers import segments
from resolvers.segments import Membership, SegmentRow, Truth
from resolvers.tenants import TenantRow
from schema.batching import are_there, held, needing
from schema.connection import Connection, edges_of, nodes_of, page_info_of, total_of
from schema.context import Info
from schema.customer import Customer, CustomerConnection
from schema.customer_list import Filter, Search, Sort, customer_page
from schema.enums import ConsentChannel, ExportFormat, SegmentType, members_of
from schema.moments import aware
from schema.node import GLOBAL_ID, Node, global_ids
from schema.owner import tenant_of
from schema.page import After, Before, First, Last, PageInfo, asked, asked_of_rows
from schema.scalars import BigInt

if TYPE_CHECKING:
    from schema.segment_change import SegmentChangeConnection
    from schema.tenant import Tenant

KIND = "Segment"


@strawberry.type(description="A set of customers: those who meet its criteria, or those put into it.")
class Segment(Node):
    owner: strawberry.Private[TenantRow]
    row: strawberry.Private[SegmentRow]
    id: strawberry.ID = held("tenant_id", "id", make=global_ids(KIND), description=GLOBAL_ID)
    database_id: BigInt = held("id", description="The segment's number.")
    name: str = held("name", description="Its name, unique within the tenant.")
    type: SegmentType = held("type", make=members_of(SegmentType), description="How customers come into it.")
    criteria: JSON | None = held(
        "criteria", description="Who is in it, in the language of criteria. Null for a static segment."
    )
    description: str | None = held("description", description="What it is for.")
    member_count: BigInt = held("member_count", description="Customers in it.")
    last_updated_at: datetime | None = held(
        "refreshed_at", description="When its members were last worked out, or changed by hand."
    )
    created_at: datetime = held("created_at", description="When it was made.")
    updated_at: datetime = held(
        "updated_at", description="When its name, criteria or description last changed."
    )
    is_built_in: bool = held(
        "builtin",
        make=are_there,
        description="Whether every tenant has it: a class of a score. It cannot be changed or deleted.",
    )

    tenant: Annotated["Tenant", strawberry.lazy("schema.tenant")] = strawberry.field(
        resolver=tenant_of, description="The tenant whose segment this is.", metadata=needing()
    )

    @strawberry.field(
        description="A page of its members: searched, filtered, in any order. 50 rows unless told. With "
        "`asOf` of those who were members then, as they are now; null with an error where that is not known."
    )
    async def members(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
        query: Search = None,
        filter: Filter = None,  # noqa: A002
        order_by: Sort = None,
        as_of: Annotated[
            datetime | None,
            strawberry.argument(description="The instant to tell the members of; now unless told."),
        ] = None,
    ) -> CustomerConnection | None:
        window = asked_of_rows(info, first, after, last, before)
        return await customer_page(
            info,
            self.owner,
            window,
            query=query,
            filters=filter,
            order=order_by,
            segment=self.row,
            as_of=aware(as_of, "asOf"),
        )

    @strawberry.field(
        description="A page of what the feed tells of it: who came and who left, oldest first; of a "
        "built-in one who moved from or to it. 50 rows unless told; at most 1,000.",
        metadata=needing("id", "builtin"),
    )
    async def changes(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        last: Last = None,
        before: Before = None,
    ) -> Annotated["SegmentChangeConnection", strawberry.lazy("schema.segment_change")] | None:
        from schema.segment_change import changes_of_segment

        return await changes_of_segment(self, info, first, after, last, before)

    @strawberry.field(
        description="Where REST v2 of this server answers with all its members and their scores as a file: a "
        "path, to be fetched with GET.",
        metadata=needing("tenant_id", "id"),
    )
    def export_url(
        self,
        format: Annotated[  # noqa: A002
            ExportFormat, strawberry.argument(description="What kind of file.")
        ] = ExportFormat.CSV,
        channel: Annotated[
            ConsentChannel | None,
            strawberry.argument(description="Only members who have agreed to this channel."),
        ] = None,
    ) -> str:
        chosen = segments.format_named(format.value)
        named = None if channel is None else str(channel.value)
        return segments.address(self.row.tenant_id, self.row.id, chosen, named)

    @classmethod
    def of(cls, tenant: TenantRow, row: SegmentRow) -> "Segment":
        return cls(owner=tenant, row=row)


@strawberry.type(description="A segment in a page.")
class SegmentEdge:
    cursor: str = strawberry.field(description="Where the segment stands in the list.")
    node: Segment = strawberry.field(description="The segment.")


@strawberry.type(description="A page of segments.")
class SegmentConnection(Connection):
    edges: list[SegmentEdge] = edges_of("The segments with their cursors.")
    nodes: list[Segment] = nodes_of("The segments.")
    page_info: PageInfo = page_info_of()
    total_count: int = total_of("Segments of the whole list; counted only if asked for.")

    edge_class = SegmentEdge

    @classmethod
    def of(cls, tenant: TenantRow, page: Page[SegmentRow]) -> "SegmentConnection":
        return cls(page=page, make=lambda row: Segment.of(tenant, row))


@strawberry.type(description="A clause of a segment's criteria that a customer meets now.")
class SegmentReason:
    path: str = strawberry.field(description="Where the clause stands, such as criteria.all[0].monetary.")
    text: str = strawberry.field(description="The clause in words, such as: monetary is at least 100.")
    field: str | None = strawberry.field(
        description="The field it is about. Null for what must not hold, which may be about several."
    )
    value: str | None = strawberry.field(description="The customer's value of the field, as text.")

    @classmethod
    def of(cls, row: Truth) -> "SegmentReason":
        return cls(path=row.path, text=row.sentence, field=row.field, value=row.value)


@strawberry.type(description="A segment that a customer is in, in a page.")
class CustomerSegmentEdge:
    owner: strawberry.Private[TenantRow]
    row: strawberry.Private[Membership]
    cursor: str = strawberry.field(description="Where the segment stands in the list.")
    node: Segment = strawberry.field(description="The segment.")
    added_at: datetime | None = strawberry.field(
        description="Since when the customer has been in it. Null for a built-in one that no run has "
        "seen the customer come into: they were in it from the first."
    )

    @strawberry.field(
        description="The clauses of a dynamic segment that the customer meets now; none of a static one."
    )
    async def why(self, info: Info) -> list[SegmentReason] | None:
        row = self.row
        if row.segment.criteria is None:
            return []
        found = await segments.reasons(info.context, self.owner.id, row.segment.id, row.customer_id)
        return [SegmentReason.of(each) for each in found]


@strawberry.type(
    description="A page of the segments that a customer is in; the edges say since when, and why."
)
class CustomerSegmentConnection(Connection):
    edges: list[CustomerSegmentEdge] = edges_of(
        "The segments with their cursors, and how the customer came into them."
    )
    nodes: list[Segment] = nodes_of("The segments.")
    page_info: PageInfo = page_info_of()
    total_count: int = total_of("Segments of the whole list; counted only if asked for.")

    owner: strawberry.Private[TenantRow]

    @classmethod
    def of(cls, owner: TenantRow, page: Page[Membership]) -> "CustomerSegmentConnection":
        return cls(page=page, make=lambda row: Segment.of(owner, row.segment), owner=owner)

    def edge(self, cursor: str, node: Any, row: Membership) -> CustomerSegmentEdge:
        return CustomerSegmentEdge(owner=self.owner, row=row, cursor=cursor, node=node, added_at=row.added_at)


async def segments_of_customer(
    root: Customer,
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> CustomerSegmentConnection | None:
    """The field: a page of the segments the customer is in."""
    page = await segments.of_customer(
        info.context,
        root.owner.id,
        root.row.id,
        **asked(info, first, after, last, before),
    )
    return CustomerSegmentConnection.of(root.owner, page)
