"""What a run was computed from, and what it left out."""

from typing import Any

import strawberry

from schema.scalars import BigInt, CurrencyCode


@strawberry.type(description="Orders and refunds of a currency without an exchange rate for their day.")
class WithoutRate:
    currency_code: CurrencyCode = strawberry.field(description="The currency.")
    count: int = strawberry.field(description="How many orders and refunds were left out.")


@strawberry.type(description="What a run was computed from, and what it left out.")
class RunData:
    order_count: BigInt = strawberry.field(description="Paid orders that it counts.")
    guest_order_count: BigInt = strawberry.field(
        description="Those of guests, who have revenue but no scores; among the orders."
    )
    linked_refund_count: BigInt = strawberry.field(description="Refunds that belong to an order.")
    unlinked_refund_count: BigInt = strawberry.field(description="Refunds that belong to none.")
    without_transaction_count: BigInt = strawberry.field(
        description="Customers with orders or refunds but no day on which they paid anything: no scores."
    )
    without_rate: list[WithoutRate] = strawberry.field(
        description="Left out for want of an exchange rate, by currency."
    )
    future_order_count: BigInt | None = strawberry.field(
        description="Left out since they are dated in the future; null for runs that did not count them."
    )

    @classmethod
    def of(cls, data: dict[str, Any]) -> "RunData":
        """From the report's part on data."""
        future = data.get("future_orders")
        return cls(
            order_count=BigInt(data["orders"]),
            guest_order_count=BigInt(data["guest_orders"]),
            linked_refund_count=BigInt(data["linked_refunds"]),
            unlinked_refund_count=BigInt(data["unlinked_refunds"]),
            without_transaction_count=BigInt(data["without_transaction"]),
            without_rate=[
                WithoutRate(currency_code=CurrencyCode(each), count=count)
                for each, count in data["without_rate"].items()
            ],
            future_order_count=None if future is None else BigInt(future),
        )
