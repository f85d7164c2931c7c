"""What a run falls back to while a shop has too few repeat buyers for a model (flag `LOW_DATA`)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring.transactions import Customers

Floats: TypeAlias = "NDArray[np.float64]"

_ORDERS = 0.5
_YEAR = 365.0


@dataclass(frozen=True, slots=True, eq=False)
class Pace:
    """Customers who go on at a constant rate."""

    rate: Floats
    """Expected transactions a day, (N,)."""

    def expected(self, days: float) -> Floats:
        """Expected transactions of the next days, (N,)."""
        return np.asarray(self.rate * days)

    def p_return(self, days: float) -> None:
        """Unknown: a rate of so few orders says too little."""


def pace(customers: Customers, longest_silence: int) -> Pace:
    """Everyone at the own rate; who has been silent for more than so many days is gone."""
    gone = np.asarray(customers.recency_days > longest_silence)
    return Pace(own_rate(customers.x, customers.T, gone))


def own_rate(x: NDArray[np.int32], T: NDArray[np.int32], gone: NDArray[np.bool_]) -> Floats:
    """Orders a day to expect of each customer, (n,): the own rate, drawn to the tenant's; 0 for who is gone.

    `(x + 1/2) / (T + h)`, where `h = (sum of T + 365) / (2 sum of x + 1)` is the time in which the tenant's
    customers repeat half a purchase on average: as if everyone had half a repeat purchase more, at the
    tenant's pace. The 365 days keep a shop of a few days from foretelling a purchase a day.

    Args:
        x, T: repeat transactions and days since the first, shape (n,).
        gone: the hiatus rule: silent for longer than 95 % of the tenant's gaps.
    """
    if len(x) == 0:
        return np.zeros(0)
    half = (float(T.sum(dtype=np.int64)) + _YEAR) / (2.0 * float(x.sum(dtype=np.int64)) + 1.0)
    rate = (x + _ORDERS) / (T + half)
    rate[gone] = 0.0
    return np.asarray(rate)
