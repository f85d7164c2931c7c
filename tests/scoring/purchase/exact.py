"""The purchase models at 60 digits, one customer at a time, by other formulas than those under test.

Closed forms in 2F1 and sums over every count, as in the papers, where the code uses quadrature and incomplete
beta functions. Precision pays for their cancellation.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import mpmath  # type: ignore[import-untyped]

Real = Any

mpf, log, loggamma, hyp2f1 = mpmath.mpf, mpmath.log, mpmath.loggamma, mpmath.hyp2f1


def log_beta(a: Real, b: Real) -> Real:
    return loggamma(a) + loggamma(b) - loggamma(a + b)


def negative_binomial(R: Real, tau: Real) -> Iterator[Real]:
    """Probabilities of 0, 1, 2, ... events at a rate that is Gamma(R, 1) within tau."""
    chance, n = (1 + tau) ** -R, 0
    while True:
        yield chance
        chance *= (R + n) / (n + 1) * tau / (1 + tau)
        n += 1


@dataclass(frozen=True)
class Dropout:
    """BG/NBD (first 0), MBG/NBD (1) and MBG/CNBD-k (1, k)."""

    r: Real
    alpha: Real
    a: Real
    b: Real
    first: int = 1
    k: int = 1

    def terms(self, x: int, t_x: Real, T: Real) -> tuple[list[Real], Real]:
        """The likelihood if alive, by stages behind, and if gone, up to a factor."""
        R, m, silence = self.r + self.k * x, x + self.first, T - t_x
        alive = [
            mpmath.rf(R, j) / mpmath.factorial(j) * silence**j / (self.alpha + T) ** (R + j)
            for j in range(self.k)
        ]
        ratio = self.a / (self.b + m - 1) if m else mpf(0)
        return alive, ratio / (self.alpha + t_x) ** R

    def log_likelihood(self, x: int, t_x: Real, T: Real) -> Real:
        alive, gone = self.terms(x, t_x, T)
        counts = loggamma(self.r + self.k * x) - loggamma(self.r) + self.r * log(self.alpha)
        passed = log_beta(self.a, self.b + x + self.first) - log_beta(self.a, self.b)
        return counts + passed + log(sum(alive) + gone)

    def p_alive(self, x: int, t_x: Real, T: Real) -> Real:
        alive, gone = self.terms(x, t_x, T)
        return sum(alive) / (sum(alive) + gone)

    def phases(self, x: int, t_x: Real, T: Real) -> list[tuple[Real, int, Real]]:
        """Probability of being alive with j stages behind, j, and the shape of the rate."""
        alive, gone = self.terms(x, t_x, T)
        total = sum(alive) + gone
        return [(part / total, j, self.r + self.k * x + j) for j, part in enumerate(alive)]

    def survived(self, x: int) -> Iterator[Real]:
        """E((1 - p)^i), i = 0, 1, 2, ..., of a customer alive."""
        B, value, i = self.b + x + self.first, mpf(1), 0
        while True:
            yield value
            value *= (B + i) / (self.a + B + i)
            i += 1

    def expected(self, t: Real, x: int, t_x: Real, T: Real) -> Real:
        if self.k == 1:
            return self.p_alive(x, t_x, T) * self._by_2f1(t / (self.alpha + T), x)
        if t > 3 * (self.alpha + T):
            return self._by_renewal(t / (self.alpha + T), x, t_x, T)
        total = mpf(0)
        for chance, j, R in self.phases(x, t_x, T):
            survived, reached, tail, mean = self.survived(x), mpf(0), mpf(1), mpf(0)
            for n, mass in enumerate(negative_binomial(R, t / (self.alpha + T))):
                if n and (n + j) % self.k == 0:
                    reached += next(survived)
                mean += mass * reached
                tail -= mass
                if tail * (n + 10) < mpf(10) ** -13 * mean:
                    break
            total += chance * mean
        return total

    def _by_renewal(self, tau: Real, x: int, t_x: Real, T: Real) -> Real:
        """The renewal function for k = 2 integrated over logit p; the sum over counts proves it elsewhere."""
        B, total, low = self.b + x + self.first, mpf(0), -60
        for chance, j, R in self.phases(x, t_x, T):

            def density(u: Real, j: int = j, R: Real = R) -> Real:
                p, root = 1 / (1 + mpmath.exp(-u)), mpmath.sqrt(1 / (1 + mpmath.exp(u)))
                near, far = (
                    -mpmath.expm1(-R * mpmath.log1p(v * tau)) / v for v in (p / (1 + root), 1 + root)
                )
                renewals = (near + far) / 2 if j else (near - far) / (2 * root)
                return renewals * p**self.a * root ** (2 * B)

            integral = (
                mpmath.quad(density, range(low, 61, 5), method="gauss-legendre") + density(mpf(low)) / self.a
            )
            total += chance * integral / mpmath.exp(log_beta(self.a, B))
        return total

    def _by_2f1(self, tau: Real, x: int) -> Real:
        """Fader, Hardie & Lee 2005, eq. 10, of a customer alive."""
        one_less = self.a - 1 or mpf(10) ** -30
        c, R = one_less + self.b + x + self.first, self.r + x
        power = (1 + tau) ** -one_less * hyp2f1(one_less, c - R, c, tau / (1 + tau))
        return c / one_less * (1 - power)

    def pmf(self, n: int, t: Real, x: int, t_x: Real, T: Real) -> Real:
        """Every count of stages up to the n-th purchase added up."""
        survived = self.survived(x)
        shares = [next(survived) for _ in range(n + 1)]
        stayed, left = shares[n], shares[n - 1] - shares[n] if n else mpf(0)
        total = 1 - self.p_alive(x, t_x, T) if n == 0 else mpf(0)
        for chance, j, R in self.phases(x, t_x, T):
            masses = negative_binomial(R, t / (self.alpha + T))
            fewer = sum(next(masses) for _ in range(max(self.k * n - j, 0)))
            exactly = sum(next(masses) for _ in range(self.k if n else self.k - j))
            total += chance * (stayed * exactly + left * (1 - fewer))
        return total

    def p_return(self, t: Real, x: int, t_x: Real, T: Real) -> Real:
        total = mpf(0)
        for chance, j, R in self.phases(x, t_x, T):
            masses = negative_binomial(R, t / (self.alpha + T))
            total += chance * (1 - sum(next(masses) for _ in range(self.k - j)))
        return total


@dataclass(frozen=True)
class Pareto:
    """Fader & Hardie 2005, "A note on deriving the Pareto/NBD model", by its differences of 2F1."""

    r: Real
    alpha: Real
    s: Real
    beta: Real

    @staticmethod
    def _ever(u: Real, v: Real, A: Real, B: Real) -> Real:
        """The integral over tau > 0 of (A + tau)^-u (B + tau)^-v."""
        w = u + v - 1
        if A >= B:
            return A**-w / w * hyp2f1(w, v, w + 1, 1 - B / A)
        return B**-w / w * hyp2f1(w, u, w + 1, 1 - A / B)

    def _within(self, u: Real, v: Real, A: Real, B: Real, t: Real) -> Real:
        return self._ever(u, v, A, B) - self._ever(u, v, A + t, B + t)

    def terms(self, x: int, t_x: Real, T: Real) -> tuple[Real, Real]:
        R = self.r + x
        alive = (self.alpha + T) ** -R * (self.beta + T) ** -self.s
        return alive, self.s * self._within(R, self.s + 1, self.alpha + t_x, self.beta + t_x, T - t_x)

    def log_likelihood(self, x: int, t_x: Real, T: Real) -> Real:
        counts = loggamma(self.r + x) - loggamma(self.r)
        return counts + self.r * log(self.alpha) + self.s * log(self.beta) + log(sum(self.terms(x, t_x, T)))

    def p_alive(self, x: int, t_x: Real, T: Real) -> Real:
        alive, gone = self.terms(x, t_x, T)
        return alive / (alive + gone)

    def expected(self, t: Real, x: int, t_x: Real, T: Real) -> Real:
        one_less, B = self.s - 1 or mpf(10) ** -30, self.beta + T
        mean = (self.r + x) * B / ((self.alpha + T) * one_less) * (1 - (B / (B + t)) ** one_less)
        return self.p_alive(x, t_x, T) * mean

    def p_return(self, t: Real, x: int, t_x: Real, T: Real) -> Real:
        R, A, B = self.r + x, self.alpha + T, self.beta + T
        return self.p_alive(x, t_x, T) * R * A**R * B**self.s * self._within(R + 1, self.s, A, B, t)

    def pmf(self, n: int, t: Real, x: int, t_x: Real, T: Real) -> Real:
        """By the quadrature of mpmath over log tau, around the peak of the density of leaving."""
        alive, R, A, B = self.p_alive(x, t_x, T), self.r + x, self.alpha + T, self.beta + T
        if n == 0:
            return 1 - alive + alive * (1 - R * A**R * B**self.s * self._within(R + 1, self.s, A, B, t))
        ways = mpmath.rf(R, n) / mpmath.factorial(n)

        def staying(tau: Real) -> Real:
            return ways * (A / (A + tau)) ** R * (tau / (A + tau)) ** n * (B / (B + tau)) ** self.s

        def leaving(v: Real) -> Real:
            return staying(mpmath.exp(v)) * self.s / (B + mpmath.exp(v)) * mpmath.exp(v)

        end = log(t)
        peak = min(log(A * n / max(R, mpf(1) / 10)), end - mpf(1) / 100)
        width = 1 / mpmath.sqrt(n * R / (n + R)) if n * R > n + R else mpf(1)
        cuts = [peak + i * width for i in (-40, -20, -12, -8, -5, -3, -1.5, 0, 1.5, 3, 5, 8, 12, 20, 40, 80)]
        cuts += [min(peak + width, end) - i / mpf(n) for i in (0.5, 1.5, 4, 9, 18, 35, 70, 140)]
        left = mpmath.quad(leaving, [*sorted(cut for cut in cuts if cut < end), end])
        return alive * (staying(t) + left)


@dataclass(frozen=True)
class Steady:
    """NBD."""

    r: Real
    alpha: Real

    def log_likelihood(self, x: int, t_x: Real, T: Real) -> Real:
        counts = loggamma(self.r + x) - loggamma(self.r)
        return counts + self.r * log(self.alpha) - (self.r + x) * log(self.alpha + T)

    def p_alive(self, x: int, t_x: Real, T: Real) -> Real:
        return mpf(1)

    def expected(self, t: Real, x: int, t_x: Real, T: Real) -> Real:
        return t * (self.r + x) / (self.alpha + T)

    def pmf(self, n: int, t: Real, x: int, t_x: Real, T: Real) -> Real:
        masses = negative_binomial(self.r + x, t / (self.alpha + T))
        return [next(masses) for _ in range(n + 1)][n]

    def p_return(self, t: Real, x: int, t_x: Real, T: Real) -> Real:
        return 1 - self.pmf(0, t, x, t_x, T)
