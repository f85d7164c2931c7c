"""The two ways to the expectation from the start of a gap agree where either could be used."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from scoring.purchase.regular import _by_counts, _by_integral, _fresh


@pytest.mark.parametrize("events", [0.05, 0.3, 0.499])
def test_the_sum_over_counts_agrees_with_the_integral(events: float) -> None:
    for a, B, R in itertools.product([1e-3, 0.7, 9.0], [1.3, 40.0], [0.02, 1.0, 60.0, 9000.0]):
        tau = np.array([events / (R + 1.0)])
        by_counts = _by_counts(tau, a, np.array([B]), np.array([R]))
        by_integral = _by_integral(tau, a, np.array([B]), np.array([R]))
        assert by_counts == pytest.approx(by_integral, rel=1e-10), (a, B, R)


def test_few_events_keep_their_digits() -> None:
    tau, R = np.array([1e-12]), np.array([0.8])
    expected = 0.5 * R * (R + 1.0) * tau**2
    assert _fresh(tau, 0.5, np.array([1.5]), R) == pytest.approx(expected, rel=1e-8, abs=0.0)
