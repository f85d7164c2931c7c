"""What the transactions ahead are worth together: quantiles of a sum of a random number of values.

Under the Gamma-Gamma model (Fader & Hardie 2013) the values of a customer with rate nu are Gamma(p, nu), and
after `count` of them that make `mean_value` on average nu is Gamma(q + p count, gamma + count mean_value). So
n more values sum to `gamma + count mean_value` times a beta-prime(p n, q + p count) variable, whose
distribution function is an incomplete beta function, and the sum of a random number of values is a mixture of
these. In multiples of `gamma + count mean_value` it depends on the history and on `count` alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from scipy.special import betainc, betaln, expit, log_expit, logit, ndtri, polygamma, psi

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring.intervals.counts import Counts

Floats: TypeAlias = "NDArray[np.float64]"

_FARTHEST = 740.0
"""Logarithms beyond this are those of 0 and of no amount of money."""
_STEPS = 200
_NEWTON_STEPS = 30
_CLOSE = 1e-7
"""The step, in logarithms, after which Newton's next would be lost in rounding."""


@dataclass(frozen=True, slots=True, eq=False)
class Totals:
    """Sums of n values for k histories, in multiples of `gamma + count mean_value`, given n >= 1."""

    weight: Floats
    """Probability of each n given n >= 1, (pairs,), by history."""
    shape: Floats
    """p n, (pairs,)."""
    log_beta: Floats
    """Of shape and tail, (pairs,)."""
    tail: Floats
    """q + p count, (k,)."""
    lengths: NDArray[np.intp]
    """Pairs of each history, all >= 1, (k,)."""

    def cdf(self, y: Floats) -> tuple[Floats, Floats, Floats]:
        """Probability of a sum up to e^y, of a larger one, and the density of its logarithm, (k,) each."""
        at, tail = np.repeat(y, self.lengths), np.repeat(self.tail, self.lengths)
        below = np.empty_like(at)
        low = at <= 0.0
        high = ~low
        below[low] = betainc(self.shape[low], tail[low], expit(at[low]))
        below[high] = 1.0 - betainc(tail[high], self.shape[high], expit(-at[high]))
        log_density = self.shape * log_expit(at) + tail * log_expit(-at) - self.log_beta
        starts = np.cumsum(self.lengths) - self.lengths
        sums = (below, 1.0 - below, np.exp(log_density))
        lower, upper, density = (np.add.reduceat(self.weight * part, starts) for part in sums)
        return lower, upper, density

    def of(self, kept: NDArray[np.bool_]) -> Totals:
        """Those of some histories."""
        at = np.repeat(kept, self.lengths)
        return Totals(self.weight[at], self.shape[at], self.log_beta[at], self.tail[kept], self.lengths[kept])


def quantiles(counts: Counts, p: float, tail: Floats, probability: float) -> Floats:
    """The least multiple of `gamma + count mean_value` not exceeded with the probability, (k,).

    Args:
        counts: distributions of the number of values.
        p: shape of the values.
        tail: q + p count, (k,).
        probability: between 0 and 1.
    """
    found = np.zeros(len(tail))
    some = np.bincount(np.repeat(np.arange(len(tail)), counts.lengths), counts.probability, len(tail))
    kept = (counts.never < probability) & (some > 0.0)
    if not kept.any():
        return found
    pairs = np.repeat(kept, counts.lengths)
    lengths, n = counts.lengths[kept], counts.n[pairs]
    weight = counts.probability[pairs] / np.repeat(some[kept], lengths)
    shape, tails = p * n, tail[kept]
    totals = Totals(weight, shape, betaln(shape, np.repeat(tails, lengths)), tails, lengths)
    target = np.minimum((probability - counts.never[kept]) / some[kept], 1.0 - 1e-15)
    found[kept] = np.exp(_solved(totals, target, _guess(totals, p, n, target)))
    return found


def _guess(totals: Totals, p: float, n: Floats, target: Floats) -> Floats:
    """The quantile of a normal with the mean and variance of the logarithm of the sum."""
    starts = np.cumsum(totals.lengths) - totals.lengths
    shapes, at = p * np.arange(1.0, n.max() + 1.0), n.astype(np.intp) - 1
    of_n = psi(shapes)
    moments = (of_n[at], (of_n**2 + polygamma(1, shapes))[at])
    first, second = (np.add.reduceat(totals.weight * moment, starts) for moment in moments)
    spread = np.sqrt(np.maximum(second - first**2, 0.0) + polygamma(1, totals.tail))
    guess: Floats = first - psi(totals.tail) + ndtri(target) * spread
    return np.clip(guess, 1.0 - _FARTHEST, _FARTHEST - 1.0)


def _solved(totals: Totals, target: Floats, y: Floats) -> Floats:
    """The logarithms at which `cdf` is the target, by Newton's method on its log-odds inside a bracket."""
    y, goal = y.copy(), logit(target)
    low, high = np.full(len(y), -_FARTHEST), np.full(len(y), _FARTHEST)
    rows, rest = np.arange(len(y)), totals
    for step in range(_STEPS):
        at = y[rows]
        lower, upper, density = rest.cdf(at)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            off = np.log(lower) - np.log(upper) - goal[rows]
            tried = at - off * (lower * upper / density)
        low[rows] = np.where(off <= 0.0, at, low[rows])
        high[rows] = np.where(off >= 0.0, at, high[rows])
        inside = (tried >= low[rows]) & (tried <= high[rows]) & (step < _NEWTON_STEPS)
        y[rows] = np.where(inside, tried, (low[rows] + high[rows]) / 2.0)
        open_ = ~(np.abs(y[rows] - at) < _CLOSE)
        if not open_.any():
            break
        rows, rest = rows[open_], rest.of(open_)
    return y
