"""Days as the tenant's clock counts them, when a statement runs."""

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Text, bindparam, cast, func, select, type_coerce
from sqlalchemy.types import DateTime

from kit.db import TENANT
from models import TABLES

_TENANTS = TABLES["tenant"]
_ZONE = select(_TENANTS.c.time_zone).where(_TENANTS.c.id == TENANT).scalar_subquery()


def local_day(instant: ColumnElement[Any]) -> ColumnElement[date]:
    """The tenant's day of an instant."""
    return cast(func.timezone(type_coerce(_ZONE, Text), instant), Date)


def days_ago(days: int) -> ColumnElement[date]:
    """The tenant's day so many days before today."""
    given = bindparam(None, days, type_=Integer, unique=True)
    return type_coerce(local_day(func.now()) - given, Date)


def start_of(day: ColumnElement[date]) -> ColumnElement[Any]:
    """The instant at which a day of the tenant begins."""
    instant = func.timezone(type_coerce(_ZONE, Text), cast(day, DateTime(timezone=False)))
    return type_coerce(instant, DateTime(timezone=True))
