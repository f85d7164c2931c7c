"""What one unit of another currency was worth in the tenant's own, from a day on."""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import CheckConstraint, Date, ForeignKeyConstraint, Numeric
from sqlmodel import Field, SQLModel

from models.base import tenant_key


class ExchangeRate(SQLModel, table=True):
    """The rate that holds from `valid_on` until the next one of the same currency."""

    __tablename__: ClassVar[Any] = "exchange_rate"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id"], ["tenant.id"], name="exchange_rate_tenant_id_fkey"),
        CheckConstraint("rate > 0", name="exchange_rate_rate_check"),
        CheckConstraint("currency ~ '^[A-Z]{3}$'", name="exchange_rate_currency_check"),
    )

    tenant_id: int = tenant_key()
    currency: str = Field(primary_key=True)
    valid_on: date = Field(sa_type=Date, primary_key=True)
    rate: Decimal = Field(sa_type=Numeric(24, 12))
