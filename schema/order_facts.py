"""What a customer's paid orders come to."""

from datetime import datetime

import strawberry

from resolvers.order_facts import OrderFacts as Row
from schema.money import Money, money


@strawberry.type(
    description="What a customer's paid orders come to, from the orders as they stand now; no run is needed."
)
class OrderFacts:
    order_count: int = strawberry.field(description="Paid orders.")
    first_placed_at: datetime | None = strawberry.field(
        description="When the first was placed. Null without paid orders."
    )
    last_placed_at: datetime | None = strawberry.field(
        description="When the last was placed. Null without paid orders."
    )
    net_amounts: list[Money] = strawberry.field(
        description="What they came to less the refunds linked to them: one amount a currency, that of the "
        "most orders first. Empty without paid orders. For one figure in the tenant's currency, see rfm."
    )

    @classmethod
    def of(cls, row: Row) -> "OrderFacts":
        return cls(
            order_count=row.orders,
            first_placed_at=row.first_at,
            last_placed_at=row.last_at,
            net_amounts=[money(amount, currency) for amount, currency in row.net],
        )
