"""Measures of a forecast against what happened. Pure; None where a measure is not defined."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"
Flags: TypeAlias = "NDArray[np.bool_]"

_SURE = 1e-6
GAINS_STEPS = 20


@dataclass(frozen=True, slots=True)
class Decile:
    """A tenth of the customers, by predicted probability of a return."""

    customers: int
    predicted: float
    """Mean predicted probability."""
    observed: float
    """Share that returned."""


def bias(predicted: float, actual: float) -> float | None:
    """Predicted over actual, minus 1; None where nothing happened."""
    return predicted / actual - 1.0 if actual > 0 else None


def rmse(predicted: Floats, actual: NDArray[Any]) -> float | None:
    """Root of the mean squared error, None of nobody."""
    return float(np.sqrt(np.mean((predicted - actual) ** 2))) if len(actual) else None


def mae(predicted: Floats, actual: NDArray[Any]) -> float | None:
    """Mean absolute error, None of nobody."""
    return float(np.mean(np.abs(predicted - actual))) if len(actual) else None


def log_loss(p: Floats, happened: Flags) -> float | None:
    """Mean of minus the logarithm of the probability of what happened, each kept within 1e-6..1 - 1e-6."""
    if len(p) == 0:
        return None
    kept = np.clip(p, _SURE, 1.0 - _SURE)
    return float(-np.mean(np.log(np.where(happened, kept, 1.0 - kept))))


def brier(p: Floats, happened: Flags) -> float | None:
    """Mean squared error of the probability (Brier 1950), None of nobody."""
    return float(np.mean((p - happened) ** 2)) if len(p) else None


def auc(p: Floats, happened: Flags) -> float | None:
    """Chance that one who returned was ranked above one who did not, ties counting half.

    The Mann-Whitney statistic; None unless some did and some did not.
    """
    positive = int(happened.sum())
    negative = len(happened) - positive
    if not positive or not negative:
        return None
    _, at, counts = np.unique(p, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts - 1) / 2.0
    above = float(ranks[at][happened].sum()) - positive * (positive + 1) / 2.0
    return above / (positive * negative)


def deciles(p: Floats, happened: Flags) -> tuple[Decile, ...]:
    """Ten groups of customers by rising probability, as equal as ties allow: equal values stay together.

    A group that ties leave empty is left out.
    """
    if len(p) == 0:
        return ()
    values, at, counts = np.unique(p, return_inverse=True, return_counts=True)
    middle = np.cumsum(counts) - counts / 2.0
    of_value = np.minimum((10.0 * middle / len(p)).astype(np.intp), 9)
    n = np.bincount(of_value, weights=counts, minlength=10)
    predicted = np.bincount(of_value, weights=counts * values, minlength=10)
    observed = np.bincount(of_value, weights=np.bincount(at, weights=happened), minlength=10)
    return tuple(
        Decile(int(n[i]), float(predicted[i] / n[i]), float(observed[i] / n[i])) for i in np.flatnonzero(n)
    )


def gains(score: Floats, revenue: NDArray[Any]) -> tuple[float, ...]:
    """Share of the revenue that the best 0, 5, ..., 100 % of customers by score bring; () without revenue.

    Customers of equal score bring theirs evenly, so the order of the rows does not matter.
    """
    total = float(revenue.sum())
    if total <= 0:
        return ()
    _, at, counts = np.unique(-score, return_inverse=True, return_counts=True)
    reached = np.concatenate(([0.0], np.cumsum(np.bincount(at, weights=revenue)) / total))
    customers = np.concatenate(([0.0], np.cumsum(counts) / len(score)))
    steps = np.arange(GAINS_STEPS + 1) / GAINS_STEPS
    return tuple(np.interp(steps, customers, reached).tolist())
