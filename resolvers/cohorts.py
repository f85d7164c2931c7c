"""Cohorts by the month of the first purchase, as the standing run stored them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from kit.db import load
from kit.errors import InvalidInputError
from resolvers import periods, runs
from resolvers.context import Ctx
from resolvers.runs import RunRow
from resolvers.tenants import TenantRow

MOST_MONTHS = 120
"""As many as a run keeps."""

_CELLS = load(Path(__file__).parent.parent / "models" / "sql" / "cohort_cells.sql")


class Month(NamedTuple):
    """What a cohort did in one month."""

    months_since: int
    start: date
    is_complete: bool
    active_customers: int
    revenue: Decimal


@dataclass(frozen=True, slots=True)
class Cohort:
    """The customers whose first purchase is in a month, and every month from it to the run's."""

    month: date
    months: list[Month]

    @property
    def customers(self) -> int:
        """How many they are."""
        return self.months[0].active_customers


@dataclass(frozen=True, slots=True)
class Cohorts:
    """Ascending by month, without a gap; none where no run stands or the one that stands stored none."""

    run: RunRow | None
    cohorts: list[Cohort]


class _Matrix(NamedTuple):
    run_id: int
    start: date


_Cells = dict[tuple[date, int], tuple[int, Decimal]]
"""(month of the cohort, months since) -> (active customers, revenue)."""


async def latest(ctx: Ctx, tenant: TenantRow, *, months: int) -> Cohorts:
    """The cohorts of so many months up to the last one that the run saw.

    Raises InvalidInputError for a number of months outside 1 to 120.
    """
    if not 1 <= months <= MOST_MONTHS:
        raise InvalidInputError("months", f"months is {months}; accepted are 1 to {MOST_MONTHS}.")
    run = await runs.standing(ctx, tenant.id)
    if run is None or "periods" not in (run.report or {}):
        return Cohorts(run, [])
    last = periods.first_of(periods.last_seen(tenant, run), "month")
    first = periods.following(last, "month", 1 - months)
    cells = await ctx.loader("cohorts", tenant.id, by_matrix).load(_Matrix(run.id, first))
    starts = [periods.following(first, "month", place) for place in range(months)]
    return Cohorts(run, [_cohort(tenant, run, cells, start, last) for start in starts])


async def by_matrix(ctx: Ctx, tenant: int, keys: list[_Matrix]) -> list[_Cells]:
    """Batch function: for each matrix its cells; those in which nothing happened are left out."""
    run_ids, starts = ([*column] for column in zip(*keys, strict=True))
    found: list[_Cells] = [{} for _ in keys]
    rows = await ctx.reader.fetch(_CELLS, _row, tenant=tenant, runs=run_ids, starts=starts)
    for matrix, cell, figures in rows:
        found[matrix - 1][cell] = figures
    return found


def _row(
    matrix: int, month: date, since: int, customers: int, revenue: Decimal
) -> tuple[int, tuple[date, int], tuple[int, Decimal]]:
    return matrix, (month, since), (customers, revenue)


def _cohort(tenant: TenantRow, run: RunRow, cells: _Cells, start: date, last: date) -> Cohort:
    months = []
    for since in range(periods.count(start, last, "month")):
        begin = periods.following(start, "month", since)
        complete = periods.is_complete(tenant, run, periods.last_of(begin, "month"))
        months.append(Month(since, begin, complete, *cells.get((start, since), (0, Decimal(0)))))
    return Cohort(start, months)
