"""A customer's scores: RFM, lifetime value, churn."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar

import strawberry

from resolvers import customer_intervals, runs
from resolvers.customers import CustomerRow
from resolvers.runs import RunRow
from resolvers.scores import ScoreRow
from resolvers.tenants import TenantRow
from schema.context import Info
from schema.count_interval import CountInterval
from schema.enums import ChurnRisk, ClvTier, MissingScoreReason, RfmSegment, interval_reason
from schema.freshness import Scored
from schema.money import Money, MoneyInterval, money

if TYPE_CHECKING:
    from resolvers.customer_bounds import CustomerIntervals


class CustomerScored(Scored):
    """What the scores of one customer share: which run looked at the customer, and why there is no score."""

    analysis: ClassVar[str]
    seen: strawberry.Private[datetime]

    async def _standing(self, info: Info) -> RunRow | None:
        run = await runs.current_of(info.context, self.tenant.id, self.analysis)
        return None if run is None or run.started_at < self.seen else run

    async def _missing(self, info: Info) -> MissingScoreReason | None:
        """Why there is no score; None where there is one."""
        if self.run_key is not None:
            return None
        looked = await self._standing(info)
        return MissingScoreReason.NO_TRANSACTION if looked else MissingScoreReason.NOT_PROCESSED


@strawberry.type(description="Recency, frequency and monetary value of a customer, as of the run.")
class CustomerRfm(CustomerScored):
    analysis = "rfm"
    seen: strawberry.Private[datetime]
    segment: RfmSegment | None = strawberry.field(
        default=None, description="The segment that the three scores fall into."
    )
    recency_days: int | None = strawberry.field(
        default=None, description="Whole days since the last day with a purchase."
    )
    frequency: int | None = strawberry.field(default=None, description="Days on which the customer bought.")
    monetary: Money | None = strawberry.field(
        default=None, description="Net revenue so far, refunds taken off."
    )
    score: str | None = strawberry.field(
        default=None, description="The scores for recency, frequency and monetary value, such as 555."
    )
    recency_score: int | None = strawberry.field(default=None, description="1 to 5; 5 is the latest fifth.")
    frequency_score: int | None = strawberry.field(
        default=None, description="1 for a single purchase, else 2 to 5."
    )
    monetary_score: int | None = strawberry.field(
        default=None, description="1 to 5; 5 is the fifth that spent most."
    )
    first_order_on: date | None = strawberry.field(
        default=None, description="The shop's local day of the first purchase."
    )
    last_order_on: date | None = strawberry.field(
        default=None, description="The shop's local day of the last purchase."
    )

    @strawberry.field(description="Why there is no score; null where there is one.")
    async def reason(self, info: Info) -> MissingScoreReason | None:
        return await self._missing(info)

    @classmethod
    def of(cls, tenant: TenantRow, customer: CustomerRow, score: ScoreRow | None) -> "CustomerRfm":
        if score is None or score.segment is None:
            return cls(tenant=tenant, run_key=None, seen=customer.imported_at)
        return cls(
            tenant=tenant,
            run_key=score.run_id,
            seen=customer.imported_at,
            segment=RfmSegment(score.segment),
            recency_days=score.recency_days,
            frequency=score.frequency,
            monetary=money(score.monetary, tenant.currency),
            score=score.rfm_score,
            recency_score=score.recency_score,
            frequency_score=score.frequency_score,
            monetary_score=score.monetary_score,
            first_order_on=score.first_order_on,
            last_order_on=score.last_order_on,
        )


@strawberry.type(description="What a customer is worth, so far and within the horizon of lifetime value.")
class CustomerClv(CustomerScored):
    analysis = "clv"
    seen: strawberry.Private[datetime]
    customer_id: strawberry.Private[int]
    historical: strawberry.Private[Decimal]
    historical_value: Money | None = strawberry.field(default=None, description="Net revenue so far.")
    expected_value: Money | None = strawberry.field(
        default=None,
        description="Revenue expected within the horizon: the chance of being alive, times expected orders "
        "and spend, discounted.",
    )
    predicted_value: Money | None = strawberry.field(
        default=None, description="Historical plus expected value."
    )
    tier: ClvTier | None = strawberry.field(
        default=None, description="Where the customer stands by predicted value."
    )

    @strawberry.field(
        description="Where the value of the customer's orders within the horizon should lie, discounted as "
        "the expected value is; null where that is null. An expected value may lie above it: of customers "
        "who hardly buy, most bring nothing and a few much."
    )
    async def expected_value_interval(self, info: Info) -> MoneyInterval | None:
        return await self._interval(info, Decimal(0))

    @strawberry.field(
        description="The same and the net revenue so far: where the predicted value should lie."
    )
    async def predicted_value_interval(self, info: Info) -> MoneyInterval | None:
        return await self._interval(info, self.historical)

    @strawberry.field(
        description="How many days with a purchase the horizon should bring, 0 for a customer who may stay "
        "away; null where there is no expected value."
    )
    async def orders_interval(self, info: Info) -> CountInterval | None:
        found = await self._intervals(info)
        if found is None:
            return None
        orders = found.orders
        return CountInterval(
            low=orders.low,
            high=orders.high,
            level=customer_intervals.LEVEL,
            reason=interval_reason(orders.reason),
        )

    async def _intervals(self, info: Info) -> "CustomerIntervals | None":
        if self.run_key is None:
            return None
        return await customer_intervals.of_customer(info.context, self.tenant.id, self.customer_id)

    async def _interval(self, info: Info, so_far: Decimal) -> MoneyInterval | None:
        intervals = await self._intervals(info)
        if intervals is None:
            return None
        found, currency = intervals.value, self.tenant.currency
        return MoneyInterval(
            low=None if found.low is None else money(so_far + found.low, currency),
            high=None if found.high is None else money(so_far + found.high, currency),
            level=customer_intervals.LEVEL,
            reason=interval_reason(found.reason),
        )

    @strawberry.field(description="Why there is no value; null where there is one.")
    async def reason(self, info: Info) -> MissingScoreReason | None:
        return await self._missing(info)

    @classmethod
    def of(cls, tenant: TenantRow, customer: CustomerRow, score: ScoreRow | None) -> "CustomerClv":
        if score is None or score.clv_tier is None:
            return cls(
                tenant=tenant,
                run_key=None,
                seen=customer.imported_at,
                customer_id=customer.id,
                historical=Decimal(0),
            )
        return cls(
            tenant=tenant,
            run_key=score.run_id,
            seen=customer.imported_at,
            customer_id=customer.id,
            historical=score.monetary or Decimal(0),
            historical_value=money(score.historical_value, tenant.currency),
            expected_value=money(score.expected_value, tenant.currency),
            predicted_value=money(score.predicted_value, tenant.currency),
            tier=ClvTier(score.clv_tier),
        )


@strawberry.type(description="How likely the customer is to be lost.")
class CustomerChurn(CustomerScored):
    analysis = "churn"
    seen: strawberry.Private[datetime]
    probability: float | None = strawberry.field(
        default=None,
        description="Chance of no order within the tenant's churn horizon, 0 to 1. Null without a model.",
    )
    risk: ChurnRisk | None = strawberry.field(
        default=None, description="The class of that chance and of the customer's own silence."
    )
    alive_probability: float | None = strawberry.field(
        default=None,
        description="Chance that the customer has not dropped out for good, 0 to 1. Null without a model.",
    )

    @strawberry.field(description="Why the probability is null; null where it is not.")
    async def reason(self, info: Info) -> MissingScoreReason | None:
        lacks_model = self.run_key is not None and self.probability is None
        return MissingScoreReason.LOW_DATA if lacks_model else await self._missing(info)

    @classmethod
    def of(cls, tenant: TenantRow, customer: CustomerRow, score: ScoreRow | None) -> "CustomerChurn":
        if score is None or score.churn_risk is None:
            return cls(tenant=tenant, run_key=None, seen=customer.imported_at)
        return cls(
            tenant=tenant,
            run_key=score.run_id,
            seen=customer.imported_at,
            probability=score.churn_probability,
            risk=ChurnRisk(score.churn_risk),
            alive_probability=score.alive_probability,
        )
