"""What a customer is worth: orders expected over the months to come, discounted, and tiers of value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring.purchase import PurchaseFit

Floats: TypeAlias = "NDArray[np.float64]"

MONTH_DAYS = 30.4375
TIERS = ("high", "medium", "low")
"""A tier's code is its position."""

_LARGEST = 2.0**62
_TABLE = 1 << 23
_CHUNK = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class Ahead:
    """What lies ahead of customers over the horizon, shape (n,)."""

    orders: Floats
    """Expected transactions."""
    discounted: Floats
    """The same, each month's at its present worth: times E(M) it is the expected value."""

    @property
    def worth(self) -> Floats:
        """Present worth of 1 spent within the horizon; 1 where nothing is expected."""
        some = self.orders > 0.0
        return np.divide(self.discounted, self.orders, out=np.ones_like(self.orders), where=some)


def month_weights(months: int, annual_rate: float) -> Floats:
    """Present worth of 1 at the end of each month, (months,): `(1 + rate) ** (-month / 12)`."""
    return np.asarray((1.0 + annual_rate) ** (-np.arange(1, months + 1) / 12.0))


def ahead_if_alive(
    fit: PurchaseFit, x: Floats, T: Floats, months: int, annual_rate: float, t_x: Floats | None = None
) -> Ahead:
    """Expected orders of customers alive at T under a model fitted in days; times P(alive) of anyone's.

    They depend on x and T alone, and on t_x where the model is not `memoryless`, so pass distinct histories
    (`distinct`), shape (n,).
    """
    ends = MONTH_DAYS * np.arange(1, months + 1, dtype=np.float64)
    weights = month_weights(months, annual_rate)
    orders, discounted = np.empty(len(x)), np.empty(len(x))
    for some in (slice(start, start + _CHUNK) for start in range(0, len(x), _CHUNK)):
        last = None if t_x is None else t_x[some, None]
        reached = fit.purchases_if_alive(ends, x[some, None], T[some, None], last)
        orders[some] = reached[:, -1]
        discounted[some] = (np.diff(reached, axis=1, prepend=0.0) * weights).sum(axis=1)
    return Ahead(orders, discounted)


def ahead_at_rate(rate: Floats, months: int, annual_rate: float) -> Ahead:
    """Expected orders at a constant rate a day."""
    monthly = rate * MONTH_DAYS
    return Ahead(monthly * months, monthly * month_weights(months, annual_rate).sum())


def distinct(x: NDArray[np.int32], T: NDArray[np.int32]) -> tuple[Floats, Floats, NDArray[np.intp]]:
    """The distinct pairs of x and T, in ascending order, and which of them each customer has.

    Args:
        x, T: whole numbers >= 0, shape (n,).
    """
    if len(x) == 0:
        return np.zeros(0), np.zeros(0), np.zeros(0, np.intp)
    span = int(T.max()) + 1
    key = x.astype(np.int64)
    key *= span
    key += T
    size = int(key.max()) + 1
    if size <= _TABLE:
        seen = np.zeros(size, np.bool_)
        seen[key] = True
        keys = np.flatnonzero(seen)
        place = np.empty(size, np.intp)
        place[keys] = np.arange(len(keys))
        at = place[key]
    else:
        keys, at = np.unique(key, return_inverse=True)
    count, age = np.divmod(keys, span)
    return count.astype(np.float64), age.astype(np.float64), at


def in_units(values: Floats) -> NDArray[np.int64]:
    """Whole units of money, rounded half to even and kept within +-2^62."""
    return np.rint(np.clip(values, -_LARGEST, _LARGEST)).astype(np.int64)


def tiers(
    value: NDArray[Any], high_share: float = 0.2, medium_share: float = 0.3
) -> tuple[NDArray[np.uint8], int | None, int | None]:
    """Tier codes, uint8 (n,), and the lowest value of high and of medium (None where empty).

    A customer is high when a smaller share than `high_share` of all is strictly better, medium when a smaller
    one than both shares together is, else low: equal values share a tier, whatever the order of the rows, and
    the best customer is always high. The shares are above 0 and together below 1.
    """
    n = len(value)
    if n == 0:
        return np.zeros(0, np.uint8), None, None
    shares = Fraction(str(high_share)), Fraction(str(high_share)) + Fraction(str(medium_share))
    counts = [math.ceil(n * share) for share in shares]
    ordered = np.partition(value, [n - count for count in counts])
    high, medium = (ordered[n - count].item() for count in counts)
    codes = np.full(n, 2, np.uint8)
    codes -= value >= medium
    codes -= value >= high
    return codes, high, medium if bool((codes == 1).any()) else None
