"""Cohorts by the month of the first purchase, as the standing run stored them."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

from sqlalchemy import BigInteger, any_, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from kit.db import TENANT, load, prepare
from kit.errors import InvalidInputError
from models import TABLES
from resolvers import periods, runs
from resolvers.context import Ctx
from resolvers.runs import RunRow
from resolvers.tenants import TenantRow

MOST_MONTHS = 120
"""As many as a run keeps."""

_COHORTS = TABLES["cohort"]
_OLDEST = prepare(
    select(_COHORTS.c.run_id, func.min(_COHORTS.c.starts_on))
    .where(
        _COHORTS.c.tenant_id == TENANT,
        _COHORTS.c.run_id == any_(bindparam("ids", type_=ARRAY(BigInteger))),
    )
    .group_by(_COHORTS.c.run_id)
)
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
    """Ascending by month, without a gap, from the first month with a cohort if it is among those asked for.

    There are none where no run stands or the one that stands stored none.
    """

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
    oldest = await ctx.loader("oldest cohorts", tenant.id, oldest_months).load(run.id)
    if oldest is None:
        return Cohorts(run, [])
    first = max(oldest, periods.following(last, "month", 1 - months))
    cells = await ctx.loader("cohorts", tenant.id, by_matrix).load(_Matrix(run.id, first))
    count = periods.count(first, last, "month")
    starts = [periods.following(first, "month", place) for place in range(count)]
    return Cohorts(run, [_cohort(tenant, run, cells, start, last) for start in starts])


async def oldest_months(ctx: Ctx, tenant: int, keys: list[int]) -> list[date | None]:
    """Batch function: for each run the month of its first cohort; None for a run without one."""
    found = dict(await ctx.reader.fetch(_OLDEST, _month, tenant=tenant, ids=keys))
    return [found.get(each) for each in keys]


def _month(run: int, first: date) -> tuple[int, date]:
    return run, first


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
