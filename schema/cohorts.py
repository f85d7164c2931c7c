"""How customers who came in one month buy in the months after."""

from datetime import date

import strawberry

from resolvers.cohorts import Cohort, Cohorts
from resolvers.tenants import TenantRow
from schema.freshness import Scored
from schema.money import Money, money


@strawberry.type(description="What a cohort did in one month.")
class CohortPeriod:
    months_since: int = strawberry.field(
        description="Months since that of the first purchase, which is month 0."
    )
    start: date = strawberry.field(name="from", description="First day of the month.")
    is_complete: bool = strawberry.field(
        description="Whether the run saw all of the month; false for the one that was going on."
    )
    active_customer_count: int = strawberry.field(
        description="Customers of the cohort with a purchase in it."
    )
    retention: float | None = strawberry.field(
        description="Their share in the cohort, 0 to 1. Null for a cohort without customers."
    )
    revenue: Money = strawberry.field(description="Net revenue from the cohort in the month.")


@strawberry.type(description="The customers whose first purchase is in one month.")
class CustomerCohort:
    month: date = strawberry.field(description="First day of the month, in the tenant's time zone.")
    customer_count: int = strawberry.field(description="How many customers it has.")
    periods: list[CohortPeriod] = strawberry.field(
        description="Every month from that of the first purchase to the last one that the run saw."
    )

    @classmethod
    def of(cls, found: Cohort, currency: str) -> "CustomerCohort":
        size = found.customers
        return cls(
            month=found.month,
            customer_count=size,
            periods=[
                CohortPeriod(
                    months_since=each.months_since,
                    start=each.start,
                    is_complete=each.is_complete,
                    active_customer_count=each.active_customers,
                    retention=each.active_customers / size if size else None,
                    revenue=money(each.revenue, currency),
                )
                for each in found.months
            ],
        )


@strawberry.type(description="Cohorts of customers by the month of their first purchase.")
class CohortAnalytics(Scored):
    cohorts: list[CustomerCohort] = strawberry.field(
        description="One a month, ascending, from that of the tenant's first purchase at the earliest, "
        "however many are asked for. Empty before a run."
    )

    @classmethod
    def of(cls, tenant: TenantRow, found: Cohorts) -> "CohortAnalytics":
        return cls(
            tenant=tenant,
            run_key=found.run.id if found.run else None,
            cohorts=[CustomerCohort.of(each, tenant.currency) for each in found.cohorts],
        )
