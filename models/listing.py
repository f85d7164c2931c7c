"""The first customers of each class of a run, best first, so that a list is read by its keys."""

from typing import Any, ClassVar

from sqlalchemy import ARRAY, BigInteger, CheckConstraint
from sqlmodel import Field, SQLModel

from models.base import reference, tenant_key

ALL = "all"
"""The listing over all classes of an analysis."""

LONGEST = 1000
"""Customers a listing holds at most."""


class ScoreListing(SQLModel, table=True):
    """Up to a thousand customers of one segment (by revenue), tier or risk class (by predicted value)."""

    __tablename__: ClassVar[Any] = "score_listing"
    __table_args__ = (
        CheckConstraint("analysis IN ('rfm', 'clv', 'churn')", name="score_listing_analysis_check"),
    )

    tenant_id: int = tenant_key()
    analysis: str = Field(primary_key=True)
    class_: str = Field(primary_key=True, sa_column_kwargs={"name": "class"})
    run_id: int = reference()
    customer_ids: list[int] = Field(sa_type=ARRAY(BigInteger))
