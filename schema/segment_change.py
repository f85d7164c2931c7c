"""Changes of segments: who came, who left, who moved; and pages of them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeAlias

import strawberry

from kit import ids
from kit.errors import NotFoundError
from kit.page import Page
from models.segment_change import MEMBER
from resolvers import runs, segment_changes, segments
from resolvers.segment_changes import SegmentChangeRow, Subject, Wanted
from resolvers.tenants import TenantRow
from schema.arguments import named
from schema.connection import Connection, edges_of, nodes_of, page_info_of, total_of
from schema.context import Info
from schema.customer import KIND as CUSTOMER
from schema.customer import ChangeKinds as Kinds
from schema.customer import Customer
from schema.enums import RfmSegment, SegmentChangeAction, SegmentChangeKind, SegmentChangeReason
from schema.linked import linked_customer
from schema.names import missing
from schema.page import After, Before, First, Last, PageInfo, asked
from schema.run import ScoreRun
from schema.segment import KIND as SEGMENT
from schema.segment import Segment

if TYPE_CHECKING:
    from schema.tenant import Tenant

Segments: TypeAlias = Annotated[
    list[RfmSegment] | None,
    strawberry.argument(description="Only moves from or to one of these RFM segments."),
]
SegmentId: TypeAlias = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="Only changes of this segment, built in or not, by its global id."),
]
CustomerId: TypeAlias = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only changes of this customer, by the global id.")
]


@strawberry.type(description="One customer came into a segment, left it, or moved from one to another.")
class SegmentChange:
    owner: strawberry.Private[TenantRow]
    row: strawberry.Private[SegmentChangeRow]
    cursor: str = strawberry.field(description="Where the change stands in the feed; `after` takes it.")
    kind: SegmentChangeKind = strawberry.field(description="What the customer changed of.")
    action: SegmentChangeAction = strawberry.field(description="What the customer did.")
    reason: SegmentChangeReason = strawberry.field(description="Why.")
    segment_id: strawberry.ID | None = strawberry.field(
        description="The global id of the tenant's own segment, also where it is deleted since. Null for the "
        "classes of a score."
    )
    from_segment: RfmSegment | None = strawberry.field(
        description="Of the kind RFM_SEGMENT the segment before the run. Null: not scored then."
    )
    to_segment: RfmSegment | None = strawberry.field(
        description="Of the kind RFM_SEGMENT the segment by the run. Null: not scored any more."
    )
    changed_at: datetime = strawberry.field(
        description="When. All changes of one segment at one instant happened together."
    )

    customer: Customer | None = linked_customer(
        "customer_id", description="Who it was. Null if the customer is not there any more."
    )

    @strawberry.field(
        description="The segment that they are in since, or of an EXIT have left. Null where it is deleted."
    )
    async def segment(self, info: Info) -> Segment | None:
        return await self._segment(info, self.row.from_segment if _left(self.row) else self.row.to_segment)

    @strawberry.field(
        name="from",
        description="The segment before, built in for a score. Null of an ENTER, and where it is deleted.",
    )
    async def origin(self, info: Info) -> Segment | None:
        entered = self.row.action == "enter"
        return None if entered else await self._segment(info, self.row.from_segment)

    @strawberry.field(
        name="to",
        description="The segment after, built in for a score. Null of an EXIT, and where it is deleted.",
    )
    async def destination(self, info: Info) -> Segment | None:
        return None if _left(self.row) else await self._segment(info, self.row.to_segment)

    @strawberry.field(description="The run that found it. Null where none did.")
    async def run(self, info: Info) -> ScoreRun | None:
        if self.row.run_id is None:
            return None
        found = await runs.of_id(info.context, self.owner.id, self.row.run_id)
        return None if found is None else ScoreRun.of(found)

    async def _segment(self, info: Info, name: str | None) -> Segment | None:
        row = self.row
        if row.kind == MEMBER:
            found = await segments.find(info.context, self.owner.id, row.segment_id)
        else:
            found = await segments.find_builtin(info.context, self.owner.id, f"{row.kind}:{name}")
        return None if found is None else Segment.of(self.owner, found)

    @classmethod
    def of(cls, owner: TenantRow, row: SegmentChangeRow) -> "SegmentChange":
        own, rfm = row.kind == MEMBER, row.kind == SegmentChangeKind.RFM_SEGMENT.value
        return cls(
            owner=owner,
            row=row,
            cursor=row.position.cursor,
            kind=SegmentChangeKind(row.kind),
            action=SegmentChangeAction(row.action),
            reason=SegmentChangeReason(row.reason),
            segment_id=strawberry.ID(ids.encode(SEGMENT, owner.id, row.segment_id)) if own else None,
            from_segment=RfmSegment(row.from_segment) if rfm and row.from_segment else None,
            to_segment=RfmSegment(row.to_segment) if rfm and row.to_segment else None,
            changed_at=row.at,
        )


def _left(row: SegmentChangeRow) -> bool:
    return row.action == "exit"


@strawberry.type(description="A change in a page.")
class SegmentChangeEdge:
    cursor: str = strawberry.field(description="Where the change stands in the feed.")
    node: SegmentChange = strawberry.field(description="The change.")


@strawberry.type(description="A page of changes of segments.")
class SegmentChangeConnection(Connection):
    edges: list[SegmentChangeEdge] = edges_of("The changes with their cursors.")
    nodes: list[SegmentChange] = nodes_of("The changes.")
    page_info: PageInfo = page_info_of()
    total_count: int = total_of("Changes of the whole feed; counted only if asked for.")

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
    kinds: Kinds = None,
    segment_id: SegmentId = None,
    customer_id: CustomerId = None,
) -> SegmentChangeConnection | None:
    """The field: a page of the tenant's feed."""
    chosen = await wanted(info, root.row.id, segments, kinds, segment_id, customer_id)
    page = await segment_changes.page(
        info.context, root.row.id, chosen, **asked(info, first, after, last, before)
    )
    return SegmentChangeConnection.of(root.row, page)


async def changes_of_customer(
    root: Customer,
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    kinds: Kinds = None,
) -> SegmentChangeConnection | None:
    """The field: a page of what the feed tells of the customer."""
    chosen = Wanted(kinds=_values(kinds), customer=root.row.id)
    page = await segment_changes.page(
        info.context, root.owner.id, chosen, **asked(info, first, after, last, before)
    )
    return SegmentChangeConnection.of(root.owner, page)


async def changes_of_segment(
    root: Segment,
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> SegmentChangeConnection | None:
    """The field: a page of what the feed tells of the segment."""
    chosen = Wanted(subject=Subject.of(root.row))
    page = await segment_changes.page(
        info.context, root.owner.id, chosen, **asked(info, first, after, last, before)
    )
    return SegmentChangeConnection.of(root.owner, page)


async def wanted(
    info: Info,
    tenant: int,
    rfm: list[RfmSegment] | None,
    kinds: list[SegmentChangeKind] | None,
    segment_id: strawberry.ID | None,
    customer_id: strawberry.ID | None,
) -> Wanted:
    """Which changes arguments ask for. Raises InvalidInputError, NotFoundError for an unknown segment."""
    found = named(rfm, "segments")
    chosen = _values(kinds)
    if found is not None:
        only = SegmentChangeKind.RFM_SEGMENT.value
        chosen = (only,) if chosen is None or only in chosen else ()
    return Wanted(
        kinds=chosen,
        subject=None if segment_id is None else await _subject(info, tenant, segment_id),
        classes=None if found is None else tuple(each.value for each in found),
        customer=None if customer_id is None else _theirs(tenant, customer_id, CUSTOMER, "customerId"),
    )


async def _subject(info: Info, tenant: int, segment_id: strawberry.ID) -> Subject:
    """The segment of an id. A segment that is not there any more may still be told of."""
    number = _theirs(tenant, segment_id, SEGMENT, "segmentId")
    row = await segments.find(info.context, tenant, number)
    return Subject(MEMBER, number, None) if row is None else Subject.of(row)


def _theirs(tenant: int, given: strawberry.ID, kind: str, field: str) -> int:
    owner, number = ids.number(given, kind, field=field, parts=2)
    if owner != tenant:
        raise NotFoundError(missing(kind, given))
    return number


def _values(kinds: list[SegmentChangeKind] | None) -> tuple[str, ...] | None:
    found = named(kinds, "kinds")
    return None if found is None else tuple(dict.fromkeys(each.value for each in found))
