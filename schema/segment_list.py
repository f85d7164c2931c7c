"""The segments of a tenant and of a customer, as fields; and who would be in one."""

from typing import TYPE_CHECKING, Annotated, cast

import strawberry
from strawberry.scalars import JSON

from kit import ids
from kit.errors import InvalidInputError, NotFoundError
from resolvers import segments as use_cases
from resolvers.segments import Overlap, Preview, Truth
from resolvers.tenants import TenantRow
from schema.arguments import DatabaseId, Id, number_of
from schema.context import Info
from schema.customer import KIND as CUSTOMER
from schema.customer import Customer
from schema.customer_filter import CustomerFilter, criteria_given
from schema.enums import SegmentType
from schema.names import missing
from schema.one_of_tenant import object_of
from schema.page import After, Before, First, Last, asked_of_rows
from schema.segment import KIND, Segment, SegmentConnection
from schema.selection import columns_of

if TYPE_CHECKING:
    from schema.tenant import Tenant


@strawberry.type(description="How many of those who meet criteria are in a segment.")
class SegmentOverlap:
    segment: Segment = strawberry.field(description="The segment.")
    customer_count: int = strawberry.field(description="Those who meet the criteria and are in it.")
    share: float | None = strawberry.field(
        description="The part of those who meet the criteria, 0 to 1. Null where nobody does."
    )

    @classmethod
    def of(cls, tenant: TenantRow, row: Overlap, whole: Preview) -> "SegmentOverlap":
        share = row.customers / whole.customers if whole.customers else None
        return cls(segment=Segment.of(tenant, row.segment), customer_count=row.customers, share=share)


@strawberry.type(description="A statement of the database: values are its parameters, never its text.")
class SegmentStatement:
    sql: str = strawberry.field(description="Its text, with parameters as %(name)s.")
    parameters: JSON = strawberry.field(description="The values of its parameters by name.")


@strawberry.type(description="A clause of criteria, and whether it holds of a customer.")
class SegmentClause:
    path: str = strawberry.field(description="Where the clause stands, such as criteria.all[0].monetary.")
    text: str = strawberry.field(description="The clause in words, such as: monetary is at least 100.")
    is_met: bool = strawberry.field(description="Whether it holds of the customer.")
    field: str | None = strawberry.field(
        description="The field it is about. Null for what must not hold, which may be about several."
    )
    value: str | None = strawberry.field(description="The customer's value of the field, as text.")

    @classmethod
    def of(cls, row: Truth) -> "SegmentClause":
        return cls(path=row.path, text=row.sentence, is_met=row.holds, field=row.field, value=row.value)


@strawberry.type(description="Why a customer is in a segment, or is not, clause by clause.")
class SegmentExplanation:
    is_member: bool = strawberry.field(description="Whether the customer meets the criteria now.")
    clauses: list[SegmentClause] = strawberry.field(description="Every clause of the criteria.")


@strawberry.type(description="Who would be in a segment.")
class SegmentPreview:
    tenant: strawberry.Private[TenantRow]
    row: strawberry.Private[Preview]
    customer_count: int = strawberry.field(description="Customers who meet the criteria.")
    total_customer_count: int = strawberry.field(description="All customers of the tenant.")
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

    @strawberry.field(description="The segments that have most of them, most first.")
    async def overlaps(
        self,
        info: Info,
        first: Annotated[int, strawberry.argument(description="So many segments: 0 to 100.")] = 10,
    ) -> list[SegmentOverlap]:
        rows = await use_cases.overlaps(info.context, self.tenant.id, self.row, first=first)
        return [SegmentOverlap.of(self.tenant, each, self.row) for each in rows]

    @strawberry.field(description="What the database is asked for those who meet the criteria.")
    def statement(self) -> SegmentStatement:
        found = self.row.statement
        values = use_cases.parameters(found, self.tenant.id)
        return SegmentStatement(sql=found.text, parameters=cast("JSON", values))

    @classmethod
    def of_row(cls, tenant: TenantRow, row: Preview, criteria: JSON) -> "SegmentPreview":
        return cls(
            tenant=tenant,
            row=row,
            customer_count=row.customers,
            total_customer_count=row.of,
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
    is_built_in: Annotated[
        bool | None,
        strawberry.argument(description="Only those that every tenant has, or only the tenant's own."),
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
        built_in=is_built_in,
        **asked_of_rows(info, first, after, last, before),
    )
    return SegmentConnection.of(root.row, page)


async def segment(
    root: "Tenant",
    info: Info,
    id: Id = None,  # noqa: A002
    database_id: DatabaseId = None,
) -> Segment | None:
    """The field: one segment by exactly one of its ids."""
    number = number_of("segment", KIND, root.row.id, id, database_id)
    row = await use_cases.find(info.context, root.row.id, number, columns_of(info))
    return None if row is None else object_of(Segment.of, root.row, row)


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


async def segment_explain(
    root: "Tenant",
    info: Info,
    customer_id: Annotated[strawberry.ID, strawberry.argument(description="The customer's global id.")],
    segment_id: Annotated[
        strawberry.ID | None, strawberry.argument(description="The global id of a dynamic segment.")
    ] = None,
    criteria: Annotated[
        JSON | None, strawberry.argument(description="Or who, in the language of criteria.")
    ] = None,
) -> SegmentExplanation | None:
    """The field: why a customer is in a segment or meets criteria, or not."""
    if (segment_id is None) == (criteria is None):
        raise InvalidInputError("segmentId", "Give exactly one of segmentId and criteria.")
    tenant = root.row.id
    customer = _theirs(tenant, customer_id, CUSTOMER, "customerId")
    segment = None if segment_id is None else _theirs(tenant, segment_id, KIND, "segmentId")
    found = await use_cases.explain(info.context, tenant, customer, segment=segment, criteria=criteria)
    return SegmentExplanation(
        is_member=found.meets, clauses=[SegmentClause.of(each) for each in found.clauses]
    )


def _theirs(tenant: int, given: strawberry.ID, kind: str, field: str) -> int:
    """The number of a global id. Raises NotFoundError for one of another tenant, which is none of theirs."""
    owner, number = ids.number(given, kind, field=field, parts=2)
    if owner != tenant:
        raise NotFoundError(missing(kind, given))
    return number
