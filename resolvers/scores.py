"""The current scores of customers."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from kit.columns import Columns, light
from kit.db import prepare
from resolvers.context import READ, Ctx
from resolvers.keyset import KEPT
from resolvers.loading import Loader
from resolvers.standing import SCORES, STANDING

_WHOSE = "customer_id"
_Batch = Callable[[Ctx, int, list[int]], Awaitable[list["ScoreRow | None"]]]


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
        return historical_value(self)

    @property
    def rfm_score(self) -> str | None:
        """The three digits, such as 555."""
        return rfm_score(self)


def historical_value(score: ScoreRow) -> Decimal | None:
    """Net revenue so far, where lifetime value was computed."""
    return None if score.clv_tier is None else score.monetary


def rfm_score(score: ScoreRow) -> str | None:
    """The three digits, such as 555."""
    if score.recency_score is None:
        return None
    return f"{score.recency_score}{score.frequency_score}{score.monetary_score}"


MADE: dict[str, tuple[Callable[[Any], Any], tuple[str, ...]]] = {
    "historical_value": (historical_value, ("clv_tier", "monetary")),
    "rfm_score": (rfm_score, ("recency_score", "frequency_score", "monetary_score")),
}
"""What is told of scores that is no column: what makes it, and of which columns."""


async def of_customers(
    ctx: Ctx, tenant: int, customers: Sequence[int], columns: Columns | None = None
) -> list[ScoreRow | None]:
    """The scores of customers, in their order; None for who has none. Where `columns` suffice they may have
    no others.
    """
    ctx.allow(tenant, READ)
    whole = loader(ctx, tenant)
    known = whole if columns is None or whole.knows(customers) else loader(ctx, tenant, columns)
    return await known.load_many(customers)


def loader(ctx: Ctx, tenant: int, columns: Columns | None = None) -> Loader[int, ScoreRow | None]:
    """What the request knows of scores, by customer; others who read some may have it know them."""
    return ctx.loader(f"scores {columns and columns.names}", tenant, _by_customers(columns))


def names_of(columns: Columns | None) -> tuple[str, ...]:
    """The names of the columns that are read of scores; whose these are is always among them."""
    return ScoreRow._fields if columns is None else tuple(dict.fromkeys((_WHOSE, *columns.names)))


def row_of(columns: Columns | None) -> Callable[..., Any]:
    """What makes scores of the columns that `names_of` names."""
    return ScoreRow if columns is None else light(names_of(columns))


@lru_cache(KEPT)
def _by_customers(columns: Columns | None) -> _Batch:
    wanted = SCORES.c.customer_id == any_(bindparam("ids", type_=ARRAY(BigInteger)))
    statement = prepare(select(*(SCORES.c[name] for name in names_of(columns))).where(STANDING, wanted))
    row = row_of(columns)

    async def by_customers(ctx: Ctx, tenant: int, customers: list[int]) -> list[ScoreRow | None]:
        rows = await ctx.reader.fetch(statement, row, tenant=tenant, ids=customers)
        found = {row.customer_id: row for row in rows}
        return [found.get(each) for each in customers]

    return by_customers


async def of_customer(ctx: Ctx, tenant: int, customer: int) -> ScoreRow | None:
    """The scores of one customer; None if there are none."""
    return (await of_customers(ctx, tenant, [customer]))[0]
