"""Who went from which segment to which between two instants."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from kit import ids
from kit.errors import NotFoundError
from resolvers import segments
from resolvers.segments import Cell
from resolvers.tenants import TenantRow
from schema.arguments import named
from schema.context import Info
from schema.enums import ScoreClassKind
from schema.moments import aware
from schema.names import missing
from schema.segment import KIND, Segment

if TYPE_CHECKING:
    from schema.tenant import Tenant


@strawberry.type(
    description="Customers who were in one segment at the earlier instant and in one at the later."
)
class SegmentMatrixCell:
    owner: strawberry.Private[TenantRow]
    kind: strawberry.Private[str | None]
    row: strawberry.Private[Cell]
    customer_count: int = strawberry.field(description="How many customers, at least one.")

    @strawberry.field(name="from", description="The segment at the earlier instant. Null: in none of them.")
    async def origin(self, info: Info) -> Segment | None:
        return await self._segment(info, self.row.origin)

    @strawberry.field(name="to", description="The segment at the later instant. Null: in none of them.")
    async def destination(self, info: Info) -> Segment | None:
        return await self._segment(info, self.row.destination)

    async def _segment(self, info: Info, key: str | int | None) -> Segment | None:
        if key is None:
            return None
        if isinstance(key, int):
            found = await segments.find(info.context, self.owner.id, key)
        else:
            found = await segments.find_builtin(info.context, self.owner.id, f"{self.kind}:{key}")
        return None if found is None else Segment.of(self.owner, found)


@strawberry.type(description="How customers went from segment to segment between two instants.")
class SegmentMatrix:
    since: datetime = strawberry.field(name="from", description="The earlier instant.")
    until: datetime = strawberry.field(name="to", description="The later instant.")
    cells: list[SegmentMatrixCell] = strawberry.field(
        description="From which segment how many customers went to which, in the order of the classes or of "
        "the ids given. Who stayed is in the cell of the same segment twice; a customer in several segments "
        "is in a cell of each pair. Cells without customers are left out."
    )


async def migration_of_tenant(
    root: "Tenant",
    info: Info,
    since: Annotated[datetime, strawberry.argument(name="from", description="The earlier instant.")],
    until: Annotated[datetime, strawberry.argument(name="to", description="The later instant.")],
    kind: Annotated[
        ScoreClassKind | None,
        strawberry.argument(description="Compare the classes of this score. Either this or segmentIds."),
    ] = None,
    segment_ids: Annotated[
        list[strawberry.ID] | None,
        strawberry.argument(description="Compare these segments of the tenant's own, 1 to 20."),
    ] = None,
) -> SegmentMatrix | None:
    """The field: the matrix between two instants."""
    tenant = root.row.id
    asked = named(segment_ids, "segmentIds")
    chosen = None if kind is None else kind.value
    found = await segments.migration(
        info.context,
        tenant,
        since=aware(since, "from") or since,
        until=aware(until, "to") or until,
        kind=chosen,
        segments=None if asked is None else [_number(tenant, each) for each in asked],
    )
    cells = [
        SegmentMatrixCell(owner=root.row, kind=chosen, row=each, customer_count=each.customers)
        for each in found
    ]
    return SegmentMatrix(since=since, until=until, cells=cells)


def _number(tenant: int, given: strawberry.ID) -> int:
    owner, number = ids.number(given, KIND, field="segmentIds", parts=2)
    if owner != tenant:
        raise NotFoundError(missing(KIND, given))
    return number
