"""Sales over time: what came in, what went back and who bought, by local day, week and month."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from scoring.calendar import INTERVALS, first_day, period, period_by_table

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring.transactions import Customers

    Whole: TypeAlias = "NDArray[np.int64]"

_COLUMNS = ("orders", "revenue", "refunds", "left_out")


@dataclass(frozen=True, slots=True, eq=False)
class Daily:
    """What a shop took, by local day; all arrays have shape (d,) and cover every day from `start` on."""

    start: int
    """The first day, since 1970-01-01."""
    orders: Whole
    """Orders placed on the day, guests' included."""
    revenue: Whole
    """What they came to, before refunds, in whole units of money."""
    refunds: Whole
    """What was given back, >= 0: a refund linked to an order on the order's day, another on its own."""
    left_out: Whole
    """Orders and refunds that are in none of the figures, for want of an exchange rate for their day."""

    def __len__(self) -> int:
        return len(self.orders)


@dataclass(slots=True)
class DailyTally:
    """Adds up rows as they are read, block by block. Sums of whole units are exact."""

    _sums: dict[str, list[tuple[int, Whole]]] = field(default_factory=dict)

    def add_orders(self, day: NDArray[np.int32], amount: Whole) -> None:
        """Orders: local days and amounts, shape (n,)."""
        self._add("orders", day, None)
        self._add("revenue", day, amount)

    def add_refunds(self, day: NDArray[np.int32], amount: Whole) -> None:
        """Refunds: local days and the amounts given back as negative numbers, shape (n,)."""
        self._add("refunds", day, -amount)

    def add_left_out(self, day: NDArray[np.int32]) -> None:
        """Rows without an exchange rate, shape (n,)."""
        self._add("left_out", day, None)

    def total(self) -> Daily:
        """Everything added so far."""
        parts = [part for each in self._sums.values() for part in each]
        start = min((first for first, _ in parts), default=0)
        end = max((first + len(sums) for first, sums in parts), default=0)
        columns = {name: np.zeros(end - start, np.int64) for name in _COLUMNS}
        for name, found in self._sums.items():
            for first, sums in found:
                columns[name][first - start : first - start + len(sums)] += sums
        return Daily(start, **columns)

    def _add(self, name: str, day: NDArray[np.int32], amount: Whole | None) -> None:
        if len(day) == 0:
            return
        first = int(day.min())
        at = day - np.int32(first)
        if amount is None:
            sums = np.bincount(at).astype(np.int64)
        else:
            sums = exact_sums(at, amount, int(at.max()) + 1)
        self._sums.setdefault(name, []).append((first, sums))


@dataclass(frozen=True, slots=True, eq=False)
class Periods:
    """Figures by period, ascending, those without anything left out; all arrays have shape (p,)."""

    start: NDArray[np.int32]
    """First day, since 1970-01-01."""
    orders: Whole
    revenue: Whole
    refunds: Whole
    left_out: Whole
    new_customers: Whole
    """Customers whose first purchase ever is in the period."""
    returning_customers: Whole
    """Customers with a purchase in the period and one before it."""

    def __len__(self) -> int:
        return len(self.start)


def exact_sums(at: NDArray[np.integer], amount: Whole, size: int) -> Whole:
    """Sums of whole numbers by position, shape (size,)."""
    sums = np.zeros(size, np.int64)
    np.add.at(sums, at, amount)
    return sums


def by_interval(daily: Daily, customers: Customers) -> dict[str, Periods]:
    """The figures by day, week and month.

    Args:
        daily: from `DailyTally.total`.
        customers: from the same rows, with their `purchases`.

    Raises:
        ValueError: customers without purchases.
    """
    if customers.purchases is None:
        raise ValueError("customers must be summarised with their purchases")
    return {interval: _periods(daily, customers, customers.purchases.day, interval) for interval in INTERVALS}


def distinct_periods(periods: NDArray[np.int32], customers: Customers) -> NDArray[np.bool_]:
    """Whether each purchase is its customer's first of the period.

    Args:
        periods: of the purchases, by customer and ascending, shape (k,).
    """
    first = np.ones(len(periods), np.bool_)
    if len(periods):
        np.not_equal(periods[1:], periods[:-1], out=first[1:])
        first[customers.starts] = True
    return first


def _periods(daily: Daily, customers: Customers, purchased: NDArray[np.int32], interval: str) -> Periods:
    days = np.arange(daily.start, daily.start + len(daily), dtype=np.int32)
    number = period(days, interval)
    low = int(number[0]) if len(number) else 0
    if len(purchased):
        low = min(low, int(period(purchased.min(keepdims=True), interval)[0])) if len(number) else low
    bought = period_by_table(purchased, interval)
    began = period_by_table(customers.first_day, interval)
    size = max((int(each.max()) + 1 - low for each in (number, bought) if len(each)), default=0)
    active = bought if interval == "day" else bought[distinct_periods(bought, customers)]
    new = np.bincount(began - low, minlength=size)
    columns = {name: exact_sums(number - low, getattr(daily, name), size) for name in _COLUMNS}
    columns |= {"new_customers": new, "returning_customers": np.bincount(active - low, minlength=size) - new}
    some = np.flatnonzero(np.any([each != 0 for each in columns.values()], axis=0))
    start = first_day((some + low).astype(np.int32), interval)
    return Periods(start, **{name: values[some].astype(np.int64) for name, values in columns.items()})
