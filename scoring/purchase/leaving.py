"""Integrals over the time at which a Pareto/NBD customer leaves.

Given alive, the purchase rate is Gamma(R, A) and the rate of leaving Gamma(S, B). What is asked of a
customer who may leave at any moment are integrals over (0, t) of powers of A / (A + tau) and B / (B + tau),
for which Fader & Hardie 2005 ("A note on deriving the Pareto/NBD model") give differences of 2F1s. These
cancel; the integrals have positive terms only. They are taken by Gauss-Legendre quadrature in y = log(1 +
tau / min(A, B)), in which both powers are analytic in a strip of half-width pi, over the part of (0, t) where
the integrand is above e^-40 of its largest. The number of nodes follows from the length of that part.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from scipy.special import gammaln, roots_legendre, xlogy

if TYPE_CHECKING:
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"

_DROP = 40.0
_STEPS = 12
_CHUNK = 1 << 18
_LENGTHS = np.array([1.2, 4.0, 10.0, 22.0, 45.0])
_NODES = (16, 40, 64, 128, 256, 512)
_MILD = 6.0
"""Logarithm of the fall of the integrand up to which the fewest nodes are enough."""


@dataclass(frozen=True, slots=True, eq=False)
class Nodes:
    """Nodes for some of the elements asked for, arrays (m, nodes)."""

    at: NDArray[np.intp]
    """Which elements, (m,)."""
    tau: Floats
    weight: Floats
    """Includes the derivative of tau."""


def moments_of_leaving(
    R: Floats, S: float, A: Floats, B: Floats, t: Floats
) -> Iterator[tuple[Nodes, Floats]]:
    """Nodes for, and the terms of, `integral of S A^R B^S / ((A + tau)^R (B + tau)^(S + 1))`, in parts.

    The terms sum to P(leaves within t without a purchase before).

    Args:
        R, A, B, t: shape (n,).
        S: of everyone.
    """
    for nodes in _until(R, np.full_like(R, S), A, B, t, grows=A < B):
        r, a, b = R[nodes.at, None], A[nodes.at, None], B[nodes.at, None]
        terms = np.exp(-r * np.log1p(nodes.tau / a) - S * np.log1p(nodes.tau / b))
        terms *= nodes.weight * S / (b + nodes.tau)
        yield nodes, terms


def leaves(R: Floats, S: float, A: Floats, B: Floats, t: Floats) -> Floats:
    """P(leaves within t without a purchase before), arrays (n,)."""
    values = np.empty_like(t)
    for nodes, terms in moments_of_leaving(R, S, A, B, t):
        values[nodes.at] = terms.sum(axis=1)
    return values


def returns(R: Floats, S: float, A: Floats, B: Floats, t: Floats) -> Floats:
    """P(makes a purchase within t), arrays (n,).

    `integral of R A^R B^S / ((A + tau)^(R + 1) (B + tau)^S)`.
    """
    values = np.empty_like(t)
    for nodes in _until(R, np.full_like(R, S), A, B, t, grows=A >= B):
        r, a, b = R[nodes.at, None], A[nodes.at, None], B[nodes.at, None]
        terms = np.exp(-r * np.log1p(nodes.tau / a) - S * np.log1p(nodes.tau / b))
        values[nodes.at] = (terms * nodes.weight * r / (a + nodes.tau)).sum(axis=1)
    return np.minimum(values, 1.0)


def leaves_after(n: Floats, R: Floats, S: float, A: Floats, B: Floats, t: Floats) -> Floats:
    """P(leaves within t, after exactly n purchases), arrays (m,).

    The integral of the negative binomial probability of n purchases by tau times the density of leaving
    then.
    """
    values = np.zeros_like(t)
    ways = gammaln(R + n) - gammaln(R) - gammaln(n + 1.0)
    for nodes in _around(n, R, S, A, B, t):
        k, r = n[nodes.at, None], R[nodes.at, None]
        a, b = A[nodes.at, None], B[nodes.at, None]
        logs = xlogy(k, nodes.tau / (a + nodes.tau)) - r * np.log1p(nodes.tau / a)
        logs += ways[nodes.at, None] - S * np.log1p(nodes.tau / b)
        values[nodes.at] = (np.exp(logs) * nodes.weight * S / (b + nodes.tau)).sum(axis=1)
    return values


def _until(
    R: Floats, S: Floats, A: Floats, B: Floats, t: Floats, *, grows: NDArray[np.bool_]
) -> Iterator[Nodes]:
    """Nodes on (0, t) for an integrand that falls like the two powers, but in y may grow like e^y first."""
    inner = np.minimum(A, B)
    ratio = inner / np.maximum(A, B)
    first, second = np.where(A < B, R, S) - grows, np.where(A < B, S, R) + grows
    # In y the integrand is e^-(first y + second log(1 + ratio (e^y - 1))): the exponent is convex, and
    # Newton's method comes down to where it is 40 from beyond.
    high = (_DROP - second * np.log(ratio)) / (first + second)
    high = np.where(first > 0.0, np.minimum(high, _DROP / np.maximum(first, 1e-300)), high)
    end = np.log1p(t / inner)
    high = np.minimum(high, 700.0)
    for _ in range(_STEPS):
        grown = ratio * np.expm1(high)
        over = first * high + second * np.log1p(grown) - _DROP
        slope = first + second * (ratio + grown) / (1.0 + grown)
        high = np.where(over > 0.0, high - over / slope, high)
    high = np.minimum(high, end)
    fall = first * high + second * np.log1p(ratio * np.expm1(high))
    yield from _nodes(np.zeros_like(high), high, inner, mild=fall <= _MILD)


def _around(n: Floats, R: Floats, S: float, A: Floats, B: Floats, t: Floats) -> Iterator[Nodes]:
    """Nodes on the part of (0, t) around the peak of the integrand of `leaves_after`.

    In v = log(tau / A) its logarithm h is concave, with a maximum at the root of a quadratic, and below the
    lines of slope n + 1 and -(R + S) from which Newton's method comes to both ends without passing them.
    """
    ratio, steep, flat = A / B, R + n, R + S
    last = np.log(np.maximum(t, 1e-300) / A)

    def h(v: Floats) -> tuple[Floats, Floats]:
        near, far = np.logaddexp(0.0, v), np.logaddexp(0.0, v + np.log(ratio))
        value = (n + 1.0) * v - steep * near - (S + 1.0) * far
        slope = (n + 1.0) - steep * np.exp(v - near) - (S + 1.0) * np.exp(v + np.log(ratio) - far)
        return value, slope

    middle = (1.0 - R) + ratio * (n - S)
    root = np.sqrt(middle**2 + 4.0 * ratio * flat * (n + 1.0))
    far = root + np.abs(middle)
    peak = np.where(middle > 0.0, far / (2.0 * ratio * flat), 2.0 * (n + 1.0) / far)
    target = h(np.minimum(np.log(peak), last))[0] - _DROP
    low = target / (n + 1.0)
    high = -(target + (S + 1.0) * np.log(ratio)) / flat
    for _ in range(_STEPS):
        value, slope = h(low)
        low = np.where(value < target, low + (target - value) / slope, low)
        value, slope = h(high)
        high = np.where(value < target, high + (target - value) / slope, high)
    inner = np.minimum(A, B)
    low, high = (np.log1p(np.exp(np.minimum(v, last)) * A / inner) for v in (low, high))
    yield from _nodes(low, high, inner, mild=np.zeros(len(n), np.bool_))


def _nodes(low: Floats, high: Floats, inner: Floats, *, mild: NDArray[np.bool_]) -> Iterator[Nodes]:
    length = high - low
    level = np.searchsorted(_LENGTHS, length)
    level[~mild] = np.maximum(level[~mild], 1)
    for i, count in enumerate(_NODES):
        members = np.flatnonzero(level == i)
        place, share = _legendre(count)
        for start in range(0, len(members), _CHUNK // count):
            at = members[start : start + _CHUNK // count]
            y = low[at, None] + length[at, None] * place
            tau = inner[at, None] * np.expm1(y)
            yield Nodes(at, tau, (tau + inner[at, None]) * (length[at, None] * share))


@cache
def _legendre(count: int) -> tuple[Any, Any]:
    """Gauss-Legendre nodes and weights on (0, 1)."""
    place, weight = roots_legendre(count)
    return (1.0 + place) / 2.0, weight / 2.0
