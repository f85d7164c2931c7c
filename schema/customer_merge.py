"""Merges of customers, and pages of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from kit import ids
from kit.page import Page
from resolvers import customers
from resolvers.merging import rows
from resolvers.merging.rows import MergeRow
from resolvers.tenants import TenantRow
from schema.batching import by_tenant
from schema.connection import Connection, edges_of, nodes_of, page_info_of, total_of
from schema.context import Info
from schema.enums import CustomerMergeOrigin
from schema.node import Node
from schema.owner import tenant_of
from schema.page import After, Before, First, Last, PageInfo, asked
from schema.scalars import BigInt

if TYPE_CHECKING:
    from schema.customer import Customer
    from schema.tenant import Tenant

KIND = "CustomerMerge"


@strawberry.type(description="One customer merged into another, since both were found to be one.")
class CustomerMerge(Node):
    owner: strawberry.Private[TenantRow]
    row: strawberry.Private[MergeRow]
    database_id: BigInt = strawberry.field(description="The merge's number.")
    from_database_id: BigInt = strawberry.field(
        description="The number of who was merged, which leads to the survivor now."
    )
    from_external_id: str | None = strawberry.field(
        description="The shop's own id of who was merged. Null where the merge is undone, or the survivor "
        "erased."
    )
    from_email: str | None = strawberry.field(
        description="The e-mail of who was merged, in lower case. Null as the external id is."
    )
    origin: CustomerMergeOrigin = strawberry.field(description="Who found that they are one.")
    reason: str | None = strawberry.field(description="Why, if that was told.")
    merged_at: datetime = strawberry.field(description="When they were merged.")
    undone_at: datetime | None = strawberry.field(description="When that was undone. Null while it stands.")
    order_count: int = strawberry.field(description="Orders that became the survivor's.")
    refund_count: int = strawberry.field(description="Refunds that became the survivor's.")
    event_count: int = strawberry.field(description="Events that became the survivor's.")
    tenant: Annotated["Tenant", strawberry.lazy("schema.tenant")] = strawberry.field(
        resolver=tenant_of, description="The tenant whose customers they are."
    )

    @strawberry.field(description="The survivor, who has what was theirs; of an undone merge, who had it.")
    async def customer(self, info: Info) -> Annotated["Customer", strawberry.lazy("schema.customer")] | None:
        from schema.customer import Customer

        found = await customers.find(info.context, self.owner.id, self.row.survivor_id)
        return None if found is None else Customer.of(self.owner, found)

    @classmethod
    def of(cls, owner: TenantRow, row: MergeRow) -> "CustomerMerge":
        return cls(
            id=strawberry.ID(ids.encode(KIND, row.tenant_id, row.id)),
            owner=owner,
            row=row,
            database_id=BigInt(row.id),
            from_database_id=BigInt(row.from_id),
            from_external_id=row.external_id,
            from_email=row.email_norm,
            origin=CustomerMergeOrigin(row.origin),
            reason=row.reason,
            merged_at=row.merged_at,
            undone_at=row.undone_at,
            order_count=row.orders,
            refund_count=row.refunds,
            event_count=row.events,
        )


@strawberry.type(description="A merge in a page.")
class CustomerMergeEdge:
    cursor: str = strawberry.field(description="Where the merge stands in the list.")
    node: CustomerMerge = strawberry.field(description="The merge.")


@strawberry.type(description="A page of merges of customers.")
class CustomerMergeConnection(Connection):
    edges: list[CustomerMergeEdge] = edges_of("The merges with their cursors.")
    nodes: list[CustomerMerge] = nodes_of("The merges.")
    page_info: PageInfo = page_info_of()
    total_count: int = total_of("Merges of the whole list; counted only if asked for.")

    edge_class = CustomerMergeEdge

    @classmethod
    def of(cls, owner: TenantRow, page: Page[MergeRow]) -> "CustomerMergeConnection":
        return cls(page=page, make=lambda row: CustomerMerge.of(owner, row))


async def find_merge(info: Info, owner: TenantRow, number: int) -> CustomerMerge | None:
    """The merge of a number."""
    row = await rows.find(info.context, owner.id, number)
    return None if row is None else CustomerMerge.of(owner, row)


async def merges_of_customers(
    customers: Sequence["Customer"],
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> list[CustomerMergeConnection]:
    """The field of customers: a page of who was merged into each."""
    window = asked(info, first, after, last, before)

    async def pages(tenant: int, them: list["Customer"]) -> list[Page[MergeRow]]:
        return await rows.OF_SURVIVOR.pages(info.context, tenant, [each.row.id for each in them], **window)

    found = await by_tenant(customers, pages)
    return [CustomerMergeConnection.of(each.owner, page) for each, page in zip(customers, found, strict=True)]
