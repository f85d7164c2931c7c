"""Expected purchases of a customer who is alive and may drop out after each purchase.

Given alive at T, the purchase rate is Gamma(R, alpha + T) and the drop-out probability p Beta(a, B),
independently, for the BG/NBD and the MBG/NBD alike. A customer with rate l and probability p makes
`(1 - exp(-l p t)) / p` purchases on average within t. Mixed over both (Fader, Hardie & Lee 2005 do so in
eq. 10), with tau = t / (alpha + T),

    E = integral over p of Beta(p; a, B) * (1 - (1 + p tau)^-R) / p.

The closed form in 2F1 has a pole at a = 1 and cancels for large R; the integral has positive terms only. It
is taken by the trapezoidal rule in a variable u that is logit p in the middle and runs off doubly
exponentially at both ends (Takahasi & Mori 1974), which resolves the scales of the weight and of the
integrand at any tau, R and a. The number of nodes follows from how long the range of u is: some ten for usual
parameters, sixty where a and B are tiny and tau is huge. Gauss-Jacobi with 24 nodes reaches 1e-5 at tau = 10,
x = 50 and 1e-1 at tau = 100; this rule 1e-12.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from scipy.fft import dct

if TYPE_CHECKING:
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"

_LENGTHS = np.array([10.5, 16.0, 25.0])
_NODES = (64, 112, 192, 320)
"""Nodes for ranges of u up to each of the lengths, and beyond the last."""
_CHUNK = 1 << 16
_ROWS = 1 << 10
_NEWTON_STEPS = 5
_WORTH_A_SERIES = 64
_DEGREES = (24, 48, 96)
_PRECISE = 1e-11


def purchases_if_alive(tau: Floats, group: NDArray[np.intp], a: float, B: Floats, R: Floats) -> Floats:
    """E for n pairs of a horizon and one of k posteriors.

    Args:
        tau: horizon over alpha + T, >= 0, shape (n,).
        group: which posterior each belongs to, shape (n,).
        a, B: parameters of the posterior of the drop-out probability, B of shape (k,).
        R: shape of the posterior of the purchase rate, (k,).
    """
    if len(tau) == 0:
        return np.zeros(0)
    values: Floats | None = None
    if len(tau) > _WORTH_A_SERIES * len(B):
        values = _by_series(tau, group, a, B, R)
    if values is None:
        values = np.concatenate(
            [
                _integral(tau[at, None], a, B[group[at]], R[group[at]])[:, 0]
                for at in (slice(i, i + _ROWS) for i in range(0, len(tau), _ROWS))
            ]
        )
    return np.clip(values, 0.0, R[group] * tau)


@dataclass(frozen=True, slots=True, eq=False)
class Nodes:
    """Nodes p of Beta(p; a, B) for some of the elements asked for, and weights that sum to 1, (m, nodes)."""

    at: NDArray[np.intp]
    """Which elements, (m,)."""
    p: Floats
    weight: Floats


def _integral(tau: Floats, a: float, B: Floats, R: Floats) -> Floats:
    """E for posteriors B, R (k,) at horizons tau (k, m): shape (k, m)."""
    values = np.empty_like(tau)
    for some in nodes(tau.max(axis=1), a, B, R):
        p, weight = some.p[:, None, :], some.weight[:, None, :]
        terms = np.log1p(p * tau[some.at, :, None])
        terms *= -R[some.at, None, None]
        np.expm1(terms, out=terms)
        terms *= weight / p
        values[some.at] = -terms.sum(axis=2)
    return values


def nodes(tau: Floats, a: float, B: Floats, R: Floats) -> Iterator[Nodes]:
    """Nodes for horizons up to tau, all arguments but a of shape (k,), by how many each needs."""
    peak = np.log(a / B)
    knee = np.minimum(peak, -np.log1p(R * tau))
    width = 9.0 * np.sqrt((a + B) / (a * B))
    # Where the integrand is e^-40 of its largest: beyond the knee it falls like p^a, before it like p^(a-1).
    left = knee - 40.0 / a - width
    if a > 1.0:
        left = np.maximum(left, peak - 40.0 / (a - 1.0) - width)
    decay = (40.0 + a * (1.0 + np.log1p(B / a))) / B
    right = np.minimum(peak + 40.0 / B + width, decay + np.log(-np.expm1(-decay)))
    bends = np.stack([knee - 1.0, np.maximum(peak, 0.0) + 1.0])
    low, high = _unbent(left, *bends), _unbent(right, *bends)
    level = np.searchsorted(_LENGTHS, high - low)
    for i, count in enumerate(_NODES):
        at = np.flatnonzero(level == i)
        if len(at):
            yield _spread(at, count, a, B[at], (low[at], high[at]), bends[:, at])


def _spread(
    at: NDArray[np.intp], count: int, a: float, B: Floats, ends: tuple[Floats, Floats], bends: Floats
) -> Nodes:
    """So many nodes from end to end, even in u."""
    low, high = ends
    u = low[:, None] + (high - low)[:, None] * np.linspace(0.0, 1.0, count)
    out, off = np.exp(bends[0][:, None] - u), np.exp(u - bends[1][:, None])
    logit = u - out + off
    log_p, log_q = -np.logaddexp(0.0, -logit), -np.logaddexp(0.0, logit)
    log_weight = a * log_p + B[:, None] * log_q + np.log(1.0 + out + off)
    log_weight -= log_weight.max(axis=1, keepdims=True)
    weight = np.exp(log_weight)
    weight /= weight.sum(axis=1, keepdims=True)
    return Nodes(at, np.maximum(np.exp(log_p), 1e-300), weight)


def _unbent(logit: Floats, left: Floats, right: Floats) -> Floats:
    """The u at which `u - exp(left - u) + exp(u - right)` is the logit, by Newton's method from beyond it."""
    u = np.where(
        logit < left,
        left - np.log1p(np.maximum(left - logit, 0.0)),
        np.where(logit > right, right + np.log1p(np.maximum(logit - right, 0.0)), logit),
    )
    for _ in range(_NEWTON_STEPS):
        out, off = np.exp(left - u), np.exp(u - right)
        u = u - (u - out + off - logit) / (1.0 + out + off)
    return u


def _by_series(tau: Floats, group: NDArray[np.intp], a: float, B: Floats, R: Floats) -> Floats | None:
    """E through one Chebyshev series a posterior, in log(1 + tau); None where the series is not precise."""
    span = float(np.log1p(tau.max()))
    if span == 0.0:
        return np.zeros_like(tau)
    for degree in _DEGREES:
        series = _series(span, degree, a, B, R)
        tail = np.abs(series[:, -3:]).max(axis=1)
        if (tail <= _PRECISE * np.abs(series[:, 0])).all():
            values = np.empty_like(tau)
            for i in range(0, len(tau), _CHUNK):
                at = slice(i, i + _CHUNK)
                values[at] = _evaluated(series.T, group[at], tau[at], span, a)
            return values
    return None


def _series(span: float, degree: int, a: float, B: Floats, R: Floats) -> Floats:
    """Chebyshev coefficients (k, degree), over log(1 + tau), of the smooth E / tau * (1 + tau)^min(a, 1)."""
    angle = (np.arange(degree) + 0.5) * (np.pi / degree)
    y = span * (1.0 + np.cos(angle)) / 2.0
    tau = np.expm1(y)
    values = np.empty((len(B), degree))
    size = max(1, _CHUNK * 4 // (_NODES[0] * degree))
    for i in range(0, len(B), size):
        at = slice(i, i + size)
        values[at] = _integral(np.broadcast_to(tau, (len(B[at]), degree)), a, B[at], R[at])
    values *= np.exp(min(a, 1.0) * y) / tau
    series = np.asarray(dct(values, type=2, axis=1), np.float64) / degree
    series[:, 0] /= 2.0
    return series


def _evaluated(series: Floats, group: NDArray[np.intp], tau: Floats, span: float, a: float) -> Floats:
    """Clenshaw's recurrence for the series (degree, k) of each element's group, undoing the scaling."""
    y = np.log1p(tau)
    z = y * (4.0 / span) - 2.0
    later, last = np.zeros_like(y), np.zeros_like(y)
    for coefficient in series[:0:-1]:
        later, last = z * later - last + coefficient[group], later
    total = 0.5 * z * later - last + series[0][group]
    return np.asarray(total * tau * np.exp(-min(a, 1.0) * y))
