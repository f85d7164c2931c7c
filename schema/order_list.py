"""Lists of orders: those of a tenant, and those of a customer."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import TYPE_CHECKING, Annotated, TypeAlias

import strawberry

from kit.page import AskedColumns, Page
from resolvers import orders
from resolvers.orders import AskedOrders, OrderFilter, OrderRow
from schema.arguments import named
from schema.batching import by_tenant
from schema.context import Info
from schema.enums import OrderStatus, SortDirection
from schema.moments import aware
from schema.money import amount
from schema.order import OrderConnection
from schema.page import After, Before, First, Last, asked_of_rows

if TYPE_CHECKING:
    from schema.customer import Customer
    from schema.tenant import Tenant


@strawberry.enum(description="What orders are sorted by.")
class OrderSortField(Enum):
    PLACED_AT = strawberry.enum_value("placed_at", description="When they were placed.")
    AMOUNT = strawberry.enum_value("amount", description="What they came to, whatever the currency.")


@strawberry.input(description="The order of a list of orders; among equals the ids decide.")
class OrderSort:
    field: OrderSortField = strawberry.field(default=OrderSortField.PLACED_AT, description="What to sort by.")
    direction: SortDirection = strawberry.field(default=SortDirection.DESC, description="Up or down.")


Statuses: TypeAlias = Annotated[
    list[OrderStatus] | None, strawberry.argument(description="Only orders of these statuses.")
]
From: TypeAlias = Annotated[
    datetime | None, strawberry.argument(description="Only orders placed at this instant or later.")
]
Until: TypeAlias = Annotated[
    datetime | None, strawberry.argument(description="Only orders placed before this instant.")
]
Least: TypeAlias = Annotated[
    Decimal | None, strawberry.argument(description="Only orders of this amount or more, in any currency.")
]
Most: TypeAlias = Annotated[
    Decimal | None, strawberry.argument(description="Only orders of this amount or less, in any currency.")
]
Sort: TypeAlias = Annotated[OrderSort | None, strawberry.argument(description="Newest first unless told.")]


async def orders_of_tenant(
    root: "Tenant",
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    status: Statuses = None,
    placed_from: From = None,
    placed_until: Until = None,
    min_amount: Least = None,
    max_amount: Most = None,
    order_by: Sort = None,
) -> OrderConnection | None:
    """The field: a page of the tenant's orders."""
    wanted = _filter(status, placed_from, placed_until, min_amount, max_amount)
    asked_for = _asked(asked_of_rows(info, first, after, last, before), wanted, order_by)
    return OrderConnection.of(root.row, await orders.page(info.context, root.row.id, **asked_for))


async def orders_of_customers(
    customers: Sequence["Customer"],
    info: Info,
    first: First = None,
    after: After = None,
    last: Last = None,
    before: Before = None,
    status: Statuses = None,
    placed_from: From = None,
    placed_until: Until = None,
    min_amount: Least = None,
    max_amount: Most = None,
    order_by: Sort = None,
) -> list[OrderConnection]:
    """The field of customers: a page of each one's orders."""
    wanted = _filter(status, placed_from, placed_until, min_amount, max_amount)
    asked_for = _asked(asked_of_rows(info, first, after, last, before), wanted, order_by)

    async def pages(tenant: int, them: list["Customer"]) -> list[Page[OrderRow]]:
        numbers = [each.row.id for each in them]
        return await orders.pages_of_customers(info.context, tenant, numbers, **asked_for)

    found = await by_tenant(customers, pages)
    return [OrderConnection.of(each.owner, page) for each, page in zip(customers, found, strict=True)]


def _filter(
    statuses: list[OrderStatus] | None,
    since: datetime | None,
    until: datetime | None,
    least: Decimal | None,
    most: Decimal | None,
) -> OrderFilter:
    names = tuple(dict.fromkeys(each.value for each in named(statuses, "status") or ()))
    return OrderFilter(
        names,
        aware(since, "placedFrom"),
        aware(until, "placedUntil"),
        amount(least, "minAmount"),
        amount(most, "maxAmount"),
    )


def _asked(window: AskedColumns, wanted: OrderFilter, order: OrderSort | None) -> AskedOrders:
    chosen = order or OrderSort()
    return AskedOrders(
        **window,
        wanted=wanted,
        sort="amount" if chosen.field is OrderSortField.AMOUNT else "placed_at",
        descending=chosen.direction is SortDirection.DESC,
    )
