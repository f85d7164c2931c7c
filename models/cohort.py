"""Customers by the month of their first purchase, and what they did after, as a run found it."""

from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from sqlalchemy import BigInteger, Numeric
from sqlmodel import Field, SQLModel

from models.base import reference, tenant_key


class Cohort(SQLModel, table=True):
    """One cohort in one month of a run. A month without purchases or revenue has no row."""

    __tablename__: ClassVar[Any] = "cohort"

    tenant_id: int = tenant_key()
    run_id: int = reference(primary_key=True)
    starts_on: date = Field(primary_key=True, description="first day of the month of the first purchases")
    months_since: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    customers: int = Field(sa_type=BigInteger, description="with a purchase in the month")
    revenue: Decimal = Field(sa_type=Numeric)
