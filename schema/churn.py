"""Churn over all customers of a tenant."""

import strawberry

from resolvers import analytics
from resolvers.runs import RunRow
from resolvers.tenants import TenantRow
from schema.context import Info
from schema.customer import Customer
from schema.enums import ChurnRisk
from schema.freshness import Scored


@strawberry.type(description="Customers of one risk class.")
class ChurnRiskFigures:
    risk: ChurnRisk = strawberry.field(description="The class.")
    customers: int = strawberry.field(description="How many customers it holds.")


@strawberry.type(description="Figures over all customers with a risk class.")
class ChurnOverview:
    total_customers: int = strawberry.field(description="Customers with a risk class.")
    churn_rate: float | None = strawberry.field(description="Share of customers churning or churned, 0 to 1.")
    at_risk_customers: int = strawberry.field(description="Customers in the class at risk.")
    horizon_days: int | None = strawberry.field(
        description="Days within which an active customer is expected to order again."
    )


@strawberry.type(description="Churn over all customers. Before the first run counts are zero, the rate null.")
class ChurnAnalytics(Scored):
    overview: ChurnOverview = strawberry.field(description="Figures over all customers with a risk class.")
    distribution: list[ChurnRiskFigures] = strawberry.field(description="Figures by class.")

    @strawberry.field(description="The most valuable customers of a risk class. `first`: 1 to 1,000.")
    async def customers_at_risk(
        self, info: Info, risk: ChurnRisk = ChurnRisk.AT_RISK, first: int = 100
    ) -> list[Customer]:
        rows = await analytics.customers_at_risk(
            info.context, self.tenant.id, risk=risk.value, limit=first, limit_name="first"
        )
        return [Customer.of(self.tenant, row.customer) for row in rows]

    @classmethod
    def of(cls, tenant: TenantRow, run: RunRow | None) -> "ChurnAnalytics":
        found = (run.churn if run else None) or {}
        overview = found.get("overview", {})
        return cls(
            tenant=tenant,
            run_key=run.id if run else None,
            overview=ChurnOverview(
                total_customers=overview.get("total_customers", 0),
                churn_rate=overview.get("churn_rate"),
                at_risk_customers=overview.get("at_risk_count", 0),
                horizon_days=found.get("horizon_days"),
            ),
            distribution=[
                ChurnRiskFigures(risk=risk, customers=overview.get(risk.value, 0)) for risk in ChurnRisk
            ],
        )
