"""Lists of customers: those of a tenant, and those of a segment."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, TypeAlias

import strawberry

from kit.page import AskedColumns
from resolvers import customer_list, segments
from resolvers.customer_list import CustomerQuery
from resolvers.segments import SegmentRow
from resolvers.tenants import TenantRow
from schema.context import Info
from schema.customer import CustomerConnection
from schema.customer_filter import CustomerFilter, criteria_of
from schema.customer_sort import CustomerSort
from schema.enums import SortDirection
from schema.page import After, Before, First, Last, asked_of_rows

if TYPE_CHECKING:
    from schema.tenant import Tenant

Search: TypeAlias = Annotated[
    str | None,
    strawberry.argument(
        description="An e-mail or external id, whole, what a name or last name begins with, or at least five "
        "digits that a telephone number ends with; neither case nor accents in names count."
    ),
]
Filter: TypeAlias = Annotated[
    CustomerFilter | None, strawberry.argument(description="Only customers of whom all of this holds.")
]
Sort: TypeAlias = Annotated[CustomerSort | None, strawberry.argument(description="By id unless told.")]


async def customers(
    root: "Tenant",
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    query: Search = None,
    filter: Filter = None,  # noqa: A002
    order_by: Sort = None,
) -> CustomerConnection | None:
    """The field: a page of the tenant's customers."""
    window = asked_of_rows(info, first, after, last, before)
    return await customer_page(info, root.row, window, query=query, filters=filter, order=order_by)


async def customer_page(
    info: Info,
    owner: TenantRow,
    window: AskedColumns,
    *,
    query: str | None = None,
    filters: CustomerFilter | None = None,
    order: CustomerSort | None = None,
    segment: SegmentRow | None = None,
    as_of: datetime | None = None,
) -> CustomerConnection:
    """A page of customers, of all or of the members of a segment, now or as of an instant."""
    wanted = CustomerQuery(
        search=query,
        criteria=criteria_of(filters, owner.id),
        sort=order.field.value if order else "id",
        descending=order is not None and order.direction is SortDirection.DESC,
    )
    if segment is not None and as_of is not None:
        wanted = await segments.members_as_of(info.context, owner.id, segment, as_of, wanted)
    elif segment is not None:
        wanted = segments.members(segment, wanted)
    page = await customer_list.page(info.context, owner.id, wanted, **window)
    return CustomerConnection.of(owner, page)
