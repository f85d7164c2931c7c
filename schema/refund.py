"""Refunds and pages of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from kit.page import Page
from resolvers import refunds
from resolvers.refunds import RefundRow
from resolvers.tenants import TenantRow
from schema.batching import are_there, by_tenant, held, needing
from schema.connection import Connection, edges_of, nodes_of, page_info_of, total_of
from schema.context import Info
from schema.linked import linked_customer, linked_order
from schema.money import MONEY, Money
from schema.node import GLOBAL_ID, Node, global_ids
from schema.owner import tenant_of
from schema.page import After, Before, First, Last, PageInfo, asked_of_rows
from schema.scalars import BigInt

if TYPE_CHECKING:
    from schema.customer import Customer
    from schema.order import Order
    from schema.tenant import Tenant

KIND = "Refund"


@strawberry.type(description="Money given back to a customer.")
class Refund(Node):
    owner: strawberry.Private[TenantRow]
    row: strawberry.Private[RefundRow]
    id: strawberry.ID = held("tenant_id", "id", make=global_ids(KIND), description=GLOBAL_ID)
    database_id: BigInt = held("id", description="The refund's number.")
    external_id: str = held("external_id", description="The shop's own id of the refund.")
    refunded_at: datetime = held("refunded_at", description="When the money was given back.")
    amount: Money = held("amount", "currency", make=MONEY, description="How much was given back.")
    is_linked: bool = held(
        "order_id",
        make=are_there,
        description="Whether it is known which order it undoes; else it lowers the customer's revenue only.",
    )
    tenant: Annotated["Tenant", strawberry.lazy("schema.tenant")] = strawberry.field(
        resolver=tenant_of, description="The tenant whose refund this is.", metadata=needing()
    )

    order: Annotated["Order", strawberry.lazy("schema.order")] | None = linked_order(
        "order_id", description="The order that it undoes. Null where that is not known."
    )
    customer: Annotated["Customer", strawberry.lazy("schema.customer")] | None = linked_customer(
        "customer_id", description="Who got the money back. Null for a guest, and where it was not told."
    )

    @classmethod
    def of(cls, owner: TenantRow, row: RefundRow) -> "Refund":
        return cls(owner=owner, row=row)


@strawberry.type(description="A refund in a page.")
class RefundEdge:
    cursor: str = strawberry.field(description="Where the refund stands in the list.")
    node: Refund = strawberry.field(description="The refund.")


@strawberry.type(description="A page of refunds.")
class RefundConnection(Connection):
    edges: list[RefundEdge] = edges_of("The refunds with their cursors.")
    nodes: list[Refund] = nodes_of("The refunds.")
    page_info: PageInfo = page_info_of()
    total_count: int = total_of("Refunds of the whole list; counted only if asked for.")

    edge_class = RefundEdge

    @classmethod
    def of(cls, owner: TenantRow, page: Page[RefundRow]) -> "RefundConnection":
        return cls(page=page, make=lambda row: Refund.of(owner, row))


async def refunds_of_customers(
    customers: Sequence["Customer"],
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> list[RefundConnection]:
    """The field of customers: a page of what each got back."""
    window = asked_of_rows(info, first, after, last, before)

    async def pages(tenant: int, them: list["Customer"]) -> list[Page[RefundRow]]:
        numbers = [each.row.id for each in them]
        return await refunds.OF_CUSTOMER.pages(info.context, tenant, numbers, **window)

    found = await by_tenant(customers, pages)
    return [RefundConnection.of(each.owner, page) for each, page in zip(customers, found, strict=True)]


async def refunds_of_tenant(
    root: "Tenant",
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
) -> RefundConnection | None:
    """The field: a page of what all customers got back."""
    page = await refunds.LIST.page(
        info.context,
        root.row.id,
        **asked_of_rows(info, first, after, last, before),
        within=info.context.query_timeout_seconds,
    )
    return RefundConnection.of(root.row, page)
