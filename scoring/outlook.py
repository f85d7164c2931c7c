"""What a fitted purchase model foretells of many customers, computed once for equal histories."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from scoring import clv

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring.purchase import PurchaseFit
    from scoring.transactions import Customers

Floats: TypeAlias = "NDArray[np.float64]"


@dataclass(frozen=True, slots=True, eq=False)
class Outlook:
    """The model's view of N customers; times in days."""

    fit: PurchaseFit
    p_alive: Floats
    """P(alive), (N,)."""
    x: Floats
    """Histories that differ in what an alive customer will do, (k,)."""
    T: Floats
    t_x: Floats | None
    """None where the model's customers do not keep the time since their last purchase."""
    at: NDArray[np.intp]
    """Which of them each customer has, (N,)."""

    def expected(self, days: float) -> Floats:
        """Expected transactions of the next days, (N,)."""
        return np.asarray(self.p_alive * self.fit.purchases_if_alive(days, self.x, self.T, self.t_x)[self.at])

    def p_return(self, days: float) -> Floats:
        """P(at least one transaction within these days), (N,)."""
        return np.asarray(self.p_alive * self.fit.return_if_alive(days, self.x, self.T, self.t_x)[self.at])

    def totals(self, ends: Floats) -> Floats:
        """Expected transactions of all customers together to each of the ends, (m,)."""
        alive = np.bincount(self.at, weights=self.p_alive, minlength=len(self.x))
        last = None if self.t_x is None else self.t_x[:, None]
        reached = self.fit.purchases_if_alive(ends, self.x[:, None], self.T[:, None], last)
        return np.asarray(alive @ reached)

    def ahead(self, months: int, annual_rate: float) -> clv.Ahead:
        """Expected transactions over months of 30.4375 days, and discounted by month, (N,)."""
        alive = clv.ahead_if_alive(self.fit, self.x, self.T, months, annual_rate, self.t_x)
        return clv.Ahead(self.p_alive * alive.orders[self.at], self.p_alive * alive.discounted[self.at])


def look(fit: PurchaseFit, customers: Customers) -> Outlook:
    """The outlook of customers under a model fitted in days."""
    return look_at(fit, customers.x, customers.t_x, customers.T)


def look_at(fit: PurchaseFit, x: NDArray[np.int32], t_x: NDArray[np.int32], T: NDArray[np.int32]) -> Outlook:
    """The outlook of histories in whole days, (N,)."""
    p_alive = fit.p_alive(x, t_x, T)
    if fit.memoryless or len(x) == 0:
        count, age, at = clv.distinct(x, T)
        return Outlook(fit, p_alive, count, age, None if fit.memoryless else count, at)
    span = int(T.max()) + 1
    key = (x.astype(np.int64) * span + T) * span + t_x
    found, at = np.unique(key, return_inverse=True)
    rest, last = np.divmod(found, span)
    count, age = np.divmod(rest, span)
    floats = [part.astype(np.float64) for part in (count, age, last)]
    return Outlook(fit, p_alive, floats[0], floats[1], floats[2], at)
