"""What the BG/NBD and the MBG/NBD share: drop-out with a Beta(a, b) probability after a purchase.

They differ in one number. `first` is 1 where a customer may leave right after the first purchase (MBG/NBD)
and 0 where only after repeat purchases (BG/NBD). With m = x + first, a customer who is alive has come
through m chances to leave, and one who left came through m - 1, so that

    L = Gamma(r + x) / Gamma(r) * alpha^r / B(a, b) *
        ( B(a, b + m) / (alpha + T)^(r + x) + [m > 0] B(a + 1, b + m - 1) / (alpha + t_x)^(r + x) ).

The MBG/CNBD-k (Platzer & Reutterer 2016) has k stages at the customer's rate between two purchases. Then
R = r + k x takes the place of r + x, and the first term gets a factor W, the sum over j < k of
`Gamma(R + j) / (Gamma(R) j!) ((T - t_x) / (alpha + T))^j`, for the stages that may be behind an alive
customer: 1 for k = 1 (`scoring.purchase.regular` has it for k = 2). The density of the gaps themselves adds a
constant, which `fit` knows.

MBG/NBD: Batislam, Denizel & Filiztekin 2007, "Empirical validation and comparison of models for customer
base analysis". BG/NBD: Fader, Hardie & Lee 2005, "Counting your customers the easy way". The ratio of the
two terms is the odds of being alive, `(b + m - 1) / a * ((alpha + t_x) / (alpha + T))^R W`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import betainc, betaln, gammaln, polygamma, psi

from scoring.purchase import nbd, regular
from scoring.purchase.expectation import purchases_if_alive as integral
from scoring.purchase.model import Floats, Model
from scoring.purchase.regular import Waits

if TYPE_CHECKING:
    from scoring.purchase.rows import Rows


@dataclass(frozen=True, slots=True)
class Dropout:
    """The functions of a `Model` for one `first` and one k; see `scoring.purchase.model` for their shapes."""

    first: int
    k: int = 1
    """1 or 2."""

    def log_likelihood(self, parameters: Floats, rows: Rows) -> tuple[float, Floats, Floats]:
        """Log-likelihood with gradient and Hessian in (r, alpha, a, b).

        Fader, Hardie & Lee 2005, eq. 6, for the BG/NBD.
        """
        counts = self._of_counts(parameters, rows)
        times = self._of_times(parameters, rows)
        return counts[0] + times[0], counts[1] + times[1], counts[2] + times[2]

    def _of_counts(self, parameters: Floats, rows: Rows) -> tuple[float, Floats, Floats]:
        """The part of the log-likelihood that depends on x alone."""
        r, alpha, a, b = parameters
        x, w, total, k = rows.xs, rows.xs_weight, rows.customers, self.k
        m = x + self.first
        value = (w * (gammaln(r + k * x) - gammaln(r) + betaln(a, b + m) - betaln(a, b))).sum()
        both = psi(a + b) - psi(a + b + m)
        gradient = np.array(
            [
                (w * (psi(r + k * x) - psi(r))).sum() + total * np.log(alpha),
                total * r / alpha,
                (w * both).sum(),
                (w * (psi(b + m) - psi(b) + both)).sum(),
            ]
        )
        bend = polygamma(1, a + b) - polygamma(1, a + b + m)
        hessian = np.zeros((4, 4))
        hessian[0, 0] = (w * (polygamma(1, r + k * x) - polygamma(1, r))).sum()
        hessian[0, 1] = hessian[1, 0] = total / alpha
        hessian[1, 1] = -total * r / alpha**2
        hessian[2, 2] = hessian[2, 3] = hessian[3, 2] = (w * bend).sum()
        hessian[3, 3] = (w * (polygamma(1, b + m) - polygamma(1, b) + bend)).sum()
        return float(value + total * r * np.log(alpha)), gradient, hessian

    def _of_times(self, parameters: Floats, rows: Rows) -> tuple[float, Floats, Floats]:
        """The rest of it, `-R log(alpha + T) + log W + log(1 + 1 / odds of being alive)`.

        With s the log-odds, s0 what they would be for W = 1, and q = 1 - P(alive), the last two terms have
        the gradient (1 - q) dlog W - q ds0 and the Hessian (1 - q) ddlog W + q (1 - q) ds ds' - q dds0,
        where ds0 = (log((alpha + t_x) / (alpha + T)), R (young - age), -1 / a, 1 / passed).
        """
        r, alpha, a, _ = parameters
        w, shape = rows.weight, r + self.k * rows.x
        age, young = 1.0 / (alpha + rows.T), 1.0 / (alpha + rows.t_x)
        log_age = np.log(age)
        d_r, slope = log_age - np.log(young), young - age
        d_alpha = shape * slope
        passed = self._passed(parameters, rows.xs)
        log_odds = shape * d_r + np.repeat(np.log(passed / a), rows.runs)
        waits = Waits.of(shape, (rows.T - rows.t_x) * age, age) if self.k > 1 else None
        q, extra = self._left(log_odds if waits is None else log_odds + waits.log, rows)
        value = (w * (shape * log_age + extra)).sum()
        wq, w_age = w * q, w * age
        gradient, hessian = np.zeros(4), np.zeros((4, 4))
        gradient[0] = (w * log_age).sum() - (wq * d_r).sum()
        gradient[1] = -(shape * w_age).sum() - (wq * d_alpha).sum()
        hessian[0, 1] = -w_age.sum() - (wq * slope).sum()
        hessian[1, 1] = (shape * (w_age * age)).sum() + (wq * d_alpha * (young + age)).sum()
        if waits is not None:
            waits.add(w - wq, gradient, hessian)
            value += (w * waits.log).sum()
            d_r, d_alpha = d_r + waits.d_r, d_alpha + waits.d_alpha
        wqp = wq * (1.0 - q)
        by_r, by_alpha = wqp * d_r, wqp * d_alpha
        hessian[0, 0] += (by_r * d_r).sum()
        hessian[0, 1] += (by_alpha * d_r).sum()
        hessian[1, 1] += (by_alpha * d_alpha).sum()
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

    def log_odds(self, parameters: Floats, x: Floats, t_x: Floats, T: Floats) -> Floats:
        """`log((b + m - 1) / a) + R log((alpha + t_x) / (alpha + T)) + log W`; inf if none could leave."""
        r, alpha, a, _ = parameters
        shape = r + self.k * x
        odds = np.log(self._passed(parameters, x) / a) - shape * np.log1p((T - t_x) / (alpha + t_x))
        if self.k > 1:
            odds = odds + np.log1p(shape * ((T - t_x) / (alpha + T)))
        return np.asarray(odds if self.first else np.where(x > 0, odds, np.inf))

    def purchases_if_alive(self, parameters: Floats, t: Floats, x: Floats, t_x: Floats, T: Floats) -> Floats:
        """The integrals of `scoring.purchase.expectation` and `.regular` with B = b + m."""
        r, alpha, a, b = parameters
        if self.k > 1:
            history = regular.Alive(r + 2.0 * x, alpha + T, float(a), b + self.first + x, T - t_x)
            return history.purchases(t)
        xs, at = np.unique(x, return_inverse=True)
        return integral(t / (alpha + T), at, float(a), b + self.first + xs, r + xs)

    def return_if_alive(self, parameters: Floats, t: Floats, x: Floats, t_x: Floats, T: Floats) -> Floats:
        """A customer leaves only after a purchase, so drop-out plays no part in the first one."""
        if self.k > 1:
            r, alpha, a, b = parameters
            history = regular.Alive(r + 2.0 * x, alpha + T, float(a), b + self.first + x, T - t_x)
            return history.returns(t)
        return nbd.return_if_alive(parameters, t, x, t_x, T)

    def pmf_if_alive(
        self, parameters: Floats, n: Floats, t: Floats, x: Floats, t_x: Floats, T: Floats
    ) -> Floats:
        """Fader, Hardie & Lee 2005, eq. 8, with the sum as an incomplete beta function, of the posterior.

        An alive customer's future is that of a new BG/NBD customer with r + x, alpha + T, a and b + m: n
        purchases are all there are in t and all are survived, or the customer leaves after the n-th of at
        least n.
        """
        r, alpha, a, b = parameters
        B, some = b + self.first + x, np.maximum(n, 1.0)
        stayed = np.exp(betaln(a, B + n) - betaln(a, B))
        left = np.where(n > 0, np.exp(betaln(a + 1.0, B + some - 1.0) - betaln(a, B)), 0.0)
        if self.k > 1:
            exactly, at_least = regular.Alive(r + 2.0 * x, alpha + T, float(a), B, T - t_x).counts(n, t)
        else:
            R, A = r + x, alpha + T
            exactly, at_least = nbd.negative_binomial(n, t, R, A), betainc(some, R, t / (A + t))
        return np.asarray(stayed * exactly + left * at_least)


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


def model(name: str, first: int, k: int = 1, fixed: dict[str, float] | None = None) -> Model:
    """The model of that name whose customers may leave after their first purchase (1) or not (0)."""
    functions = Dropout(first, k)
    return Model(
        name=name,
        names=("r", "alpha", "a", "b"),
        times=("alpha",),
        log_likelihood=functions.log_likelihood,
        log_odds=functions.log_odds,
        purchases_if_alive=functions.purchases_if_alive,
        return_if_alive=functions.return_if_alive,
        pmf_if_alive=functions.pmf_if_alive,
        start={"r": 0.5, "alpha": 0.3, "a": 0.7, "b": 1.5},
        spread={"r": 1.0, "alpha": 1.5, "a": 0.75, "b": 1.0},
        fixed=fixed or {},
        memoryless=k == 1,
    )
