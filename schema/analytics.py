"""The door to what runs have found about all customers of a tenant."""

import strawberry

from resolvers import runs
from resolvers.tenants import TenantRow
from schema.churn import ChurnAnalytics
from schema.clv import ClvAnalytics
from schema.context import Info
from schema.rfm import RfmAnalytics


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
