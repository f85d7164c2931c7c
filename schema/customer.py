"""Customers and pages of them."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, cast

import strawberry
from strawberry.scalars import JSON

from kit import ids
from kit.page import Page
from resolvers import customers, order_facts, scores
from resolvers.customers import CustomerRow
from resolvers.tenants import TenantRow
from schema.context import Info
from schema.event import EventConnection, events_of_customer
from schema.node import Node
from schema.order import OrderConnection
from schema.order_facts import OrderFacts
from schema.order_list import orders_of_customer
from schema.owner import tenant_of
from schema.page import After, Before, First, Last, PageInfo
from schema.refund import RefundConnection, refunds_of_customer
from schema.scalars import BigInt
from schema.score import CustomerChurn, CustomerClv, CustomerRfm
from schema.timeline import TimelineConnection, timeline_of_customer

if TYPE_CHECKING:
    from schema.segment import CustomerSegmentConnection
    from schema.tenant import Tenant

KIND = "Customer"


@strawberry.type(description="A customer of a tenant.")
class Customer(Node):
    owner: strawberry.Private[TenantRow]
    row: strawberry.Private[CustomerRow]
    database_id: BigInt = strawberry.field(description="The number that the v2 REST paths use.")
    external_id: str = strawberry.field(description="The shop's own id of the customer.")
    email: str | None = strawberry.field(description="E-mail, as the shop gave it.")
    first_name: str | None = strawberry.field(description="First name.")
    last_name: str | None = strawberry.field(description="Last name.")
    phone: str | None = strawberry.field(description="Phone number.")
    created_at: datetime | None = strawberry.field(description="When the customer joined the shop, if known.")

    tenant: Annotated["Tenant", strawberry.lazy("schema.tenant")] = strawberry.field(
        resolver=tenant_of, description="The tenant whose customer this is."
    )

    @strawberry.field(description="What else the shop has told of the customer: an object.")
    async def attributes(self, info: Info) -> JSON:
        return cast("JSON", await customers.attributes(info.context, self.owner.id, self.row.id))

    @strawberry.field(description="Recency, frequency and monetary value.")
    async def rfm(self, info: Info) -> CustomerRfm:
        score = await scores.of_customer(info.context, self.owner.id, self.row.id)
        return CustomerRfm.of(self.owner, self.row, score)

    @strawberry.field(description="Lifetime value.")
    async def clv(self, info: Info) -> CustomerClv:
        score = await scores.of_customer(info.context, self.owner.id, self.row.id)
        return CustomerClv.of(self.owner, self.row, score)

    @strawberry.field(description="Risk of losing the customer.")
    async def churn(self, info: Info) -> CustomerChurn:
        score = await scores.of_customer(info.context, self.owner.id, self.row.id)
        return CustomerChurn.of(self.owner, self.row, score)

    @strawberry.field(
        description="A page of the segments the customer is in, by their ids. 50 rows unless told."
    )
    async def segments(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> Annotated["CustomerSegmentConnection", strawberry.lazy("schema.segment")] | None:
        from schema.segment import segments_of_customer

        return await segments_of_customer(self, info, first, after, last, before)

    orders: OrderConnection | None = strawberry.field(
        resolver=orders_of_customer,
        description="A page of the customer's orders, newest first unless told. 50 rows unless told.",
    )
    refunds: RefundConnection | None = strawberry.field(
        resolver=refunds_of_customer,
        description="A page of what the customer got back, newest first, with or without a known order. "
        "50 rows unless told.",
    )

    @strawberry.field(description="What the customer's paid orders come to.")
    async def order_facts(self, info: Info) -> OrderFacts:
        return OrderFacts.of(await order_facts.of_customer(info.context, self.owner.id, self.row.id))

    events: EventConnection | None = strawberry.field(
        resolver=events_of_customer,
        description="A page of the customer's events, newest first. 50 rows unless told.",
    )
    timeline: TimelineConnection | None = strawberry.field(
        resolver=timeline_of_customer,
        description="A page of all that happened to the customer, newest first. 50 rows unless told.",
    )

    @classmethod
    def of(cls, tenant: TenantRow, row: CustomerRow) -> "Customer":
        return cls(
            id=strawberry.ID(ids.encode(KIND, row.tenant_id, row.id)),
            owner=tenant,
            row=row,
            database_id=BigInt(row.id),
            external_id=row.external_id,
            email=row.email,
            first_name=row.first_name,
            last_name=row.last_name,
            phone=row.phone,
            created_at=row.created_at,
        )


@strawberry.type(description="A customer in a page.")
class CustomerEdge:
    cursor: str = strawberry.field(description="Where the customer stands in the list.")
    node: Customer = strawberry.field(description="The customer.")


@strawberry.type(description="A page of customers.")
class CustomerConnection:
    edges: list[CustomerEdge] = strawberry.field(description="The customers with their cursors.")
    nodes: list[Customer] = strawberry.field(description="The customers.")
    page_info: PageInfo = strawberry.field(description="Where this page stands.")
    total_count: int = strawberry.field(description="Customers of the whole list; counted only if asked for.")

    @classmethod
    def of(cls, tenant: TenantRow, page: Page[CustomerRow]) -> "CustomerConnection":
        nodes = [Customer.of(tenant, row) for row in page.rows]
        edges = [CustomerEdge(cursor=c, node=n) for c, n in zip(page.cursors, nodes, strict=True)]
        return cls(edges=edges, nodes=nodes, page_info=PageInfo.of(page), total_count=page.total or 0)
