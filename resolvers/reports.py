"""An analysis as a whole: the figures of the run that stands and the first customers of a class, at once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from kit.db import Statement, load
from kit.errors import NotFoundError
from kit.zone import EPOCH, day_number
from models.listing import ALL
from models.score import SEGMENTS
from resolvers.analytics import class_named
from resolvers.context import READ, Ctx

_SQL = Path(__file__).parent.parent / "models" / "sql"
_SEGMENTS, _CUSTOMERS = load(_SQL / "analytics_segments.sql"), load(_SQL / "analytics_customers.sql")


class Listed(NamedTuple):
    """A customer in a list, with what shows why it is there."""

    customer_id: int
    email: str | None
    historical_value: Decimal | None
    predicted_value: Decimal | None
    total_orders: int | None
    clv_tier: str | None
    last_order_on: date | None
    churn_probability: float | None
    churn_risk: str | None


@dataclass(frozen=True, slots=True)
class Report:
    """`figures` are empty and the rest None before the first run."""

    time_zone: str
    as_of: datetime | None
    finished_at: datetime | None
    figures: dict[str, Any]

    def days_since(self, day: date | None) -> int | None:
        """Whole local days from a day to the run's instant."""
        if day is None or self.as_of is None:
            return None
        return day_number(self.as_of, self.time_zone) - (day - EPOCH.date()).days


@dataclass(frozen=True, slots=True)
class SegmentReport(Report):
    """RFM. `segments` are those asked for, with the numbers of their first customers by revenue."""

    segments: dict[str, list[int]]


@dataclass(frozen=True, slots=True)
class CustomerReport(Report):
    """Lifetime value or churn. `customers` are the first by predicted value."""

    customers: list[Listed]


R = TypeVar("R", bound=Report)


async def rfm(ctx: Ctx, tenant: int, *, segment: str | None, limit: int) -> SegmentReport:
    """RFM, with the first `limit` customers of one segment or of each.

    Raises NotFoundError for an unknown tenant, InvalidInputError for an unknown segment.
    """
    names = SEGMENTS if segment is None else (class_named("rfm", segment),)

    def made(time_zone: str, as_of: Any, finished_at: Any, figures: Any, lists: Any) -> SegmentReport:
        segments = {name: (lists or {}).get(name, []) for name in names}
        return SegmentReport(time_zone, as_of, finished_at, figures or {}, segments)

    return await _read(ctx, tenant, _SEGMENTS, made, size=limit, classes=[*names])


async def clv(ctx: Ctx, tenant: int, *, tier: str | None, limit: int) -> CustomerReport:
    """Lifetime value, with the first `limit` customers of one tier or of all. Raises as `rfm` does."""
    name = ALL if tier is None else class_named("clv", tier)
    return await _customers(ctx, tenant, "clv", name, limit)


async def churn(ctx: Ctx, tenant: int, *, risk: str | None, limit: int) -> CustomerReport:
    """Churn, with the first `limit` customers of a class, `at_risk` unless told. Raises as `rfm` does."""
    name = "at_risk" if risk is None else class_named("churn", risk)
    return await _customers(ctx, tenant, "churn", name, limit)


async def _customers(ctx: Ctx, tenant: int, analysis: str, name: str, limit: int) -> CustomerReport:
    def made(time_zone: str, as_of: Any, finished_at: Any, figures: Any, *columns: Any) -> CustomerReport:
        rows = zip(*columns, strict=True) if columns[0] is not None else ()
        return CustomerReport(time_zone, as_of, finished_at, figures or {}, [Listed(*row) for row in rows])

    values = {"analysis": analysis, "class": name, "size": limit}
    return await _read(ctx, tenant, _CUSTOMERS, made, **values)


async def _read(ctx: Ctx, tenant: int, statement: Statement, made: Callable[..., R], **values: object) -> R:
    ctx.allow(tenant, READ)
    rows = await ctx.db.once(statement, made, tenant=tenant, **values)
    if not rows:
        raise NotFoundError.of("Tenant", tenant)
    return rows[0]
