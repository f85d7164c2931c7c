"""Lifetime value over all customers of a tenant."""

from typing import Annotated, Any

import strawberry

from resolvers import analytics
from resolvers.runs import RunRow
from resolvers.tenants import TenantRow
from schema.context import Info
from schema.customer import Customer
from schema.enums import ClvTier, interval_reason
from schema.freshness import Scored
from schema.money import Money, MoneyInterval, money
from schema.share import share


@strawberry.type(description="Customers of one tier.")
class ClvTierFigures:
    tier: ClvTier = strawberry.field(description="The tier.")
    customer_count: int = strawberry.field(description="How many customers it holds.")
    share: float = strawberry.field(description="Their share of all, 0 to 1; all tiers sum to 1.")
    predicted_from: Money | None = strawberry.field(
        description="Predicted value from which a customer is in the tier; null for the lowest and for an "
        "empty one."
    )


@strawberry.type(description="Customers of a range of predicted values.")
class ClvHistogramBin:
    lower: Money | None = strawberry.field(description="Values from this on; null where it is open below.")
    upper: Money | None = strawberry.field(description="Values below this; null where it is open above.")
    customer_count: int = strawberry.field(description="How many customers it holds.")
    total_value: Money | None = strawberry.field(description="Their predicted value together.")

    @classmethod
    def of(cls, row: dict[str, Any], currency: str) -> "ClvHistogramBin":
        return cls(
            lower=money(row["value_from"], currency),
            upper=money(row["value_below"], currency),
            customer_count=row["customer_count"],
            total_value=money(row["total_value"], currency),
        )


@strawberry.type(description="Figures over all customers with a lifetime value.")
class ClvOverview:
    customer_count: int = strawberry.field(description="Customers with a lifetime value.")
    total_historical_value: Money | None = strawberry.field(description="Net revenue so far.")
    total_expected_value: Money | None = strawberry.field(description="Revenue expected within the horizon.")
    total_expected_value_interval: MoneyInterval | None = strawberry.field(
        description="Where that should lie, by how far off forecasts were on earlier days. Null before a run."
    )
    total_predicted_value: Money | None = strawberry.field(description="Both together.")
    average_predicted_value: Money | None = strawberry.field(description="Mean predicted value.")


@strawberry.type(description="Lifetime value over all customers. Before the first run, zero and null.")
class ClvAnalytics(Scored):
    overview: ClvOverview = strawberry.field(description="Figures over all customers with a value.")
    distribution: list[ClvTierFigures] = strawberry.field(description="Figures by tier.")
    histogram: list[ClvHistogramBin] = strawberry.field(
        description="Customers by predicted value, from low to high, in bins with round edges that suit the "
        "shop. The first and the last may be open and hold about one customer in a hundred. Empty before "
        "a run."
    )

    @strawberry.field(description="The customers of highest predicted value, best first.")
    async def top_customers(
        self,
        info: Info,
        tier: Annotated[
            ClvTier | None, strawberry.argument(description="Only customers of this tier; all unless given.")
        ] = None,
        first: Annotated[int, strawberry.argument(description="How many, 1 to 1,000.")] = 100,
    ) -> list[Customer] | None:
        rows = await analytics.top_customers(
            info.context,
            self.tenant.id,
            tier=tier.value if tier else None,
            limit=first,
            limit_name="first",
        )
        return [Customer.of(self.tenant, row.customer) for row in rows]

    @classmethod
    def of(cls, tenant: TenantRow, run: RunRow | None) -> "ClvAnalytics":
        found = (run.clv if run else None) or {}
        overview = found.get("overview", {})
        everyone = overview.get("total_customers", 0)
        edges = {ClvTier.HIGH: found.get("high_from"), ClvTier.MEDIUM: found.get("medium_from")}

        def amount(name: str) -> Money | None:
            value: str | None = overview.get(name)
            return money(value, tenant.currency)

        return cls(
            tenant=tenant,
            run_key=run.id if run else None,
            overview=ClvOverview(
                customer_count=overview.get("total_customers", 0),
                total_historical_value=amount("total_historical_value"),
                total_expected_value=amount("total_expected_value"),
                total_expected_value_interval=_interval(found.get("interval"), tenant.currency),
                total_predicted_value=amount("total_predicted_value"),
                average_predicted_value=amount("avg_predicted_value"),
            ),
            distribution=[
                ClvTierFigures(
                    tier=tier,
                    customer_count=overview.get(tier.value, 0),
                    share=share(overview.get(tier.value, 0), everyone),
                    predicted_from=money(edges.get(tier), tenant.currency),
                )
                for tier in ClvTier
            ],
            histogram=[ClvHistogramBin.of(each, tenant.currency) for each in found.get("histogram", [])],
        )


def _interval(found: dict[str, Any] | None, currency: str) -> MoneyInterval | None:
    if found is None:
        return None
    low, high = (money(found[name], currency) for name in ("expected_low", "expected_high"))
    return MoneyInterval(low=low, high=high, level=found["level"], reason=interval_reason(found["reason"]))
