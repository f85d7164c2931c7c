"""Orders and pages of them."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from operator import sub
from typing import TYPE_CHECKING, Annotated

import strawberry

from kit.page import Page
from resolvers import orders, refunds
from resolvers.orders import OrderRow
from resolvers.tenants import TenantRow
from schema.batching import held, needing
from schema.connection import Connection, edges_of, nodes_of, page_info_of, total_of
from schema.context import Info
from schema.enums import OrderStatus, members_of
from schema.linked import linked_customer
from schema.money import MONEY, Money
from schema.node import GLOBAL_ID, Node, global_ids
from schema.one_of_tenant import Rows
from schema.owner import tenant_of
from schema.page import After, Before, First, Last, PageInfo, asked_of_rows
from schema.refund import RefundConnection
from schema.scalars import BigInt
from schema.selection import columns_of

if TYPE_CHECKING:
    from schema.customer import Customer
    from schema.tenant import Tenant

KIND = "Order"


def order_rows_for(info: Info) -> Rows[OrderRow]:
    """How orders are read for what is asked of them."""
    return partial(orders.named.find_all, columns=columns_of(info))


def _net(
    amounts: Sequence[Decimal], refunded: Sequence[Decimal], currencies: Sequence[str]
) -> tuple[Sequence[Decimal], Sequence[str]]:
    return [*map(sub, amounts, refunded)], currencies


@strawberry.type(description="An order of a tenant.")
class Order(Node):
    owner: strawberry.Private[TenantRow]
    row: strawberry.Private[OrderRow]
    id: strawberry.ID = held("tenant_id", "id", make=global_ids(KIND), description=GLOBAL_ID)
    database_id: BigInt = held("id", description="The order's number.")
    external_id: str = held("external_id", description="The shop's own id of the order.")
    placed_at: datetime = held("placed_at", description="When it was placed.")
    status: OrderStatus = held("status", make=members_of(OrderStatus), description="How far it is.")
    items: int | None = held("items", description="How many items it holds, if known.")
    amount: Money = held("amount", "currency", make=MONEY, description="What it came to.")
    refunded: Money = held(
        "refunded",
        "currency",
        make=MONEY,
        description="What of it was given back by refunds linked to it.",
    )
    net_amount: Money = held(
        "amount",
        "refunded",
        "currency",
        make=MONEY.of(_net),
        description="The amount less what was given back.",
    )
    tenant: Annotated["Tenant", strawberry.lazy("schema.tenant")] = strawberry.field(
        resolver=tenant_of, description="The tenant whose order this is.", metadata=needing()
    )

    customer: Annotated["Customer", strawberry.lazy("schema.customer")] | None = linked_customer(
        "customer_id", description="Who placed it. Null for a guest."
    )

    @strawberry.field(
        description="The refunds linked to it, newest first. 50 rows unless told.", metadata=needing("id")
    )
    async def refunds(
        self, info: Info, first: First = None, after: After = None, last: Last = None, before: Before = None
    ) -> RefundConnection | None:
        page = await refunds.OF_ORDER.page(
            info.context,
            self.owner.id,
            self.row.id,
            **asked_of_rows(info, first, after, last, before),
        )
        return RefundConnection.of(self.owner, page)

    @classmethod
    def of(cls, owner: TenantRow, row: OrderRow) -> "Order":
        return cls(owner=owner, row=row)


@strawberry.type(description="An order in a page.")
class OrderEdge:
    cursor: str = strawberry.field(description="Where the order stands in the list.")
    node: Order = strawberry.field(description="The order.")


@strawberry.type(description="A page of orders.")
class OrderConnection(Connection):
    edges: list[OrderEdge] = edges_of("The orders with their cursors.")
    nodes: list[Order] = nodes_of("The orders.")
    page_info: PageInfo = page_info_of()
    total_count: int = total_of("Orders of the whole list; counted only if asked for.")

    edge_class = OrderEdge

    @classmethod
    def of(cls, owner: TenantRow, page: Page[OrderRow]) -> "OrderConnection":
        return cls(page=page, make=lambda row: Order(owner=owner, row=row))
