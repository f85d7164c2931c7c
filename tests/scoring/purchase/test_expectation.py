"""The expectation integral against its closed form in 2F1, at 50 digits."""

from __future__ import annotations

import itertools

import mpmath  # type: ignore[import-untyped]
import numpy as np
import pytest

from scoring.purchase.expectation import purchases_if_alive


def closed_form(tau: float, a: float, B: float, R: float) -> float:
    """`(C-1)/(a-1) * (1 - (1+tau)^(1-a) * 2F1(a-1, C-1-R; C-1; tau/(1+tau)))` with C = a + B, for a != 1."""
    with mpmath.workdps(50):
        t, one_less, c, shape = mpmath.mpf(tau), mpmath.mpf(a) - 1, mpmath.mpf(a) + B - 1, mpmath.mpf(R)
        power = (1 + t) ** -one_less * mpmath.hyp2f1(one_less, c - shape, c, t / (1 + t))
        return float(c / one_less * (1 - power))


@pytest.mark.parametrize("a", [0.0005, 0.1, 0.9, 0.999999, 1.000001, 2.5, 30.0])
def test_hard_points_to_twelve_digits(a: float) -> None:
    others = itertools.product([(0.3, 1.6), (8.0, 0.2)], [0, 1, 40, 1500, 5000], [0.01, 1.0, 30.0, 3650.0])
    for (r, b), x, tau in others:
        B, R = b + x + 1.0, r + x
        value = purchases_if_alive(np.array([tau]), np.zeros(1, np.intp), a, np.array([B]), np.array([R]))
        assert value[0] == pytest.approx(closed_form(tau, a, B, R), rel=1e-11), (r, b, x, tau)


def test_the_pole_at_one_is_none() -> None:
    at, below, above = (
        purchases_if_alive(np.array([50.0]), np.zeros(1, np.intp), a, np.array([3.0]), np.array([2.0]))[0]
        for a in (1.0, 1.0 - 1e-9, 1.0 + 1e-9)
    )
    assert below == pytest.approx(at, rel=1e-8)
    assert above == pytest.approx(at, rel=1e-8)


@pytest.mark.parametrize(("a", "r", "b"), [(0.02, 0.3, 0.4), (0.9, 0.6, 1.6), (6.0, 4.0, 3.0)])
@pytest.mark.parametrize("longest", [0.5, 60.0, 3650.0])
def test_the_series_agrees_with_the_integral(a: float, r: float, b: float, longest: float) -> None:
    x = np.array([0.0, 1.0, 7.0, 300.0])
    tau = np.tile(np.geomspace(1e-3, 1.0, 150) * longest, len(x))
    group = np.repeat(np.arange(len(x)), 150)
    many = purchases_if_alive(tau, group, a, b + x + 1.0, r + x)
    few = [
        purchases_if_alive(tau[i : i + 1], np.zeros(1, np.intp), a, b + x[[g]] + 1.0, r + x[[g]])[0]
        for i, g in enumerate(group)
    ]
    np.testing.assert_allclose(many, few, rtol=1e-9)


def test_parameters_at_the_edge_of_their_range_stay_finite() -> None:
    tau, group = np.geomspace(1e-9, 1e8, 300), np.zeros(300, np.intp)
    for a, b, r in itertools.product([1e-5, 1.0, 1e5], repeat=3):
        values = purchases_if_alive(tau, group, a, np.array([b]), np.array([r]))
        assert np.isfinite(values).all()
        assert (values >= 0).all()
        assert (np.diff(values) >= -1e-9 * values[1:]).all()


def test_nothing_is_asked() -> None:
    assert purchases_if_alive(np.zeros(0), np.zeros(0, np.intp), 1.0, np.ones(1), np.ones(1)).shape == (0,)
    none = purchases_if_alive(np.zeros(100), np.zeros(100, np.intp), 1.0, np.ones(1), np.ones(1))
    assert not none.any()
