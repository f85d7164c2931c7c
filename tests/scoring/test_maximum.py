"""The maximiser on functions whose maximum is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from scoring.maximum import Prior, maximise

Floats = NDArray[np.float64]
BOUNDS = (np.full(2, 1e-4), np.full(2, 1e4))


def gamma_like(parameters: Floats, /) -> tuple[float, Floats, Floats]:
    """`sum n log v - k v` with its maximum at n / k and information n in log parameters."""
    n, k = np.array([40.0, 9.0]), np.array([5.0, 300.0])
    value = float((n * np.log(parameters) - k * parameters).sum())
    return value, n / parameters - k, np.diag(-n / parameters**2)


def rising(parameters: Floats, /) -> tuple[float, Floats, Floats]:
    """Without a maximum in the first parameter."""
    value, gradient, hessian = gamma_like(parameters)
    first = parameters[0]
    value += 5.0 * first - 40.0 * np.log(first) - 1.0 / first
    gradient[0], hessian[0, 0] = first**-2.0, -2.0 * first**-3.0
    return float(value), gradient, hessian


@pytest.mark.parametrize("start", [[1.0, 1.0], [1e-4, 1e4], [500.0, 1e-3]])
def test_finds_the_maximum_from_afar(start: list[float]) -> None:
    best = maximise(gamma_like, np.array(start), BOUNDS)
    assert best.parameters == pytest.approx([8.0, 0.03])
    assert best.standard_errors == pytest.approx(best.parameters / np.sqrt([40.0, 9.0]))
    assert best.condition == pytest.approx(40 / 9)
    assert best.log_likelihood == pytest.approx(gamma_like(np.array([8.0, 0.03]))[0])
    assert not best.at_bound


def test_stops_at_a_bound_and_says_so() -> None:
    best = maximise(rising, np.array([2.0, 2.0]), BOUNDS)
    assert best.at_bound
    assert best.parameters == pytest.approx([1e4, 0.03])


def test_a_prior_pulls_to_its_median() -> None:
    prior = Prior(np.array([2.0, 0.03]), np.array([0.05, 1.0]))
    best = maximise(gamma_like, np.ones(2), BOUNDS, prior=prior)
    assert 2.0 < best.parameters[0] < 3.0
    assert best.parameters[1] == pytest.approx(0.03)
    assert best.log_likelihood == pytest.approx(gamma_like(best.parameters)[0])
    information = np.array([5.0, 300.0]) * best.parameters + prior.spread**-2.0
    assert best.standard_errors == pytest.approx(best.parameters / np.sqrt(information))


def test_a_sample_only_starts_the_search() -> None:
    best = maximise(gamma_like, np.ones(2), BOUNDS, sample=rising)
    assert best.parameters == pytest.approx([8.0, 0.03])
