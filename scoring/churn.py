"""How long a silence is normal in this shop, and which risk of churn a customer runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

RISKS = ("active", "at_risk", "churning", "churned")
"""From best to worst; a class's code is its position."""

SHORTEST_HORIZON, LONGEST_HORIZON = 30, 365
DEFAULT_HORIZON = 90
DEFAULT_QUANTILES = (30, 60, 90)
LEAST_GAPS = 30
"""With fewer gaps between transactions the defaults stand in for the tenant's own quantiles."""

RETURN_LIMITS = (0.5, 0.25, 0.1)
"""P(order within the horizon) from which a customer is active, at_risk, churning; below the last: churned."""


@dataclass(frozen=True, slots=True)
class Silence:
    """A tenant's usual days between transactions, and the horizon that follows from them."""

    horizon_days: int
    q50: int
    q80: int
    q95: int
    measured: bool
    """False where the defaults stand in for too little data."""


def silence(gaps: ArrayLike) -> Silence:
    """Quantiles of the gaps, each the least whole day that the share of gaps does not exceed.

    The horizon is the 95 % quantile clipped to 30..365 days, or 90 where there is too little data.

    Args:
        gaps: histogram, `gaps[d]` gaps of d days, shape (k,).

    Raises:
        ValueError: not a histogram of whole numbers >= 0.
    """
    counts = np.asarray(gaps)
    if counts.ndim != 1 or (counts.size and (counts.dtype.kind not in "iu" or counts.min() < 0)):
        raise ValueError("gaps must be a histogram of whole numbers >= 0")
    reached = np.cumsum(counts.astype(np.int64))
    total = int(reached[-1]) if len(reached) else 0
    if total < LEAST_GAPS:
        return Silence(DEFAULT_HORIZON, *DEFAULT_QUANTILES, measured=False)
    q50, q80, q95 = (int(np.searchsorted(reached, -(-total * share // 100))) for share in (50, 80, 95))
    return Silence(min(max(q95, SHORTEST_HORIZON), LONGEST_HORIZON), q50, q80, q95, measured=True)


def silence_class(recency_days: ArrayLike, usual: Silence) -> NDArray[np.uint8]:
    """Class of the silence alone, uint8 (n,): active to q50, at_risk to q80, churning to q95, churned."""
    limits = np.array([usual.q50, usual.q80, usual.q95])
    return _classes(np.asarray(recency_days), limits)


def risk(recency_days: ArrayLike, usual: Silence, p_return: ArrayLike | None) -> NDArray[np.uint8]:
    """The risk class, uint8 (n,): that of P(order within the horizon), but never worse than the silence's.

    Args:
        recency_days: days since the last transaction, shape (n,).
        usual: from `silence`.
        p_return: P(at least one order within `usual.horizon_days`), shape (n,); None where there is no
            model, and NaN where it can not tell: there the silence alone decides.
    """
    own = silence_class(recency_days, usual)
    if p_return is None:
        return own
    returning = np.asarray(p_return, np.float64)
    classes = _classes(-returning, -np.array(RETURN_LIMITS))
    classes[np.isnan(returning)] = len(RISKS) - 1
    return np.minimum(own, classes)


def churn_rate(risks: NDArray[np.uint8]) -> float | None:
    """Share of customers in churning or churned; None without customers."""
    return float((risks >= 2).sum() / len(risks)) if len(risks) else None


def _classes(values: NDArray[Any], limits: NDArray[Any]) -> NDArray[np.uint8]:
    """How many of the ascending limits each value exceeds."""
    classes = np.zeros(values.shape, np.uint8)
    for limit in limits:
        classes += values > limit
    return classes
