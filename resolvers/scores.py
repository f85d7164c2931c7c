"""The current scores of customers."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import BigInteger, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from kit.db import prepare
from resolvers.context import READ, Ctx
from resolvers.loading import Loader
from resolvers.standing import SCORES, STANDING


class ScoreRow(NamedTuple):
    tenant_id: int
    run_id: int
    customer_id: int
    first_order_on: date | None
    last_order_on: date | None
    recency_days: int | None
    frequency: int | None
    monetary: Decimal | None
    recency_score: int | None
    frequency_score: int | None
    monetary_score: int | None
    segment: str | None
    purchase_value: Decimal | None
    expected_value: Decimal | None
    predicted_value: Decimal | None
    clv_tier: str | None
    churn_probability: float | None
    alive_probability: float | None
    churn_risk: str | None

    @property
    def historical_value(self) -> Decimal | None:
        """Net revenue so far, where lifetime value was computed."""
        return None if self.clv_tier is None else self.monetary

    @property
    def rfm_score(self) -> str | None:
        """The three digits, such as 555."""
        if self.recency_score is None:
            return None
        return f"{self.recency_score}{self.frequency_score}{self.monetary_score}"


COLUMNS = [SCORES.c[name] for name in ScoreRow._fields]
_BY_CUSTOMERS = prepare(
    select(*COLUMNS).where(
        STANDING,
        SCORES.c.customer_id == any_(bindparam("ids", type_=ARRAY(BigInteger))),
    )
)


async def by_customers(ctx: Ctx, tenant: int, customers: list[int]) -> list[ScoreRow | None]:
    """Batch function: the scores of these customers, in their order; None for who has none."""
    rows = await ctx.reader.fetch(_BY_CUSTOMERS, ScoreRow, tenant=tenant, ids=customers)
    found = {row.customer_id: row for row in rows}
    return [found.get(each) for each in customers]


async def of_customers(ctx: Ctx, tenant: int, customers: Sequence[int]) -> list[ScoreRow | None]:
    """The scores of customers, in their order; None for who has none."""
    ctx.allow(tenant, READ)
    return await loader(ctx, tenant).load_many(customers)


def loader(ctx: Ctx, tenant: int) -> Loader[int, ScoreRow | None]:
    """What the request knows of scores, by customer; others who read some may have it know them."""
    return ctx.loader("scores", tenant, by_customers)


async def of_customer(ctx: Ctx, tenant: int, customer: int) -> ScoreRow | None:
    """The scores of one customer; None if there are none."""
    return (await of_customers(ctx, tenant, [customer]))[0]
