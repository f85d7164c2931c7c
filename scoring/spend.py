"""Gamma-Gamma: what a customer's next order is worth.

Fader & Hardie 2013, "The Gamma-Gamma model of monetary value".

Fitted to all transactions (count = x + 1), not to repeat ones alone: this ranks better, and gives one-time
buyers an estimate of their own. The model takes spend to be independent of frequency; the fit measures
whether it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from scipy.special import gammaln, polygamma, psi

from scoring import maximum

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = "NDArray[np.float64]"

PARAMETER_AT_BOUND = "SPEND_PARAMETER_AT_BOUND"
"""A parameter ran to the end of its range, as when all orders are equal. The estimates stay usable."""
ILL_CONDITIONED = "SPEND_ILL_CONDITIONED"
"""The condition number of the information matrix exceeds 1e5. The estimates stay usable."""
NO_FINITE_MEAN = "SPEND_HAS_NO_FINITE_MEAN"
"""q <= 1: the tail of spend is too heavy for a mean. Estimates are `typical_spend`'s."""
TOO_FEW = "SPEND_OF_TOO_FEW"
"""Fewer than 10 customers: nothing is fitted. Estimates are `typical_spend`'s."""
DEPENDS_ON_FREQUENCY = "SPEND_DEPENDS_ON_FREQUENCY"
"""Spearman's correlation of mean value and count exceeds .3 in size: the model takes it to be 0."""

NAMES = ("p", "q", "gamma")
_HEURISTIC = frozenset({NO_FINITE_MEAN, TOO_FEW})
_START = (2.0, 3.0, 2.0)
_RANGE = 1e4
_LEAST_CUSTOMERS = 10
_WORST_CONDITION = 1e5
_STRONG_CORRELATION = 0.3
_SAMPLE = 20_000


@dataclass(frozen=True, slots=True)
class SpendFit:
    """The Gamma-Gamma model with its parameters; gamma is in the unit of the values it was fitted to."""

    parameters: dict[str, float]
    log_likelihood: float
    """NaN when not fitted."""
    standard_errors: dict[str, float]
    """By the delta method; NaN where the information matrix is not positive definite, and when not fitted."""
    flags: tuple[str, ...]
    mean_value: float
    """Mean over the customers of their mean values: what the heuristic leans on."""
    correlation: float
    """Spearman's, of mean value and count; 0 where either is constant, NaN when not fitted."""

    @property
    def heuristic(self) -> bool:
        """Whether estimates are `typical_spend`'s because the model has none."""
        return bool(_HEURISTIC.intersection(self.flags))

    def expected_spend(self, count: ArrayLike, mean_value: ArrayLike) -> Floats:
        """Expected value of a transaction of customers with `count` transactions of `mean_value` on average.

        `p (gamma + x z) / (p x + q - 1)` (Fader & Hardie 2013, eq. 5); with count 0, a new customer's.
        """
        x, z = np.broadcast_arrays(np.asarray(count, np.float64), np.asarray(mean_value, np.float64))
        if self.heuristic:
            return typical_spend(x, z, self.mean_value)
        p, q, gamma = (self.parameters[name] for name in NAMES)
        return np.asarray(p * (gamma + x * z) / (p * x + (q - 1.0)))


def typical_spend(count: Floats, mean_value: Floats, typical: float) -> Floats:
    """Without a model: the customer's own mean, with one more transaction of the tenant's `typical` value."""
    return np.asarray((count * mean_value + typical) / (count + 1.0))


def of(*, p: float, q: float, gamma: float) -> SpendFit:
    """The model with given parameters, p > 0, q > 1, gamma > 0.

    Raises:
        ValueError: a parameter out of its range.
    """
    if not (0 < p < np.inf and 1 < q < np.inf and 0 < gamma < np.inf):
        raise ValueError("p and gamma must be positive, and q above 1")
    parameters = {"p": float(p), "q": float(q), "gamma": float(gamma)}
    missing = float("nan")
    return SpendFit(parameters, missing, dict.fromkeys(NAMES, missing), (), p * gamma / (q - 1.0), missing)


@dataclass(frozen=True, slots=True, eq=False)
class _Data:
    """Counts x and totals of values that have been scaled, one a customer, and the number of each count."""

    x: Floats
    total: Floats
    log_total: Floats
    weight: Floats
    xs: Floats
    xs_weight: Floats
    constant: float

    @classmethod
    def of(cls, x: Floats, z: Floats, weight: Floats) -> _Data:
        counts: Floats = np.bincount(x.astype(np.int64), weights=weight).astype(np.float64)
        seen = np.flatnonzero(counts)
        log_z = np.log(z)
        log_total = np.log(x)
        log_total += log_z
        constant = -float((weight * log_z).sum())
        return cls(x, x * z, log_total, weight, seen.astype(np.float64), counts[seen], constant)


def fit(count: ArrayLike, mean_value: ArrayLike, weights: ArrayLike | None = None) -> SpendFit:
    """Fit by maximum likelihood.

    Args:
        count: transactions of each customer, whole numbers >= 1, shape (n,).
        mean_value: mean value of these, > 0, shape (n,), in any unit.
        weights: customers per row, >= 0; 1 each when None.

    Raises:
        ValueError: arrays that break these rules or have unequal lengths. Odd data is no error: the fit is
            flagged.
    """
    x, z, w = _checked(count, mean_value, weights)
    total = float(w.sum())
    mean = float((w * z).sum() / total) if total > 0 else 0.0
    missing = dict.fromkeys(NAMES, float("nan"))
    if total < _LEAST_CUSTOMERS:
        start = {"p": _START[0], "q": _START[1], "gamma": _START[2] * (mean or 1.0)}
        return SpendFit(start, float("nan"), missing, (TOO_FEW,), mean, float("nan"))
    scale = float(np.exp((w * np.log(z)).sum() / total))
    best = _best(x, z / scale, w)
    natural = best.parameters * [1.0, 1.0, scale]
    errors = best.standard_errors * [1.0, 1.0, scale]
    correlation = _spearman(x, z, w)
    return SpendFit(
        dict(zip(NAMES, natural.tolist(), strict=True)),
        best.log_likelihood - total * float(np.log(scale)),
        dict(zip(NAMES, errors.tolist(), strict=True)),
        _flags(best, correlation),
        mean,
        correlation,
    )


def _checked(
    count: ArrayLike, mean_value: ArrayLike, weights: ArrayLike | None
) -> tuple[Floats, Floats, Floats]:
    x, z = np.asarray(count, np.float64), np.asarray(mean_value, np.float64)
    w = np.ones(len(x)) if weights is None else np.asarray(weights, np.float64)
    if not x.ndim == z.ndim == w.ndim == 1 or not len(x) == len(z) == len(w):
        raise ValueError("count, mean_value and weights must be one-dimensional and of the same length")
    if not (np.isfinite(x).all() and (x >= 1).all() and (x == np.floor(x)).all()):
        raise ValueError("count must hold whole numbers >= 1")
    if not (np.isfinite(z).all() and (z > 0).all()):
        raise ValueError("mean_value must be positive and finite")
    if not (np.isfinite(w).all() and (w >= 0).all()):
        raise ValueError("weights must be finite and not negative")
    return x, z, w


def _best(x: Floats, z: Floats, w: Floats) -> maximum.Maximum:
    data = _Data.of(x, z, w)
    sample = None
    if len(x) > 2 * _SAMPLE:
        every = len(x) // _SAMPLE
        sample = _Data.of(x[::every], z[::every], w[::every])
    return maximum.maximise(
        lambda parameters: _log_likelihood(parameters, data),
        np.array(_START),
        (np.full(3, 1.0 / _RANGE), np.full(3, _RANGE)),
        sample=None if sample is None else lambda parameters: _log_likelihood(parameters, sample),
    )


def _log_likelihood(parameters: Floats, data: _Data) -> tuple[float, Floats, Floats]:
    """Fader & Hardie 2013, eq. 1a, with gradient and Hessian in (p, q, gamma)."""
    p, q, gamma = parameters
    x, w, xs, each = data.x, data.weight, data.xs, data.xs_weight
    n = float(each.sum())
    whole = data.total + gamma
    rate = w / whole
    logs = np.log(whole)
    share = w * x * (data.log_total - logs)
    sum_share, sum_logs, sum_rate = share.sum(), (w * logs).sum(), rate.sum()
    sum_x_rate = (x * rate).sum()
    square = rate / whole
    shape = p * xs
    ways = (each * (gammaln(shape + q) - gammaln(shape) - gammaln(q))).sum()
    value = ways + p * sum_share - q * sum_logs + n * q * np.log(gamma) + data.constant
    gradient = np.array(
        [
            (each * xs * (psi(shape + q) - psi(shape))).sum() + sum_share,
            (each * (psi(shape + q) - psi(q))).sum() - sum_logs + n * np.log(gamma),
            n * q / gamma - p * sum_x_rate - q * sum_rate,
        ]
    )
    both = polygamma(1, shape + q)
    pp = (each * xs**2 * (both - polygamma(1, shape))).sum()
    pq, qq = (each * xs * both).sum(), (each * (both - polygamma(1, q))).sum()
    pg, qg = -sum_x_rate, n / gamma - sum_rate
    gg = -n * q / gamma**2 + p * (x * square).sum() + q * square.sum()
    return float(value), gradient, np.array([[pp, pq, pg], [pq, qq, qg], [pg, qg, gg]])


def _flags(best: maximum.Maximum, correlation: float) -> tuple[str, ...]:
    found = (
        (PARAMETER_AT_BOUND, best.at_bound),
        (ILL_CONDITIONED, best.condition > _WORST_CONDITION),
        (NO_FINITE_MEAN, best.parameters[1] <= 1.0),
        (DEPENDS_ON_FREQUENCY, abs(correlation) > _STRONG_CORRELATION),
    )
    return tuple(flag for flag, raised in found if raised)


def _spearman(x: Floats, z: Floats, w: Floats) -> float:
    """Weighted rank correlation, ties at their middle; of an even sample where there are many customers."""
    if len(x) > 2 * _SAMPLE:
        every = len(x) // _SAMPLE
        x, z, w = x[::every], z[::every], w[::every]
    a, b = _centred_ranks(x, w), _centred_ranks(z, w)
    scale = float((w * a * a).sum()) * float((w * b * b).sum())
    return float((w * a * b).sum()) / scale**0.5 if scale > 0 else 0.0


def _centred_ranks(values: Floats, w: Floats) -> Floats:
    _, at = np.unique(values, return_inverse=True)
    per_value = np.bincount(at, weights=w)
    ranks = (np.cumsum(per_value) - per_value / 2.0)[at]
    return np.asarray(ranks - (w * ranks).sum() / w.sum())
