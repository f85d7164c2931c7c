"""Sales over time."""

from datetime import date
from typing import Any

import strawberry

from resolvers.sales import Figures, Point, Sales, average_order_value
from resolvers.tenants import TenantRow
from schema.enums import SalesInterval
from schema.freshness import Scored
from schema.money import Money, money


@strawberry.type(description="What a shop took in some time.")
class SalesTotals:
    order_count: int = strawberry.field(description="Paid orders placed, guests' included.")
    revenue: Money = strawberry.field(description="What they came to, before refunds.")
    refunded: Money = strawberry.field(
        description="What was given back, by the day of the order it was for; where that is not known, by "
        "its own day."
    )
    net_revenue: Money = strawberry.field(description="Revenue less refunds.")
    average_order_value: Money | None = strawberry.field(
        description="Revenue by order, before refunds. Null without orders."
    )
    new_customer_count: int = strawberry.field(description="Customers whose first purchase ever this was.")
    left_out_count: int = strawberry.field(
        description="Orders and refunds in none of the figures, since their currency has no exchange rate "
        "for their day."
    )

    @classmethod
    def of(cls, found: Figures, currency: str) -> "SalesTotals":
        return cls(**_figures(found, currency))


@strawberry.type(description="What a shop took in a day, a week or a month.")
class SalesPoint(SalesTotals):
    start: date = strawberry.field(name="from", description="The first day, in the tenant's time zone.")
    end: date = strawberry.field(name="until", description="The last day.")
    is_complete: bool = strawberry.field(
        description="Whether the run saw all of it; false for one that was going on, or lay ahead."
    )
    returning_customer_count: int = strawberry.field(
        description="Customers with a purchase in it and one before it."
    )

    @classmethod
    def at(cls, point: Point, currency: str) -> "SalesPoint":
        return cls(
            start=point.start,
            end=point.end,
            is_complete=point.is_complete,
            returning_customer_count=point.figures.returning_customers,
            **_figures(point.figures, currency),
        )


@strawberry.type(
    description="Sales over time, in the tenant's currency and time zone, as the last run stored them. "
    "Amounts in other currencies count at the rate of the order's day."
)
class SalesAnalytics(Scored):
    interval: SalesInterval = strawberry.field(description="What the figures are added up by.")
    start: date | None = strawberry.field(
        name="from", description="First day of the first point; null without points."
    )
    end: date | None = strawberry.field(
        name="until", description="Last day of the last point; null without points."
    )
    points: list[SalesPoint] = strawberry.field(
        description="One a period, ascending, with zeros where nothing was sold. Empty before a run."
    )
    totals: SalesTotals | None = strawberry.field(description="Sums over all points. Null before a run.")

    @classmethod
    def of(cls, tenant: TenantRow, interval: SalesInterval, found: Sales) -> "SalesAnalytics":
        totals = found.totals
        return cls(
            tenant=tenant,
            run_key=found.run.id if found.run else None,
            interval=interval,
            start=found.start,
            end=found.end,
            points=[SalesPoint.at(point, tenant.currency) for point in found.points],
            totals=None if totals is None else SalesTotals.of(totals, tenant.currency),
        )


def _figures(found: Figures, currency: str) -> dict[str, Any]:
    return {
        "order_count": found.orders,
        "revenue": money(found.revenue, currency),
        "refunded": money(found.refunds, currency),
        "net_revenue": money(found.net_revenue, currency),
        "average_order_value": money(average_order_value(found, currency), currency),
        "new_customer_count": found.new_customers,
        "left_out_count": found.left_out,
    }
