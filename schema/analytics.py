"""The door to what runs have found about all customers of a tenant."""

from datetime import date
from typing import Annotated

import strawberry

from resolvers import cohorts, runs, sales
from resolvers.tenants import TenantRow
from schema.churn import ChurnAnalytics
from schema.clv import ClvAnalytics
from schema.cohorts import CohortAnalytics
from schema.context import Info
from schema.enums import SalesInterval
from schema.rfm import RfmAnalytics
from schema.sales import SalesAnalytics


@strawberry.type(description="Figures over all scored customers, as the last runs stored them.")
class Analytics:
    owner: strawberry.Private[TenantRow]

    @strawberry.field(description="Recency, frequency and monetary value.")
    async def rfm(self, info: Info) -> RfmAnalytics:
        return RfmAnalytics.of(self.owner, await runs.current_of(info.context, self.owner.id, "rfm"))

    @strawberry.field(description="Lifetime value.")
    async def clv(self, info: Info) -> ClvAnalytics:
        return ClvAnalytics.of(self.owner, await runs.current_of(info.context, self.owner.id, "clv"))

    @strawberry.field(description="Risk of losing customers.")
    async def churn(self, info: Info) -> ChurnAnalytics:
        return ChurnAnalytics.of(self.owner, await runs.current_of(info.context, self.owner.id, "churn"))

    @strawberry.field(
        description="Revenue, orders, and new and returning customers over time. Gaps are filled with zeros; "
        "at most 1,000 points are given."
    )
    async def sales(
        self,
        info: Info,
        interval: Annotated[
            SalesInterval, strawberry.argument(description="What the figures are added up by.")
        ] = SalesInterval.DAY,
        start: Annotated[
            date | None,
            strawberry.argument(
                name="from",
                description="The first day, in the tenant's time zone; the points begin with the period that "
                "holds it. By default there are 30 days, 12 weeks or 12 months.",
            ),
        ] = None,
        end: Annotated[
            date | None,
            strawberry.argument(
                name="until",
                description="The last day; the points end with the period that holds it. By default the last "
                "day that the run saw.",
            ),
        ] = None,
    ) -> SalesAnalytics | None:
        found = await sales.over_time(info.context, self.owner, interval=interval.value, start=start, end=end)
        return SalesAnalytics.of(self.owner, interval, found)

    @strawberry.field(
        description="Customers by the month of their first purchase, and how many of them bought in the "
        "months after. The last 12 months unless told; at most 120."
    )
    async def cohorts(
        self,
        info: Info,
        months: Annotated[int, strawberry.argument(description="How many months, 1 to 120.")] = 12,
    ) -> CohortAnalytics | None:
        return CohortAnalytics.of(self.owner, await cohorts.latest(info.context, self.owner, months=months))
