"""Sales over time, as the standing run stored them."""

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from pathlib import Path
from typing import NamedTuple

from kit.db import load
from kit.errors import InvalidInputError
from kit.money import MINOR_DIGITS, USUAL_DIGITS
from resolvers import periods, runs
from resolvers.context import Ctx
from resolvers.runs import RunRow
from resolvers.tenants import TenantRow

MOST_POINTS = 1000
_USUAL_POINTS = {"day": 30, "week": 12, "month": 12}
_FIRST_YEAR, _LAST_YEAR = 1900, 2200

_POINTS = load(Path(__file__).parent.parent / "models" / "sql" / "sales_points.sql")


class Figures(NamedTuple):
    """What a shop took in some time. Money in its currency."""

    orders: int
    revenue: Decimal
    refunds: Decimal
    new_customers: int
    returning_customers: int
    left_out: int

    @property
    def net_revenue(self) -> Decimal:
        return self.revenue - self.refunds


NOTHING = Figures(0, Decimal(0), Decimal(0), 0, 0, 0)


class Point(NamedTuple):
    """One period, from its first day to its last."""

    start: date
    end: date
    is_complete: bool
    figures: Figures


@dataclass(frozen=True, slots=True)
class Sales:
    """Points without a gap, ascending, from `start` to `end`.

    There are none, and no totals, where no run stands or the one that stands stored no sales.
    """

    run: RunRow | None
    start: date | None
    end: date | None
    points: list[Point]

    @property
    def totals(self) -> Figures | None:
        """Sums over all points. Who returns in several of them is counted in each."""
        if not self.points:
            return None
        columns = zip(*(point.figures for point in self.points), strict=True)
        return Figures._make(sum(column) for column in columns)


class _Series(NamedTuple):
    run_id: int
    interval: str
    start: date
    end: date


async def over_time(
    ctx: Ctx, tenant: TenantRow, *, interval: str, start: date | None, end: date | None
) -> Sales:
    """The figures of the periods from the one that holds a day to the one that holds another.

    `interval` is day, week or month. By default the last period is the one that the run saw last, and there
    are 30 days, 12 weeks or 12 months. Raises InvalidInputError where `start` is after `end`, for a day out
    of reach, and for more than `MOST_POINTS` points.
    """
    for name, day in (("from", start), ("until", end)):
        _check_day(name, day)
    run = await runs.standing(ctx, tenant.id)
    if run is None or "periods" not in (run.report or {}):
        _check_order(start, end)
        return Sales(run, None, None, [])
    last = periods.first_of(end or max(periods.last_seen(tenant, run), start or date.min), interval)
    first = start or periods.following(last, interval, 1 - _USUAL_POINTS[interval])
    _check_order(start, end)
    first = periods.first_of(first, interval)
    _check_count(first, last, interval)
    found = await ctx.loader("sales", tenant.id, by_series).load(_Series(run.id, interval, first, last))
    points = []
    for place in range(periods.count(first, last, interval)):
        begin = periods.following(first, interval, place)
        finish = periods.last_of(begin, interval)
        complete = periods.is_complete(tenant, run, finish)
        points.append(Point(begin, finish, complete, found.get(begin, NOTHING)))
    return Sales(run, first, points[-1].end, points)


async def by_series(ctx: Ctx, tenant: int, keys: list[_Series]) -> list[dict[date, Figures]]:
    """Batch function: for each series the figures by first day; periods without any are left out."""
    run_ids, intervals, starts, ends = ([*column] for column in zip(*keys, strict=True))
    found: list[dict[date, Figures]] = [{} for _ in keys]
    rows = await ctx.reader.fetch(
        _POINTS, _row, tenant=tenant, runs=run_ids, periods=intervals, starts=starts, ends=ends
    )
    for series, day, figures in rows:
        found[series - 1][day] = figures
    return found


def average_order_value(figures: Figures, currency: str) -> Decimal | None:
    """Revenue before refunds by order, in whole minor units, half to even; None without orders."""
    if figures.orders == 0:
        return None
    unit = Decimal(1).scaleb(-MINOR_DIGITS.get(currency, USUAL_DIGITS))
    return (figures.revenue / figures.orders).quantize(unit, ROUND_HALF_EVEN)


def _row(series: int, starts_on: date, *figures: object) -> tuple[int, date, Figures]:
    return series, starts_on, Figures._make(figures)


def _check_day(name: str, day: date | None) -> None:
    if day is not None and not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise InvalidInputError(
            name, f"{name} is {day}; accepted are days from {_FIRST_YEAR}-01-01 to {_LAST_YEAR}-12-31."
        )


def _check_order(start: date | None, end: date | None) -> None:
    if start is not None and end is not None and start > end:
        raise InvalidInputError("from", f"from is {start}, after until, {end}; give the earlier day as from.")


def _check_count(first: date, last: date, interval: str) -> None:
    number = periods.count(first, last, interval)
    if number > MOST_POINTS:
        raise InvalidInputError(
            "from",
            f"From {first} until {last} there are {number:,} {interval}s; at most {MOST_POINTS:,} points are "
            "given. Choose days closer together, or a longer interval.",
        )
