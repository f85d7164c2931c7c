"""The scores of customers, by run, and which run's stand.

A run writes all its rows beside the old ones, then moves the pointer: readers see the old run or the new
one, and the writing itself may take several connections. No foreign key leads to `customer`: a run writes
every row anew from the customers it has just read, and a check per row would double the time of it.
"""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Float, SmallInteger
from sqlmodel import Field, SQLModel

from models.base import money, reference, tenant_key

SEGMENTS = (
    "Champions",
    "Loyal Customers",
    "Potential Loyalists",
    "Recent Customers",
    "Promising",
    "Need Attention",
    "About to Sleep",
    "At Risk",
    "Cannot Lose Them",
    "Hibernating",
    "Lost",
)
TIERS = ("high", "medium", "low")
PARTITION = "customer_score_rows"
"""The partition that holds the rows of `customer_score`: a run may COPY into it, and nobody read from it."""
RISKS = ("active", "at_risk", "churning", "churned")


def one_of(column: str, values: tuple[str, ...]) -> str:
    """The text of a CHECK that a column holds one of the values."""
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


def _score() -> Any:
    return Field(default=None, sa_type=SmallInteger, nullable=True)


def _probability() -> Any:
    return Field(default=None, sa_type=Float, nullable=True)


class CustomerScore(SQLModel, table=True):
    """RFM, lifetime value and churn of a customer. What an analysis could not know is null.

    The customer's orders are summed up whatever was analysed: `monetary` is all net revenue, `purchase_value`
    that of the days with a purchase, which refunds without an order do not lower.
    """

    __tablename__: ClassVar[Any] = "customer_score"
    __table_args__ = (
        CheckConstraint(one_of("segment", SEGMENTS), name="customer_score_segment_check"),
        CheckConstraint(one_of("clv_tier", TIERS), name="customer_score_clv_tier_check"),
        CheckConstraint(one_of("churn_risk", RISKS), name="customer_score_churn_risk_check"),
        {"postgresql_partition_by": "LIST (tenant_id)"},
    )

    tenant_id: int = tenant_key()
    run_id: int = reference(primary_key=True)
    customer_id: int = reference(primary_key=True)
    first_order_on: date | None = None
    last_order_on: date | None = None
    recency_days: int | None = None
    frequency: int | None = None
    monetary: Decimal | None = money(nullable=True)
    recency_score: int | None = _score()
    frequency_score: int | None = _score()
    monetary_score: int | None = _score()
    segment: str | None = None
    purchase_value: Decimal | None = money(nullable=True)
    expected_value: Decimal | None = money(nullable=True)
    predicted_value: Decimal | None = money(nullable=True)
    clv_tier: str | None = None
    churn_probability: float | None = _probability()
    alive_probability: float | None = _probability()
    churn_risk: str | None = None


class ScoreCurrent(SQLModel, table=True):
    """The run whose scores stand, of a tenant that has any."""

    __tablename__: ClassVar[Any] = "score_current"

    tenant_id: int = tenant_key()
    run_id: int = reference()
