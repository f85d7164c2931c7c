"""NBD (Ehrenberg 1959): Poisson purchases at Gamma(r, alpha) rates, and nobody ever leaves.

The limit of the MBG/NBD for p = 0: the yardstick for whether drop-out can be seen in the data at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln, polygamma, psi, xlogy

from scoring.purchase.model import Floats, Model

if TYPE_CHECKING:
    from scoring.purchase.rows import Rows


def log_likelihood(parameters: Floats, rows: Rows) -> tuple[float, Floats, Floats]:
    """Log-likelihood of the purchase times, with gradient and Hessian in (r, alpha).

    `L = Gamma(r + x) / Gamma(r) * alpha^r / (alpha + T)^(r + x)`.
    """
    r, alpha = parameters
    x, w, total = rows.xs, rows.xs_weight, rows.customers
    rate = 1.0 / (alpha + rows.T)
    logs = rows.weight * np.log(rate)
    shape = r + rows.x
    value = (shape * logs).sum() + (w * (gammaln(r + x) - gammaln(r))).sum() + total * r * np.log(alpha)
    rates = rows.weight * rate
    gradient = np.array(
        [
            logs.sum() + (w * (psi(r + x) - psi(r))).sum() + total * np.log(alpha),
            total * r / alpha - (shape * rates).sum(),
        ]
    )
    cross = total / alpha - rates.sum()
    of_shape = (w * (polygamma(1, r + x) - polygamma(1, r))).sum()
    of_rate = (shape * rates * rate).sum() - total * r / alpha**2
    return float(value), gradient, np.array([[of_shape, cross], [cross, of_rate]])


def negative_binomial(n: Floats, t: Floats, R: Floats, A: Floats) -> Floats:
    """Probability of n events within t at a rate that is Gamma(R, A), arrays that broadcast."""
    ways = gammaln(R + n) - gammaln(R) - gammaln(n + 1.0)
    return np.asarray(np.exp(ways - R * np.log1p(t / A) + xlogy(n, t / (A + t))))


def log_odds(parameters: Floats, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """Infinite: everyone is alive."""
    return np.full_like(x, np.inf)


def purchases_if_alive(parameters: Floats, t: Floats, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """`t (r + x) / (alpha + T)`, the mean of the posterior rate times t."""
    r, alpha = parameters
    return np.asarray(t * (r + x) / (alpha + T))


def return_if_alive(parameters: Floats, t: Floats, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """`1 - ((alpha + T) / (alpha + T + t))^(r + x)`: the posterior rate is Gamma(r + x, alpha + T)."""
    r, alpha = parameters[:2]
    return np.asarray(-np.expm1(-(r + x) * np.log1p(t / (alpha + T))))


def pmf_if_alive(parameters: Floats, n: Floats, t: Floats, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """The negative binomial probability of n purchases at the posterior rate."""
    r, alpha = parameters
    return negative_binomial(n, t, r + x, alpha + T)


MODEL = Model(
    name="nbd",
    names=("r", "alpha"),
    times=("alpha",),
    log_likelihood=log_likelihood,
    log_odds=log_odds,
    purchases_if_alive=purchases_if_alive,
    return_if_alive=return_if_alive,
    pmf_if_alive=pmf_if_alive,
    start={"r": 0.5, "alpha": 0.5},
    spread={"r": 1.5, "alpha": 1.5},
    uses_t_x=False,
)
