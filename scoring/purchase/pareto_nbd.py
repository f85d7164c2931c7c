"""Pareto/NBD (Schmittlein, Morrison & Colombo 1987): a customer may leave at any moment.

Purchases come at a Gamma(r, alpha) rate until the customer leaves, at a Gamma(s, beta) rate. Given alive at
T, the rates are Gamma(r + x, alpha + T) and Gamma(s, beta + T). The likelihood, with the time of leaving
integrated out last (Fader & Hardie 2005, "A note on deriving the Pareto/NBD model and related expressions"),

    L = Gamma(r + x) / Gamma(r) * alpha^r beta^s *
        ( 1 / ((alpha + T)^(r + x) (beta + T)^s) + integral over tau from t_x to T of
          s / ((alpha + tau)^(r + x) (beta + tau)^(s + 1)) ),

and the ratio of its second term to the first, the odds of having left, come from the quadrature of
`scoring.purchase.leaving`; so do gradient and Hessian, as moments of its nodes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit, exprel

from scoring.purchase import leaving, nbd
from scoring.purchase.model import Floats, Model

if TYPE_CHECKING:
    from scoring.purchase.rows import Rows


def log_likelihood(parameters: Floats, rows: Rows) -> tuple[float, Floats, Floats]:
    """Log-likelihood with gradient and Hessian in (r, alpha, s, beta)."""
    alive = _if_nobody_left(parameters, rows)
    left = _log_one_plus_odds(parameters, rows)
    return alive[0] + left[0], alive[1] + left[1], alive[2] + left[2]


def _if_nobody_left(parameters: Floats, rows: Rows) -> tuple[float, Floats, Floats]:
    """The logarithm of the first term, by which everyone is alive at T."""
    _, _, s, beta = parameters
    total = rows.customers
    stay = 1.0 / (beta + rows.T)
    value, first, second = nbd.log_likelihood(parameters[:2], rows)
    logs, stays = (rows.weight * np.log(stay)).sum(), (rows.weight * stay).sum()
    gradient = np.array([*first, logs + total * np.log(beta), total * s / beta - s * stays])
    hessian = np.zeros((4, 4))
    hessian[:2, :2] = second
    hessian[2, 3] = hessian[3, 2] = total / beta - stays
    hessian[3, 3] = s * (rows.weight * stay**2).sum() - total * s / beta**2
    return float(value + s * (logs + total * np.log(beta))), gradient, hessian


def _log_one_plus_odds(parameters: Floats, rows: Rows) -> tuple[float, Floats, Floats]:
    """The sum of log(1 + odds of having left).

    With q = P(left) and the nodes' terms as a distribution over phi, the logarithm of the integrand times
    (alpha + T)^(r + x) (beta + T)^s, the gradient is q E[dphi] and the Hessian q (E[ddphi] + Var[dphi]) +
    q (1 - q) E[dphi] E[dphi]'.
    """
    r, alpha, s, beta = parameters
    shape, silence = r + rows.x, rows.T - rows.t_x
    A, B = alpha + rows.t_x, beta + rows.t_x
    by_A, by_B = np.log1p(silence / A), np.log1p(silence / B)
    value, gradient, hessian = 0.0, np.zeros(4), np.zeros((4, 4))
    asked = np.flatnonzero(silence > 0)
    parts = leaving.moments_of_leaving(shape[asked], float(s), A[asked], B[asked], silence[asked])
    for nodes, terms in parts:
        at = asked[nodes.at]
        mass = terms.sum(axis=1)
        log_odds = shape[at] * by_A[at] + s * by_B[at] + np.log(mass)
        w, q = rows.weight[at], expit(log_odds)
        value += float((w * np.logaddexp(0.0, log_odds)).sum())
        first, second = _moments(nodes.tau, terms / mass[:, None], A[at], B[at])
        dphi, bend = _derivatives(parameters, rows.T[at], A[at], B[at], shape[at], first, second)
        gradient += dphi @ (w * q)
        hessian += bend @ (w * q) + (dphi * (w * q * (1.0 - q))) @ dphi.T
    return value, gradient, hessian


def _moments(tau: Floats, mass: Floats, A: Floats, B: Floats) -> tuple[Floats, Floats]:
    """Means (4, m) and products (4, 4, m) of log(1 + tau / A), 1 / (A + tau) - 1 / A, and the same of B."""
    a, b = A[:, None], B[:, None]
    parts = (np.log1p(tau / a), -tau / (a * (a + tau)), np.log1p(tau / b), -tau / (b * (b + tau)))
    first, second = np.empty((4, len(A))), np.empty((4, 4, len(A)))
    for i, part in enumerate(parts):
        weighted = part * mass
        first[i] = weighted.sum(axis=1)
        for j in range(i + 1):
            second[i, j] = second[j, i] = np.einsum("mn,mn->m", weighted, parts[j])
    return first, second


def _derivatives(
    parameters: Floats, T: Floats, A: Floats, B: Floats, R: Floats, first: Floats, second: Floats
) -> tuple[Floats, Floats]:
    """E[dphi], (4, m), and E[ddphi] + Var[dphi], (4, 4, m), from the moments."""
    _, alpha, s, beta = parameters
    at_A, at_B = 1.0 / (alpha + T), 1.0 / (beta + T)
    ones = np.ones_like(R)
    by = np.stack([-ones, -R, -ones, -(s + 1.0) * ones])
    dphi = by * first
    dphi[0] += np.log((alpha + T) / A)
    dphi[1] += R * (at_A - 1.0 / A)
    dphi[2] += 1.0 / s + np.log((beta + T) / B)
    dphi[3] += s * at_B - (s + 1.0) / B
    bend = by[:, None] * by[None, :] * (second - first[:, None] * first[None, :])
    square_A = second[1, 1] + 2.0 * first[1] / A + A**-2.0
    square_B = second[3, 3] + 2.0 * first[3] / B + B**-2.0
    bend[0, 1] += at_A - first[1] - 1.0 / A
    bend[2, 3] += at_B - first[3] - 1.0 / B
    bend[1, 0], bend[3, 2] = bend[0, 1], bend[2, 3]
    bend[1, 1] += R * (square_A - at_A**2)
    bend[2, 2] -= s**-2.0
    bend[3, 3] += (s + 1.0) * square_B - s * at_B**2
    return dphi, bend


def log_odds(parameters: Floats, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """Of the first term of the likelihood against the second; inf where t_x = T."""
    r, alpha, s, beta = parameters
    silence, A, B = T - t_x, alpha + t_x, beta + t_x
    left = leaving.leaves(r + x, float(s), A, B, silence)
    kept = (r + x) * np.log1p(silence / A) + s * np.log1p(silence / B)
    return np.asarray(np.where(left > 0.0, -kept - np.log(np.maximum(left, 1e-300)), np.inf))


def purchases_if_alive(parameters: Floats, t: Floats, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """`(r + x) (beta + T) / ((alpha + T) (s - 1)) (1 - ((beta + T) / (beta + T + t))^(s - 1))`.

    Schmittlein, Morrison & Colombo 1987, eq. 22, written so that s = 1 is no pole.
    """
    r, alpha, s, beta = parameters
    time = np.log1p(t / (beta + T))
    return np.asarray((r + x) / (alpha + T) * (beta + T) * time * exprel((1.0 - s) * time))


def return_if_alive(parameters: Floats, t: Floats, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """P(the next purchase comes within t and before leaving)."""
    r, alpha, s, beta = parameters
    return leaving.returns(r + x, float(s), alpha + T, beta + T, t)


def pmf_if_alive(parameters: Floats, n: Floats, t: Floats, x: Floats, t_x: Floats, T: Floats) -> Floats:
    """n purchases and stayed for all of t, or left after n of them (Fader & Hardie 2006 derive it by 2F1)."""
    r, alpha, s, beta = parameters
    R, A, B = r + x, alpha + T, beta + T
    stayed = np.exp(-s * np.log1p(t / B)) * nbd.negative_binomial(n, t, R, A)
    return np.asarray(stayed + leaving.leaves_after(n, R, float(s), A, B, t))


MODEL = Model(
    name="pareto_nbd",
    names=("r", "alpha", "s", "beta"),
    times=("alpha", "beta"),
    log_likelihood=log_likelihood,
    log_odds=log_odds,
    purchases_if_alive=purchases_if_alive,
    return_if_alive=return_if_alive,
    pmf_if_alive=pmf_if_alive,
    start={"r": 0.5, "alpha": 0.3, "s": 0.6, "beta": 0.4},
    spread={"r": 1.0, "alpha": 1.5, "s": 1.0, "beta": 1.5},
)
