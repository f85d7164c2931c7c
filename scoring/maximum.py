"""The maximum of a likelihood over positive parameters, by Newton's method.

With the Hessian at hand Newton's method needs a third of the evaluations of L-BFGS-B, also from a far start:
steps follow the absolute values of the Hessian's eigenvalues, so that they climb where the likelihood is not
concave, and are bounded and halved.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Floats: TypeAlias = "NDArray[np.float64]"

_STEPS = 100
_HALVINGS = 40
_LONGEST_STEP = 2.0
_CONVERGED = 1e-8
_ROUNDING = 1e-14
_ON_BOUND = 1e-6


class LogLikelihood(Protocol):
    """A log-likelihood in natural, positive parameters (p,): value, gradient (p,) and Hessian (p, p)."""

    def __call__(self, parameters: Floats, /) -> tuple[float, Floats, Floats]: ...


@dataclass(frozen=True, slots=True, eq=False)
class Prior:
    """Independent log-normal priors: medians (p,) and standard deviations of the logarithms (p,)."""

    median: Floats
    spread: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Maximum:
    """Where a log-likelihood, or a posterior in log parameters, is largest."""

    parameters: Floats
    """Natural scale, (p,)."""
    log_likelihood: float
    """Without the prior."""
    standard_errors: Floats
    """Natural scale, by the delta method; NaN where the observed information is not positive definite."""
    condition: float
    """Condition number of the observed information in log parameters; inf where not positive definite."""
    at_bound: bool


def maximise(
    log_likelihood: LogLikelihood,
    start: Floats,
    bounds: tuple[Floats, Floats],
    *,
    sample: LogLikelihood | None = None,
    prior: Prior | None = None,
) -> Maximum:
    """Maximise over log parameters.

    Args:
        log_likelihood: over all data.
        start: natural scale, (p,), clipped into the bounds.
        bounds: lowest and highest natural parameters, (p,) each.
        sample: the likelihood of a sample, whose maximum is the start on all data.
        prior: added to the log-likelihood.
    """
    limits = (np.log(bounds[0]), np.log(bounds[1]))
    theta = np.clip(np.log(start), *limits)
    if sample is not None:
        theta, _, _ = _climb(_in_logs(sample, None), theta, limits)
    theta, value, hessian = _climb(_in_logs(log_likelihood, prior), theta, limits)
    natural, at_bound = np.exp(theta), _at_bound(theta, limits)
    value += 0.0 if prior is None else _penalty(theta, prior)
    values, vectors = np.linalg.eigh(-hessian)
    if not values[0] > 0:
        return Maximum(natural, value, np.full(len(theta), np.nan), np.inf, at_bound)
    errors = natural * np.sqrt(((vectors**2) / values).sum(axis=1))
    return Maximum(natural, value, errors, float(values[-1] / values[0]), at_bound)


def _at_bound(theta: Floats, limits: tuple[Floats, Floats]) -> bool:
    return bool(((theta - limits[0] < _ON_BOUND) | (limits[1] - theta < _ON_BOUND)).any())


def _penalty(theta: Floats, prior: Prior) -> float:
    return 0.5 * float((((theta - np.log(prior.median)) / prior.spread) ** 2).sum())


def _in_logs(log_likelihood: LogLikelihood, prior: Prior | None) -> LogLikelihood:
    """The same function of log parameters; the prior's density is that of the logarithms."""

    def transformed(theta: Floats, /) -> tuple[float, Floats, Floats]:
        natural = np.exp(theta)
        value, gradient, hessian = log_likelihood(natural)
        gradient = gradient * natural
        hessian = hessian * np.outer(natural, natural) + np.diag(gradient)
        if prior is None:
            return value, gradient, hessian
        precision = prior.spread**-2.0
        gradient = gradient - (theta - np.log(prior.median)) * precision
        return value - _penalty(theta, prior), gradient, hessian - np.diag(precision)

    return transformed


def _climb(
    objective: LogLikelihood, theta: Floats, limits: tuple[Floats, Floats]
) -> tuple[Floats, float, Floats]:
    """The last point, its value and its Hessian."""
    value, gradient, hessian = objective(theta)
    for _ in range(_STEPS):
        free = ~(((theta <= limits[0]) & (gradient < 0)) | ((theta >= limits[1]) & (gradient > 0)))
        step = np.zeros_like(theta)
        step[free] = _ascent(hessian[np.ix_(free, free)], gradient[free])
        found = _halved(objective, theta, step, value, limits)
        if found is None:
            break
        gain = float(np.abs(step * gradient).sum())
        theta, (value, gradient, hessian) = found
        if gain < max(_CONVERGED, _ROUNDING * abs(value)):
            break
    return theta, value, hessian


def _ascent(hessian: Floats, gradient: Floats) -> Floats:
    """A direction that climbs: Newton's where the Hessian is negative definite, a damped one elsewhere."""
    if len(gradient) == 0:
        return gradient
    values, vectors = np.linalg.eigh(-hessian)
    size = np.abs(values)
    step = vectors @ ((vectors.T @ gradient) / np.maximum(size, max(1e-10 * float(size.max()), 1e-12)))
    longest = float(np.abs(step).max())
    return np.asarray(step * min(1.0, _LONGEST_STEP / longest) if longest > 0 else step)


def _halved(
    objective: LogLikelihood, theta: Floats, step: Floats, value: float, limits: tuple[Floats, Floats]
) -> tuple[Floats, tuple[float, Floats, Floats]] | None:
    """The first of theta + step, theta + step / 2, ... that is higher, but for rounding, or None."""
    for _ in range(_HALVINGS):
        tried = np.clip(theta + step, *limits)
        if (tried == theta).all():
            return None
        result = objective(tried)
        if result[0] > value - _ROUNDING * abs(value):
            return tried, result
        step = step / 2.0
    return None
