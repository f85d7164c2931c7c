"""What holds for any parameters and any history."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring import purchase

POSITIVE = st.floats(1e-3, 1e3)
NAMES = {
    "bg_nbd": ("r", "alpha", "a", "b"),
    "mbg_nbd": ("r", "alpha", "a", "b"),
    "mbg_cnbd_k": ("r", "alpha", "a", "b"),
    "pareto_nbd": ("r", "alpha", "s", "beta"),
    "nbd": ("r", "alpha"),
}
every_model = pytest.mark.parametrize("model", sorted(NAMES))
VALUES = st.tuples(POSITIVE, POSITIVE, POSITIVE, POSITIVE)
LESS = 1.0 - 1e-9


def of(model: str, values: tuple[float, ...]) -> purchase.PurchaseFit:
    fixed = {"k": 2.0} if model == "mbg_cnbd_k" else {}
    return purchase.of(model, **fixed, **dict(zip(NAMES[model], values, strict=False)))


@every_model
@settings(deadline=None)
@given(VALUES, st.integers(0, 5000), st.floats(0.0, 1.0), st.floats(0.0, 5000.0))
def test_figures_are_finite_bounded_and_rise_with_the_horizon(
    model: str, values: tuple[float, ...], x: int, share: float, T: float
) -> None:
    fit, t_x = of(model, values), share * T if x else 0.0
    t = np.array([0.0, 1.0, 30.0, 365.0, 3652.0])
    alive, back = float(fit.p_alive(x, t_x, T)), fit.p_return(t, x, t_x, T)
    expected = fit.expected_purchases(t, x, t_x, T)
    assert 0.0 <= alive <= 1.0
    assert np.isfinite(back).all()
    assert np.isfinite(expected).all()
    assert back[0] == expected[0] == 0.0
    assert (back[1:] >= back[:-1] * LESS).all()
    assert (expected[1:] >= expected[:-1] * LESS).all()
    assert (back * LESS <= alive).all()
    assert (back * LESS <= expected).all()


@every_model
@settings(deadline=None)
@given(VALUES, st.integers(1, 5000), st.floats(0.0, 2000.0))
def test_silence_never_raises_the_chance_of_being_alive(
    model: str, values: tuple[float, ...], x: int, t_x: float
) -> None:
    alive = of(model, values).p_alive(x, t_x, t_x + np.array([0.0, 1e-3, 1.0, 50.0, 800.0, 3652.0]))
    assert (alive[1:] * LESS <= alive[:-1]).all()


@every_model
@settings(deadline=None, max_examples=40)
@given(VALUES, st.integers(0, 5000), st.floats(0.0, 1.0), st.floats(0.0, 5000.0), st.floats(0.0, 3652.0))
def test_chances_of_counts_are_chances(
    model: str, values: tuple[float, ...], x: int, share: float, T: float, t: float
) -> None:
    chances = of(model, values).pmf_ahead(np.arange(60), t, x, share * T if x else 0.0, T)
    assert (chances >= 0.0).all()
    assert chances.sum() <= 1.0 + 1e-9


@every_model
@settings(deadline=None, max_examples=40)
@given(VALUES, st.integers(0, 60), st.floats(0.0, 1.0), st.floats(0.1, 500.0), st.floats(0.01, 100.0))
def test_the_unit_of_time_is_free(
    model: str, values: tuple[float, ...], x: int, share: float, T: float, unit: float
) -> None:
    scaled = [
        value * unit if name in ("alpha", "beta") else value
        for name, value in zip(NAMES[model], values, strict=False)
    ]
    one, other, t_x, t = of(model, values), of(model, tuple(scaled)), share * T if x else 0.0, 40.0
    history, same = (x, t_x, T), (x, t_x * unit, T * unit)
    for figure, twin in (
        (one.p_alive(*history), other.p_alive(*same)),
        (one.p_return(t, *history), other.p_return(t * unit, *same)),
        (one.expected_purchases(t, *history), other.expected_purchases(t * unit, *same)),
        (one.pmf_ahead(2, t, *history), other.pmf_ahead(2, t * unit, *same)),
    ):
        assert float(twin) == pytest.approx(float(figure), rel=1e-8, abs=1e-280)


@every_model
def test_rows_are_told_one_by_one(model: str) -> None:
    generator = np.random.default_rng(5)
    fit = of(model, (0.6, 9.0, 0.8, 1.7))
    x = generator.integers(0, 9, 40)
    T = generator.uniform(1.0, 90.0, 40)
    t_x = np.where(x > 0, T * generator.uniform(0.0, 1.0, 40), 0.0)
    t = np.array([[5.0], [300.0]])
    together = fit.expected_purchases(t, x, t_x, T), fit.p_return(t, x, t_x, T)
    counts = fit.pmf_ahead(3, t, x, t_x, T)
    assert together[0].shape == counts.shape == (2, 40)
    for i in range(40):
        one = (x[i], t_x[i], T[i])
        assert fit.expected_purchases(t[:, 0], *one) == pytest.approx(together[0][:, i], rel=1e-9)
        assert fit.p_return(t[:, 0], *one) == pytest.approx(together[1][:, i], rel=1e-12)
        assert fit.pmf_ahead(3, t[:, 0], *one) == pytest.approx(counts[:, i], rel=1e-12)


@every_model
def test_nobody_and_no_time_ahead(model: str) -> None:
    fit = of(model, (0.6, 9.0, 0.8, 1.7))
    assert fit.expected_purchases(30.0, [], [], []).shape == (0,)
    assert fit.pmf_ahead(2, 30.0, [], [], []).shape == (0,)
    assert fit.pmf_ahead([0, 1, 2], 0.0, 3, 5.0, 9.0).tolist() == pytest.approx([1.0, 0.0, 0.0])
