"""A customer's scores: RFM, lifetime value, churn."""

from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, Self, cast

import strawberry

from resolvers import customer_intervals, customers, runs
from resolvers.customers import CustomerRow
from resolvers.runs import RunRow
from resolvers.scores import MADE, ScoreRow
from resolvers.tenants import TenantRow
from schema.batching import held
from schema.context import Info
from schema.count_interval import CountInterval
from schema.enums import ChurnRisk, ClvTier, MissingScoreReason, RfmSegment, interval_reason, members_of
from schema.freshness import Scored
from schema.money import MONEY, Money, MoneyInterval, money
from schema.parts import Bare, Values, tuples

if TYPE_CHECKING:
    from resolvers.customer_bounds import CustomerIntervals


_CURRENCY = "currency"
_NOBODY = ScoreRow(*[None] * len(ScoreRow._fields))  # type: ignore[arg-type]
"""The scores of who has none."""


class _Figures:
    """The scores of a customer, each under its name, with the currency of their amounts."""

    __slots__ = ("currency", "scores")

    def __init__(self, scores: ScoreRow, currency: str) -> None:
        self.scores = scores
        self.currency = currency


for _name in (*ScoreRow._fields, *MADE):
    # In place of __getattr__, which is called after a look-up that fails.
    setattr(_Figures, _name, property(attrgetter(f"scores.{_name}")))


class CustomerScored(Scored):
    """What the scores of one customer share: which run looked at the customer, and why there is no score.

    `values` is None where the customer has no score of the analysis.
    """

    analysis: ClassVar[str]
    told_by: ClassVar[str]
    """What of the scores is null where the customer has none of the analysis."""
    customer: strawberry.Private[CustomerRow]
    values: strawberry.Private[ScoreRow | None]

    @property
    def row(self) -> _Figures:
        """What its `held` fields are made of."""
        return _Figures(self.values or _NOBODY, self.tenant.currency)

    @classmethod
    def of(cls, tenant: TenantRow, customer: CustomerRow, score: ScoreRow | None) -> Self:
        """The scores of one analysis among those of a customer."""
        found = score if score is not None and getattr(score, cls.told_by) is not None else None
        run = None if found is None else found.run_id
        return cast("Callable[..., Self]", cls)(tenant=tenant, run_key=run, customer=customer, values=found)

    @classmethod
    def bare(cls, columns: tuple[str, ...]) -> Bare:
        """What makes tuples of these columns, of customers and their scores."""
        known = attrgetter(cls.told_by)
        made_of = {name: MADE.get(name, (attrgetter(name), (name,))) for name in columns if name != _CURRENCY}
        gets = {name: get for name, (get, _) in made_of.items()}
        read = {cls.told_by, *chain.from_iterable(names for _, names in made_of.values())}

        def made(them: Sequence[Any], scores: Sequence[ScoreRow | None]) -> Values:
            rows = [_NOBODY if each is None or known(each) is None else each for each in scores]
            found = {name: [*map(get, rows)] for name, get in gets.items()}
            if _CURRENCY in columns:
                found[_CURRENCY] = [each.owner.currency for each in them]
            return tuples([found[name] for name in columns], them)

        return Bare(tuple(sorted(read)), made)

    async def _standing(self, info: Info) -> RunRow | None:
        run = await runs.current_of(info.context, self.tenant.id, self.analysis)
        if run is None:
            return None
        imported_at = await customers.imported_at(info.context, self.tenant.id, self.customer.id)
        return None if imported_at is None or run.started_at < imported_at else run

    async def _missing(self, info: Info) -> MissingScoreReason | None:
        """Why there is no score; None where there is one."""
        if self.run_key is not None:
            return None
        looked = await self._standing(info)
        return MissingScoreReason.NO_TRANSACTION if looked else MissingScoreReason.NOT_PROCESSED


@strawberry.type(description="Recency, frequency and monetary value of a customer, as of the run.")
class CustomerRfm(CustomerScored):
    analysis, told_by = "rfm", "segment"
    customer: strawberry.Private[CustomerRow]
    values: strawberry.Private[ScoreRow | None]
    segment: RfmSegment | None = held(
        "segment", make=members_of(RfmSegment), description="The segment that the three scores fall into."
    )
    recency_days: int | None = held(
        "recency_days", description="Whole days since the last day with a purchase."
    )
    frequency: int | None = held("frequency", description="Days on which the customer bought.")
    monetary: Money | None = held(
        "monetary", _CURRENCY, make=MONEY, description="Net revenue so far, refunds taken off."
    )
    score: str | None = held(
        "rfm_score",
        description="The scores for recency, frequency and monetary value, such as 555.",
    )
    recency_score: int | None = held("recency_score", description="1 to 5; 5 is the latest fifth.")
    frequency_score: int | None = held("frequency_score", description="1 for a single purchase, else 2 to 5.")
    monetary_score: int | None = held("monetary_score", description="1 to 5; 5 is the fifth that spent most.")
    first_order_on: date | None = held(
        "first_order_on", description="The shop's local day of the first purchase."
    )
    last_order_on: date | None = held(
        "last_order_on", description="The shop's local day of the last purchase."
    )

    @strawberry.field(description="Why there is no score; null where there is one.")
    async def reason(self, info: Info) -> MissingScoreReason | None:
        return await self._missing(info)


@strawberry.type(description="What a customer is worth, so far and within the horizon of lifetime value.")
class CustomerClv(CustomerScored):
    analysis, told_by = "clv", "clv_tier"
    customer: strawberry.Private[CustomerRow]
    values: strawberry.Private[ScoreRow | None]
    historical_value: Money | None = held(
        "historical_value", _CURRENCY, make=MONEY, description="Net revenue so far."
    )
    expected_value: Money | None = held(
        "expected_value",
        _CURRENCY,
        make=MONEY,
        description="Revenue expected within the horizon: the chance of being alive, times expected orders "
        "and spend, discounted.",
    )
    predicted_value: Money | None = held(
        "predicted_value", _CURRENCY, make=MONEY, description="Historical plus expected value."
    )
    tier: ClvTier | None = held(
        "clv_tier", make=members_of(ClvTier), description="Where the customer stands by predicted value."
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
        return await self._interval(info, (self.values and self.values.monetary) or Decimal(0))

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
        return await customer_intervals.of_customer(info.context, self.tenant.id, self.customer.id)

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


@strawberry.type(description="How likely the customer is to be lost.")
class CustomerChurn(CustomerScored):
    analysis, told_by = "churn", "churn_risk"
    customer: strawberry.Private[CustomerRow]
    values: strawberry.Private[ScoreRow | None]
    probability: float | None = held(
        "churn_probability",
        description="Chance of no order within the tenant's churn horizon, 0 to 1. Null without a model.",
    )
    risk: ChurnRisk | None = held(
        "churn_risk",
        make=members_of(ChurnRisk),
        description="The class of that chance and of the customer's own silence.",
    )
    alive_probability: float | None = held(
        "alive_probability",
        description="Chance that the customer has not dropped out for good, 0 to 1. Null without a model.",
    )

    @strawberry.field(description="Why the probability is null; null where it is not.")
    async def reason(self, info: Info) -> MissingScoreReason | None:
        lacks_model = self.values is not None and self.values.churn_probability is None
        return MissingScoreReason.LOW_DATA if lacks_model else await self._missing(info)
