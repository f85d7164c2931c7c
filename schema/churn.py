"""Churn over all customers of a tenant."""

from typing import Annotated, Any

import strawberry

from resolvers import analytics
from resolvers.runs import RunRow
from resolvers.tenants import TenantRow
from schema.context import Info
from schema.customer import Customer
from schema.enums import ChurnRisk
from schema.freshness import Scored
from schema.money import Money, money
from schema.share import share


@strawberry.type(description="Customers of one risk class.")
class ChurnRiskFigures:
    risk: ChurnRisk = strawberry.field(description="The class.")
    customer_count: int = strawberry.field(description="How many customers it holds.")
    share: float = strawberry.field(description="Their share of all, 0 to 1; all classes sum to 1.")
    expected_value: Money | None = strawberry.field(
        description="Revenue expected of them: what is at risk with the class. Null without lifetime values."
    )
    predicted_value: Money | None = strawberry.field(
        description="The same and their net revenue so far. Null without lifetime values."
    )


@strawberry.type(description="Customers of a range of churn probabilities.")
class ChurnHistogramBin:
    lower: float = strawberry.field(description="Probabilities from this on.")
    upper: float = strawberry.field(description="Probabilities below this; in the last bin, up to 1.")
    customer_count: int = strawberry.field(description="How many customers it holds.")

    @classmethod
    def of(cls, row: dict[str, Any]) -> "ChurnHistogramBin":
        return cls(
            lower=row["probability_from"],
            upper=row["probability_below"],
            customer_count=row["customer_count"],
        )


@strawberry.type(description="Figures over all customers with a risk class.")
class ChurnOverview:
    customer_count: int = strawberry.field(description="Customers with a risk class.")
    churn_rate: float | None = strawberry.field(description="Share of customers churning or churned, 0 to 1.")
    at_risk_customer_count: int = strawberry.field(description="Customers in the class at risk.")
    without_probability_count: int = strawberry.field(
        description="Customers whose class comes from their silence alone, since no model could be fitted."
    )
    horizon_days: int | None = strawberry.field(
        description="Days within which an active customer is expected to order again."
    )

    @classmethod
    def of(cls, found: dict[str, Any]) -> "ChurnOverview":
        """The overview of what a run stored of churn."""
        overview, histogram = found.get("overview", {}), found.get("histogram", [])
        known = sum(each["customer_count"] for each in histogram)
        return cls(
            customer_count=overview.get("total_customers", 0),
            churn_rate=overview.get("churn_rate"),
            at_risk_customer_count=overview.get("at_risk_count", 0),
            without_probability_count=overview["total_customers"] - known if histogram else 0,
            horizon_days=found.get("horizon_days"),
        )


@strawberry.type(description="Churn over all customers. Before the first run counts are zero, the rate null.")
class ChurnAnalytics(Scored):
    overview: ChurnOverview = strawberry.field(description="Figures over all customers with a risk class.")
    distribution: list[ChurnRiskFigures] = strawberry.field(description="Figures by class.")
    histogram: list[ChurnHistogramBin] = strawberry.field(
        description="Customers by tenth of their churn probability, for those who have one. Empty before "
        "a run."
    )

    @strawberry.field(description="The most valuable customers of a risk class, by predicted value.")
    async def customers_at_risk(
        self,
        info: Info,
        risk: Annotated[ChurnRisk, strawberry.argument(description="The class.")] = ChurnRisk.AT_RISK,
        first: Annotated[int, strawberry.argument(description="How many, 1 to 1,000.")] = 100,
    ) -> list[Customer] | None:
        rows = await analytics.customers_at_risk(
            info.context, self.tenant.id, risk=risk.value, limit=first, limit_name="first"
        )
        return [Customer.of(self.tenant, row.customer) for row in rows]

    @classmethod
    def of(cls, tenant: TenantRow, run: RunRow | None) -> "ChurnAnalytics":
        found = (run.churn if run else None) or {}
        overview = found.get("overview", {})
        everyone = overview.get("total_customers", 0)
        values = {each["risk"]: each for each in found.get("values", [])}

        def worth(risk: ChurnRisk, name: str) -> Money | None:
            return money(values[risk.value][name], tenant.currency) if risk.value in values else None

        return cls(
            tenant=tenant,
            run_key=run.id if run else None,
            overview=ChurnOverview.of(found),
            distribution=[
                ChurnRiskFigures(
                    risk=risk,
                    customer_count=overview.get(risk.value, 0),
                    share=share(overview.get(risk.value, 0), everyone),
                    expected_value=worth(risk, "expected_value"),
                    predicted_value=worth(risk, "predicted_value"),
                )
                for risk in ChurnRisk
            ],
            histogram=[ChurnHistogramBin.of(each) for each in found.get("histogram", [])],
        )
