"""A history cut at an origin: what was known then, and what happened in the days after."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scoring.transactions import positions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring.history import History
    from scoring.transactions import Customers


@dataclass(frozen=True, slots=True, eq=False)
class Window:
    """What the customers known at an origin did in `days` days, arrays of shape (N,) in their order."""

    calibration: Customers
    """As of local midnight at the start of day `origin`."""
    days: int
    transactions: NDArray[np.int32]
    """Transactions of days from `origin` to before `origin + days`."""
    after: NDArray[np.int32]
    """Whole days from the origin to the first of them; `days` where there was none."""
    spend: NDArray[np.int64]
    """Net revenue of these days, with adjustments."""

    @property
    def origin(self) -> int:
        """The first day that was held out."""
        return self.calibration.as_of

    def returned(self, days: int | None = None) -> NDArray[np.bool_]:
        """Who ordered within the first `days` days, or within all of them."""
        return np.asarray(self.after < (self.days if days is None else min(days, self.days)))


def cut(history: History, origin: int, days: int) -> Window:
    """Cut a history at the start of day `origin` and look `days` days ahead.

    Customers whose first transaction comes later are not in it: nobody could have foretold anything of them.
    """
    calibration = history.between(None, origin).customers(origin)
    held = history.between(origin, origin + days)
    future = held.customers(origin + days)
    transactions = np.zeros(len(calibration), np.int32)
    after = np.full(len(calibration), days, np.int32)
    at, known = positions(calibration.id, future.id)
    transactions[at] = future.frequency[known]
    after[at] = future.first_day[known] - origin
    return Window(calibration, days, transactions, after, _spend(calibration.id, held))


def _spend(ids: NDArray[np.int64], held: History) -> NDArray[np.int64]:
    spend = np.zeros(len(ids), np.int64)
    pairs = [(held.customer, held.amount)]
    if held.adjustment is not None:
        pairs.append((held.adjustment[0], held.adjustment[2]))
    for customer, amount in pairs:
        at, known = positions(ids, customer)
        np.add.at(spend, at, amount[known].astype(np.int64, copy=False))
    return spend
