"""What the BG/NBD and the MBG/NBD share: drop-out with a Beta(a, b) probability after a purchase.

They differ in one number. `first` is 1 where a customer may leave right after the first purchase (MBG/NBD)
and 0 where only after repeat purchases (BG/NBD). With m = x + first, a customer who is alive has come
through m chances to leave, and one who left came through m - 1, so that

    L = Gamma(r + x) / Gamma(r) * alpha^r / B(a, b) *
        ( B(a, b + m) / (alpha + T)^(r + x) + [m > 0] B(a + 1, b + m - 1) / (alpha + t_x)^(r + x) ).

MBG/NBD: Batislam, Denizel & Filiztekin 2007, "Empirical validation and comparison of models for customer
base analysis". BG/NBD: Fader, Hardie & Lee 2005, "Counting your customers the easy way". The ratio of the
two terms is the odds of being alive, `(b + m - 1) / a * ((alpha + t_x) / (alpha + T))^(r + x)`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betainc, betaln, expit, gammaln, polygamma, psi

from scoring.purchase import nbd
from scoring.purchase.expectation import purchases_if_alive as integral
from scoring.purchase.model import Floats, Model

if TYPE_CHECKING:
    from scoring.purchase.rows import Rows


@dataclass(frozen=True, slots=True)
class Dropout:
    """The functions of a `Model` for one value of `first`; see `scoring.purchase.model` for their shapes."""

    first: int

    def log_likelihood(self, parameters: Floats, rows: Rows) -> tuple[float, Floats, Floats]:
        """Log-likelihood with gradient and Hessian in (r, alpha, a, b)."""
        counts = self._of_counts(parameters, rows)
        times = self._of_times(parameters, rows)
        return counts[0] + times[0], counts[1] + times[1], counts[2] + times[2]

    def _of_counts(self, parameters: Floats, rows: Rows) -> tuple[float, Floats, Floats]:
        """The part of the log-likelihood that depends on x alone."""
        r, alpha, a, b = parameters
        x, w, total = rows.xs, rows.xs_weight, rows.customers
        m = x + self.first
        value = (w * (gammaln(r + x) - gammaln(r) + betaln(a, b + m) - betaln(a, b))).sum()
        both = psi(a + b) - psi(a + b + m)
        gradient = np.array(
            [
                (w * (psi(r + x) - psi(r))).sum() + total * np.log(alpha),
                total * r / alpha,
                (w * both).sum(),
                (w * (psi(b + m) - psi(b) + both)).sum(),
            ]
        )
        bend = polygamma(1, a + b) - polygamma(1, a + b + m)
        hessian = np.zeros((4, 4))
        hessian[0, 0] = (w * (polygamma(1, r + x) - polygamma(1, r))).sum()
        hessian[0, 1] = hessian[1, 0] = total / alpha
        hessian[1, 1] = -total * r / alpha**2
        hessian[2, 2] = hessian[2, 3] = hessian[3, 2] = (w * bend).sum()
        hessian[3, 3] = (w * (polygamma(1, b + m) - polygamma(1, b) + bend)).sum()
        return float(value + total * r * np.log(alpha)), gradient, hessian

    def _of_times(self, parameters: Floats, rows: Rows) -> tuple[float, Floats, Floats]:
        """The rest of it, `-(r + x) log(alpha + T) + log(1 + 1 / odds of being alive)`.

        With s the log-odds and q = 1 - P(alive), the second term has the gradient -q ds and the Hessian
        q (1 - q) ds ds' - q dds, where ds = (silence, (r + x) (young - age), -1 / a, 1 / passed).
        """
        r, alpha, a, _ = parameters
        w, shape = rows.weight, r + rows.x
        age, young = 1.0 / (alpha + rows.T), 1.0 / (alpha + rows.t_x)
        log_age = np.log(age)
        silence, slope = log_age - np.log(young), young - age
        passed = self._passed(parameters, rows.xs)
        q, extra = self._left(shape * silence + np.repeat(np.log(passed / a), rows.runs), rows)
        value = (w * (shape * log_age + extra)).sum()
        wq = w * q
        wqp = wq * (1.0 - q)
        w_age, w_slope = w * age, wq * slope
        gradient = np.array(
            [
                (w * log_age).sum() - (wq * silence).sum(),
                -(shape * w_age).sum() - (shape * w_slope).sum(),
                0.0,
                0.0,
            ]
        )
        hessian = np.zeros((4, 4))
        by_r, by_alpha = wqp * silence, wqp * (shape * slope)
        hessian[0, 0] = (by_r * silence).sum()
        hessian[0, 1] = (by_alpha * silence).sum() - w_age.sum() - w_slope.sum()
        hessian[1, 1] = (shape * (by_alpha * slope + w_age * age + w_slope * (young + age))).sum()
        starts = np.cumsum(rows.runs) - rows.runs
        sums = [np.add.reduceat(terms, starts) for terms in (wq, wqp, by_r, by_alpha)]
        return _with_beta(float(value), gradient, hessian, sums, a, passed)

    def _left(self, log_odds: Floats, rows: Rows) -> tuple[Floats, Floats]:
        """1 - P(alive) and log(1 + 1 / odds), stable at any log-odds."""
        small = np.exp(-np.abs(log_odds))
        q = np.where(log_odds > 0.0, small, 1.0) / (1.0 + small)
        extra = np.log1p(small)
        extra -= np.minimum(log_odds, 0.0)
        if not self.first:
            never = rows.x == 0
            q[never] = extra[never] = 0.0
        return q, extra

    def _passed(self, parameters: Floats, x: Floats) -> Floats:
        """`b + m - 1`; 1 where there was no chance to leave."""
        m = x + self.first
        return np.where(m > 0, parameters[3] + m - 1.0, 1.0)

    def p_alive(self, parameters: Floats, x: Floats, t_x: Floats, T: Floats) -> Floats:
        """The logistic of the log-odds of being alive."""
        r, alpha, a, _ = parameters
        silence = np.log1p((t_x - T) / (alpha + T))
        alive = expit(np.log(self._passed(parameters, x) / a) + (r + x) * silence)
        return np.asarray(alive if self.first else np.where(x > 0, alive, 1.0))

    def purchases_if_alive(self, parameters: Floats, t: Floats, x: Floats, T: Floats) -> Floats:
        """The integral of `scoring.purchase.expectation` with R = r + x and B = b + m."""
        r, alpha, a, b = parameters
        xs, at = np.unique(x, return_inverse=True)
        return integral(t / (alpha + T), at, float(a), b + self.first + xs, r + xs)

    def pmf(self, parameters: Floats, n: Floats, t: Floats) -> Floats:
        """Fader, Hardie & Lee 2005, eq. 8, with the sum as an incomplete beta function, and its MBG/NBD twin.

        n purchases are all there were in t and were all survived, or the customer left after the n-th of at
        least n.
        """
        r, alpha, a, b = parameters
        m = n + self.first
        stayed = np.exp(betaln(a, b + m) - betaln(a, b))
        some = np.where(n > 0, betainc(np.maximum(n, 1.0), r, t / (alpha + t)), 1.0)
        left = np.where(m > 0, np.exp(betaln(a + 1.0, b + np.maximum(m, 1.0) - 1.0) - betaln(a, b)), 0.0)
        return np.asarray(stayed * nbd.pmf(parameters, n, t) + left * some)


def _with_beta(
    value: float, gradient: Floats, hessian: Floats, sums: list[Floats], a: float, passed: Floats
) -> tuple[float, Floats, Floats]:
    """Fill in the rows of a and b, whose derivatives of the log-odds, -1/a and 1/passed, depend on x alone.

    `sums` are, by x, the sums of w q, of w q (1 - q), and of the latter times the derivatives by r and alpha.
    """
    wq, wqp, by_r, by_alpha = sums
    gradient[2], gradient[3] = wq.sum() / a, -(wq / passed).sum()
    hessian[2, 2] = (wqp.sum() - wq.sum()) / a**2
    hessian[2, 3] = -(wqp / passed).sum() / a
    hessian[3, 3] = ((wqp + wq) / passed**2).sum()
    hessian[0, 2], hessian[1, 2] = -by_r.sum() / a, -by_alpha.sum() / a
    hessian[0, 3], hessian[1, 3] = (by_r / passed).sum(), (by_alpha / passed).sum()
    upper = np.triu(hessian, 1)
    return value, gradient, np.diag(np.diag(hessian)) + upper + upper.T


def model(name: str, first: int) -> Model:
    """The model of that name whose customers may leave after their first purchase (1) or not (0)."""
    functions = Dropout(first)
    return Model(
        name=name,
        names=("r", "alpha", "a", "b"),
        times=("alpha",),
        log_likelihood=functions.log_likelihood,
        p_alive=functions.p_alive,
        purchases_if_alive=functions.purchases_if_alive,
        return_if_alive=nbd.return_if_alive,
        pmf=functions.pmf,
        start={"r": 0.5, "alpha": 0.3, "a": 0.7, "b": 1.5},
        spread={"r": 1.0, "alpha": 1.5, "a": 0.75, "b": 1.0},
    )
