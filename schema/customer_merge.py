"""Merges of customers, and pages of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from kit.page import Page
from resolvers.merging import rows
from resolvers.merging.rows import MergeRow
from resolvers.tenants import TenantRow
from schema.batching import by_tenant, held, needing
from schema.connection import Connection, edges_of, nodes_of, page_info_of, total_of
from schema.context import Info
from schema.enums import CustomerMergeOrigin, members_of
from schema.linked import linked_customer
from schema.node import GLOBAL_ID, Node, global_ids
from schema.owner import tenant_of
from schema.page import After, Before, First, Last, PageInfo, asked_of_rows
from schema.scalars import BigInt

if TYPE_CHECKING:
    from schema.customer import Customer
    from schema.tenant import Tenant

KIND = "CustomerMerge"


@strawberry.type(description="One customer merged into another, since both were found to be one.")
class CustomerMerge(Node):
    owner: strawberry.Private[TenantRow]
    row: strawberry.Private[MergeRow]
    id: strawberry.ID = held("tenant_id", "id", make=global_ids(KIND), description=GLOBAL_ID)
    database_id: BigInt = held("id", description="The merge's number.")
    from_database_id: BigInt = held(
        "from_id", description="The number of who was merged, which leads to the survivor now."
    )
    from_external_id: str | None = held(
        "external_id",
        description="The shop's own id of who was merged. Null where the merge is undone, or the survivor "
        "erased.",
    )
    from_email: str | None = held(
        "email_norm", description="The e-mail of who was merged, in lower case. Null as the external id is."
    )
    origin: CustomerMergeOrigin = held(
        "origin", make=members_of(CustomerMergeOrigin), description="Who found that they are one."
    )
    reason: str | None = held("reason", description="Why, if that was told.")
    merged_at: datetime = held("merged_at", description="When they were merged.")
    undone_at: datetime | None = held("undone_at", description="When that was undone. Null while it stands.")
    order_count: int = held("orders", description="Orders that became the survivor's.")
    refund_count: int = held("refunds", description="Refunds that became the survivor's.")
    event_count: int = held("events", description="Events that became the survivor's.")
    tenant: Annotated["Tenant", strawberry.lazy("schema.tenant")] = strawberry.field(
        resolver=tenant_of, description="The tenant whose customers they are.", metadata=needing()
    )
    customer: Annotated["Customer", strawberry.lazy("schema.customer")] | None = linked_customer(
        "survivor_id",
        description="The survivor, who has what was theirs; of an undone merge, who had it.",
    )

    @classmethod
    def of(cls, owner: TenantRow, row: MergeRow) -> "CustomerMerge":
        return cls(owner=owner, row=row)


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


async def merges_of_customers(
    customers: Sequence["Customer"],
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> list[CustomerMergeConnection]:
    """The field of customers: a page of who was merged into each."""
    window = asked_of_rows(info, first, after, last, before)

    async def pages(tenant: int, them: list["Customer"]) -> list[Page[MergeRow]]:
        return await rows.OF_SURVIVOR.pages(info.context, tenant, [each.row.id for each in them], **window)

    found = await by_tenant(customers, pages)
    return [CustomerMergeConnection.of(each.owner, page) for each, page in zip(customers, found, strict=True)]
