"""Customers drawn from the purchase models, purchase by purchase."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Histories(NamedTuple):
    """One entry a customer: purchases by T, time of the last one, T, purchases in (T, T + t], log gaps."""

    x: NDArray[np.int64]
    t_x: Floats
    T: Floats
    later: NDArray[np.int64]
    sum_log_gap: Floats


def draw(
    generator: np.random.Generator, model: str, parameters: dict[str, float], T: Floats, t: float = 0.0
) -> Histories:
    """Customers of a purchase model observed for T, shape (n,), and for t more."""
    n, k = len(T), int(parameters.get("k", 1))
    rate = generator.gamma(parameters["r"], 1.0 / parameters["alpha"], n)
    leave, left_at = np.zeros(n), np.full(n, np.inf)
    if "s" in parameters:
        left_at = generator.exponential(1.0 / generator.gamma(parameters["s"], 1.0 / parameters["beta"], n))
    elif "a" in parameters:
        leave = generator.beta(parameters["a"], parameters["b"], n)
    x, t_x, later, now = np.zeros(n, np.int64), np.zeros(n), np.zeros(n, np.int64), np.zeros(n)
    log_gaps = np.zeros(n)
    alive = generator.random(n) >= leave if model.startswith("mbg") else np.ones(n, np.bool_)
    end = np.minimum(T + t, left_at)
    while alive.any():
        gap = generator.gamma(k, 1.0 / np.maximum(rate[alive], 1e-12))
        now[alive] += gap
        before = alive & (now <= np.minimum(T, end))
        log_gaps[before] += np.log(gap[before[alive]])
        x[before] += 1
        t_x[before] = now[before]
        later += alive & (now > T) & (now <= end)
        alive &= now <= end
        alive &= generator.random(n) >= leave
    return Histories(x, t_x, T, later, log_gaps)
