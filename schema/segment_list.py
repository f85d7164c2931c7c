"""The segments of a tenant and of a customer, as fields; and who would be in one."""

from typing import TYPE_CHECKING, Annotated

import strawberry
from strawberry.scalars import JSON

from kit.errors import InvalidInputError
from resolvers import segments as use_cases
from resolvers.segments import Preview
from resolvers.tenants import TenantRow
from schema.arguments import DatabaseId, Id, number_of
from schema.context import Info
from schema.customer import Customer
from schema.customer_filter import CustomerFilter, criteria_given
from schema.enums import SegmentType
from schema.page import After, Before, First, Last
from schema.segment import KIND, Segment, SegmentConnection
from schema.selection import selects

if TYPE_CHECKING:
    from schema.tenant import Tenant


@strawberry.type(description="Who would be in a segment.")
class SegmentPreview:
    tenant: strawberry.Private[TenantRow]
    row: strawberry.Private[Preview]
    customers: int = strawberry.field(description="Customers who meet the criteria.")
    of: int = strawberry.field(description="All customers of the tenant.")
    share: float | None = strawberry.field(
        description="The part of all customers, 0 to 1. Null for a tenant without customers."
    )
    criteria: JSON = strawberry.field(
        description="The criteria in their language, as a segment of them keeps them."
    )
    clauses: list[str] = strawberry.field(description="The criteria's clauses in words.")

    @strawberry.field(description="The first customers who meet the criteria, by id.")
    async def sample(
        self,
        info: Info,
        first: Annotated[int, strawberry.argument(description="So many customers: 0 to 100.")] = 10,
    ) -> list[Customer] | None:
        rows = await use_cases.sample(info.context, self.tenant.id, self.row, first=first)
        return [Customer.of(self.tenant, each) for each in rows]

    @classmethod
    def of_row(cls, tenant: TenantRow, row: Preview, criteria: JSON) -> "SegmentPreview":
        return cls(
            tenant=tenant,
            row=row,
            customers=row.customers,
            of=row.of,
            share=row.share,
            criteria=criteria,
            clauses=row.clauses,
        )


async def segments(
    root: "Tenant",
    info: Info,
    type: Annotated[  # noqa: A002
        SegmentType | None, strawberry.argument(description="Only segments of this type.")
    ] = None,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> SegmentConnection | None:
    """The field: a page of the tenant's segments."""
    page = await use_cases.page(
        info.context,
        root.row.id,
        kind=type.value if type else None,
        first=first,
        after=after,
        last=last,
        before=before,
        with_total=selects(info, "totalCount"),
    )
    return SegmentConnection.of(root.row, page)


async def segment(
    root: "Tenant",
    info: Info,
    id: Id = None,  # noqa: A002
    database_id: DatabaseId = None,
) -> Segment | None:
    """The field: one segment by exactly one of its ids."""
    return await find_segment(info, root.row, number_of("segment", KIND, root.row.id, id, database_id))


async def find_segment(info: Info, tenant: TenantRow, number: int) -> Segment | None:
    """The segment of a number, or None."""
    row = await use_cases.find(info.context, tenant.id, number)
    return None if row is None else Segment.of(tenant, row)


async def segment_preview(
    root: "Tenant",
    info: Info,
    criteria: Annotated[
        JSON | None,
        strawberry.argument(description="Who, in the language of criteria. Either these or a filter."),
    ] = None,
    filter: Annotated[  # noqa: A002
        CustomerFilter | None, strawberry.argument(description="Who, as customers are filtered.")
    ] = None,
) -> SegmentPreview | None:
    """The field: who would be in a segment of these criteria, or of a filter."""
    found = criteria_given(criteria, filter)
    if found is None:
        raise InvalidInputError("criteria", "Give exactly one of criteria and filter.")
    return SegmentPreview.of_row(root.row, await use_cases.preview(info.context, root.row.id, found), found)
