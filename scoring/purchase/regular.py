"""Two stages between purchases: what the MBG/CNBD-2 needs beyond the MBG/NBD.

A stage ends at the customer's rate, and every second end is a purchase. Silent for u = T - t_x, an alive
customer has 0 or 1 stages behind, with odds 1 to R u / A where A = alpha + T; with j behind, the rate is
Gamma(R + j, A). The purchases within t are then every second one of a negative binomial number of events.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import betainc

from scoring.purchase.expectation import nodes
from scoring.purchase.model import Floats
from scoring.purchase.nbd import negative_binomial

_CHUNK = 1 << 12
_SHORT = 0.5
_TERMS = 20


@dataclass(frozen=True, slots=True, eq=False)
class Waits:
    """log W = log(1 + R z), z = (T - t_x) / (alpha + T), with its derivatives by r and alpha, (n,) each."""

    log: Floats
    d_r: Floats
    d_alpha: Floats
    r_alpha: Floats
    alpha_alpha: Floats

    @classmethod
    def of(cls, R: Floats, z: Floats, age: Floats) -> Waits:
        """From R, z and 1 / (alpha + T)."""
        inverse = 1.0 / (1.0 + R * z)
        d_r, d_alpha = z * inverse, -R * z * age * inverse
        return cls(
            np.log1p(R * z), d_r, d_alpha, -d_r * age * inverse, -2.0 * d_alpha * age - d_alpha * d_alpha
        )

    def add(self, weight: Floats, gradient: Floats, hessian: Floats) -> None:
        """Add the weighted sums to a gradient and the upper half of a Hessian in (r, alpha, ...)."""
        gradient[0] += (weight * self.d_r).sum()
        gradient[1] += (weight * self.d_alpha).sum()
        hessian[0, 0] -= (weight * self.d_r * self.d_r).sum()
        hessian[0, 1] += (weight * self.r_alpha).sum()
        hessian[1, 1] += (weight * self.alpha_alpha).sum()


@dataclass(frozen=True, slots=True, eq=False)
class Alive:
    """Customers alive at T, arrays (n,): a Gamma(R, A) rate at the last purchase, drop-out Beta(a, B)."""

    R: Floats
    A: Floats
    a: float
    B: Floats
    silence: Floats
    """T - t_x."""

    @property
    def _begun(self) -> Floats:
        """P(one stage is behind)."""
        odds = self.R * (self.silence / self.A)
        return np.asarray(odds / (1.0 + odds))

    def returns(self, t: Floats) -> Floats:
        """P(at least one purchase within t)."""
        share, begun = t / (self.A + t), self._begun
        fresh = betainc(2.0, self.R, share)
        return np.asarray((1.0 - begun) * fresh + begun * -np.expm1((self.R + 1.0) * np.log1p(-share)))

    def counts(self, n: Floats, t: Floats) -> tuple[Floats, Floats]:
        """P(n purchases within t) and, for n > 0, P(at least n), of a customer who never leaves."""
        share, begun, R, A = t / (self.A + t), self._begun, self.R, self.A
        fresh = negative_binomial(2.0 * n, t, R, A) + negative_binomial(2.0 * n + 1.0, t, R, A)
        some = np.maximum(n, 1.0)
        odd = negative_binomial(2.0 * some - 1.0, t, R + 1.0, A)
        ahead = negative_binomial(2.0 * n, t, R + 1.0, A) + np.where(n > 0, odd, 0.0)
        least = (1.0 - begun) * betainc(2.0 * some, R, share)
        least += begun * betainc(2.0 * some - 1.0, R + 1.0, share)
        return np.asarray((1.0 - begun) * fresh + begun * ahead), np.asarray(least)

    def purchases(self, t: Floats) -> Floats:
        """Expected purchases within t.

        With v = 1 -+ sqrt(1 - p) and G(v) = (1 - (1 + v tau)^-R) / v, tau = t / A, the renewal function
        mixed over the rate is (G(v-) - G(v+)) / (2 sqrt(1 - p)) from the start of a gap and (G(v-) + G(v+)) /
        2, with R + 1, from the middle; the quadrature over p is that of the BG/NBD.
        """
        tau = t / self.A
        order = np.lexsort((tau, self.B, self.R))
        key = np.stack([self.R, self.B, tau])[:, order]
        new = np.append(True, (key[:, 1:] != key[:, :-1]).any(axis=0))[: len(order)]
        place = np.empty(len(order), np.intp)
        place[order] = np.cumsum(new) - 1
        R, B, horizon = key[:, new]
        fresh, begun = np.empty_like(R), np.empty_like(R)
        for i in range(0, len(R), _CHUNK):
            at = slice(i, i + _CHUNK)
            fresh[at] = _fresh(horizon[at], self.a, B[at], R[at])
            begun[at] = _begun(horizon[at], self.a, B[at], R[at] + 1.0)
        share = self._begun
        return np.asarray((1.0 - share) * fresh[place] + share * begun[place])


def _begun(tau: Floats, a: float, B: Floats, R: Floats) -> Floats:
    values = np.empty_like(tau)
    for some in nodes(tau, a, B, R):
        p, root = some.p, np.sqrt(1.0 - some.p)
        low, high = p / (1.0 + root), 1.0 + root
        time, shape = tau[some.at, None], R[some.at, None]
        near, far = (np.expm1(-shape * np.log1p(part * time)) / part for part in (low, high))
        values[some.at] = -0.5 * (some.weight * (near + far)).sum(axis=1)
    return values


def _fresh(tau: Floats, a: float, B: Floats, R: Floats) -> Floats:
    """By the integral, or where it cancels, for few events, by the sum over the counts of events."""
    values = np.empty_like(tau)
    short = (R + 1.0) * tau < _SHORT
    values[short] = _by_counts(tau[short], a, B[short], R[short])
    values[~short] = _by_integral(tau[~short], a, B[~short], R[~short])
    return values


def _by_counts(tau: Floats, a: float, B: Floats, R: Floats) -> Floats:
    """The sum over i of E((1 - p)^(i - 1)) P(at least 2 i events)."""
    share, survived, total = tau / (1.0 + tau), np.ones_like(tau), np.zeros_like(tau)
    for i in range(_TERMS):
        total += survived * betainc(2.0 * i + 2.0, R, share)
        survived *= (B + i) / (a + B + i)
    return total


def _by_integral(tau: Floats, a: float, B: Floats, R: Floats) -> Floats:
    values = np.empty_like(tau)
    for some in nodes(tau, a, B, R):
        renewals = _renewals(some.p, tau[some.at, None], R[some.at, None])
        values[some.at] = (some.weight * renewals / some.p).sum(axis=1)
    return values


def _renewals(p: Floats, time: Floats, shape: Floats) -> Floats:
    """p times the renewal function from the start of a gap, (G(v-) - G(v+)) / (2 sqrt(1 - p)), (m, nodes)."""
    root = np.sqrt(1.0 - p)
    near = np.log1p(p / (1.0 + root) * time)
    first = -np.expm1(-shape * near)
    second = -np.expm1(-shape * np.log1p((1.0 + root) * time))
    # Which of two forms of the same difference cancels depends on the root.
    wide = np.where(root > 0.5, root, 1.0)
    apart = (first * (1.0 + wide) - second * (p / (1.0 + wide))) / (2.0 * wide)
    narrow = np.maximum(np.minimum(root, 0.5), 1e-9)
    step = np.log1p(2.0 * narrow * time / (1.0 + (1.0 - narrow) * time))
    close = 0.5 * (first + second) + 0.5 * np.exp(-shape * near) * np.expm1(-shape * step) / narrow
    return np.asarray(np.where(root > 0.5, apart, close))
