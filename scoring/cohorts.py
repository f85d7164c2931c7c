"""Cohorts: customers by the month of their first purchase, and how many of them buy in the months after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scoring.calendar import first_day, period_by_table
from scoring.sales import distinct_periods, exact_sums
from scoring.transactions import positions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring.history import Adjustments
    from scoring.transactions import Amounts, Customers

MOST_COHORTS = 120
"""So many months before that of `as_of`, and that one, have cohorts that are kept."""


@dataclass(frozen=True, slots=True, eq=False)
class Cohorts:
    """One row a cohort and month in which something happened, ascending; all arrays have shape (c,)."""

    start: NDArray[np.int32]
    """First day of the month of the cohort's first purchases, since 1970-01-01."""
    months_since: NDArray[np.int32]
    """Months from that one: 0 is the month of the first purchase."""
    customers: NDArray[np.int64]
    """Customers of the cohort with a purchase in the month; in month 0 all of them."""
    revenue: NDArray[np.int64]
    """Net revenue from the cohort in the month, in whole units of money."""

    def __len__(self) -> int:
        return len(self.start)


def cohorts(customers: Customers, adjustment: Adjustments | None = None) -> Cohorts:
    """The cohorts of the month of `as_of` and `MOST_COHORTS` months before it.

    All revenue of a cohort's customers is in one of its months, so over all cohorts it sums to the customers'
    net revenue. What was given back before a customer's first purchase counts in month 0.

    Args:
        customers: with their `purchases`.
        adjustment: (customer, day, amount) of refunds that belong to no order, as `History` has them.

    Raises:
        ValueError: customers without purchases.
        TypeError: amounts that are no whole numbers.
    """
    bought = customers.purchases
    if bought is None:
        raise ValueError("customers must be summarised with their purchases")
    if len(customers) == 0:
        none = np.zeros(0, np.int64)
        return Cohorts(none.astype(np.int32), none.astype(np.int32), none, none)
    cohort = period_by_table(customers.first_day, "month")
    month = period_by_table(bought.day, "month")
    last = _last_month(customers.as_of)
    low = max(int(cohort.min()), last - MOST_COHORTS)
    size = last - low + 1
    # What earlier cohorts do falls into one cell past the square.
    past = size * size
    place = np.where(cohort < low, past, (cohort - low) * np.int64(size))
    month -= np.repeat(cohort, customers.frequency)
    cell = np.minimum(np.repeat(place, customers.frequency) + month, past)
    active = np.bincount(cell[distinct_periods(month, customers)], minlength=past + 1)
    revenue = exact_sums(cell, _whole(bought.value), past + 1)
    for rows in (bought.unpaid, adjustment):
        if rows is not None and len(rows[0]):
            at, known = positions(customers.id, rows[0])
            since = np.maximum(period_by_table(rows[1][known], "month") - cohort[at], 0)
            revenue += exact_sums(np.minimum(place[at] + since, past), _whole(rows[2][known]), past + 1)
    return _cells(active[:past], revenue[:past], low, size)


def _whole(amounts: Amounts) -> NDArray[np.int64]:
    return amounts.astype(np.int64, casting="safe", copy=False)


def _last_month(as_of: int) -> int:
    return int(period_by_table(np.array([as_of], np.int32), "month")[0])


def _cells(active: NDArray[np.int64], revenue: NDArray[np.int64], low: int, size: int) -> Cohorts:
    """Those cells of the square of cohorts and months since that hold something."""
    at = np.flatnonzero((active != 0) | (revenue != 0))
    cohort, since = np.divmod(at, size)
    return Cohorts(
        start=first_day((cohort + low).astype(np.int32), "month"),
        months_since=since.astype(np.int32),
        customers=active[at].astype(np.int64),
        revenue=revenue[at],
    )
