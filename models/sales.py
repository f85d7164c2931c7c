"""What a shop took and who bought, by day, week and month, as a run found it."""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Numeric
from sqlmodel import Field, SQLModel

from models.base import reference, tenant_key

INTERVALS = ("day", "week", "month")


def _count() -> Any:
    return Field(sa_type=BigInteger)


def _sum() -> Any:
    return Field(sa_type=Numeric)


class Sales(SQLModel, table=True):
    """Figures of one period of a run. A period without any has no row."""

    __tablename__: ClassVar[Any] = "sales"
    __table_args__ = (CheckConstraint("period IN ('day', 'week', 'month')", name="sales_period_check"),)

    tenant_id: int = tenant_key()
    run_id: int = reference(primary_key=True)
    period: str = Field(primary_key=True)
    starts_on: date = Field(primary_key=True, description="first local day of the period; weeks from Monday")
    orders: int = _count()
    revenue: Decimal = _sum()
    refunds: Decimal = _sum()
    new_customers: int = _count()
    returning_customers: int = _count()
    left_out: int = _count()
