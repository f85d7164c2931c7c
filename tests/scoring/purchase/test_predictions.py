"""What models foretell, against published tables, quadrature of the individual likelihood, and simulation."""

from __future__ import annotations

import mpmath  # type: ignore[import-untyped]
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from scoring import purchase
from scoring.transactions import Customers

WEEK = 7.0
FHL = purchase.of("bg_nbd", r=0.243, alpha=4.414, a=0.793, b=2.426)
MODELS = [
    FHL,
    purchase.of("mbg_nbd", r=0.525, alpha=6.183, a=0.891, b=1.614),
    purchase.of("mbg_nbd", r=3.0, alpha=40.0, a=0.02, b=0.4),
    purchase.of("nbd", r=0.385, alpha=12.07),
]


@pytest.fixture(scope="module")
def bg(calibration: Customers) -> purchase.PurchaseFit:
    return purchase.fit("bg_nbd", calibration.x, calibration.t_x / WEEK, calibration.T / WEEK)


def test_p04_p09_new_customers(bg: purchase.PurchaseFit) -> None:
    assert float(bg.expected_new(52.0)) == pytest.approx(1.444004, rel=2e-5)
    t = [0.1429, 1.0, 3.0, 31.8571, 32.0, 78.0]
    assert bg.expected_new(t) == pytest.approx([0.0078, 0.0532, 0.1506, 1.0405, 1.0437, 1.8576], abs=5e-4)


def test_p05_one_customer(bg: purchase.PurchaseFit) -> None:
    history = (26, 30.85714, 31.0)
    assert float(bg.expected_purchases(52.0, *history)) == pytest.approx(25.75659, rel=1e-4)
    assert float(bg.p_alive(*history)) == pytest.approx(0.9688523, rel=1e-4)


def test_p06_more_purchases_then_silence(bg: purchase.PurchaseFit) -> None:
    expected = [0.3474606, 0.04283391, 0.004158973, 0.0003583685]
    assert bg.expected_purchases(52.0, [10, 15, 20, 25], 20.0, 39.0) == pytest.approx(expected, rel=2e-4)


def test_p07_by_calibration_frequency(bg: purchase.PurchaseFit, calibration: Customers) -> None:
    each = bg.expected_purchases(39.0, calibration.x, calibration.t_x / WEEK, calibration.T / WEEK)
    means = [each[np.minimum(calibration.x, 7) == x].mean() for x in range(8)]
    expected = [0.2250893, 0.5231364, 1.044126, 1.520256, 2.163824, 2.653789, 3.503957, 6.157036]
    assert means == pytest.approx(expected, rel=1e-4)


def test_p08_p10_fixed_parameters() -> None:
    assert float(FHL.expected_purchases(39.0, 2, 30.43, 38.86)) == pytest.approx(1.226, abs=5e-4)
    assert FHL.pmf([0, 10], [39.0, 2.0]) == pytest.approx([0.5737864, 1.07869e-07], rel=1e-5)


@pytest.mark.parametrize("fit", MODELS)
def test_pmf_sums_to_one_and_to_the_mean(fit: purchase.PurchaseFit) -> None:
    n = np.arange(4000)
    probabilities = fit.pmf(n, 30.0)
    assert probabilities.sum() == pytest.approx(1.0, rel=1e-9)
    assert (n * probabilities).sum() == pytest.approx(float(fit.expected_new(30.0)), rel=1e-9)


def quadrature(fit: purchase.PurchaseFit, x: int, t_x: float, T: float, t: float) -> tuple[float, float]:
    """P(alive) and P(return) by integrating a single customer's likelihood over the two mixing densities.

    `l^x e^(-l t_x) (1-p)^m * (p / (1-p) [left after the last purchase] + e^(-l (T - t_x)) [alive])`, where m
    is the number of chances to leave that an alive customer has come through.
    """
    r, alpha, a, b = (mpmath.mpf(value) for value in fit.parameters.values())
    m = x + (fit.model == "mbg_nbd")

    def over_rates(age: float, ahead: float) -> mpmath.mpf:
        shape, k = r + x, min(r + x, mpmath.mpf(1))  # in v = rate^k, which takes the pole at 0 away

        def density(v: mpmath.mpf) -> mpmath.mpf:
            rate = v ** (1 / k)
            return v ** (shape / k - 1) * mpmath.exp(-rate * (alpha + age)) * -mpmath.expm1(-rate * ahead)

        rates = [0, 0.01, 0.1, 0.3, 0.5, 0.7, 0.85, 1, 1.2, 1.4, 1.7, 2, 3, 4, 10, 40, 400]
        return mpmath.quad(density, [(rate * shape / (alpha + age)) ** k for rate in rates])

    def over_dropout(left: int, stayed: int) -> mpmath.mpf:
        return mpmath.quad(
            lambda p: p ** (a - 1 + left) * (1 - p) ** (b - 1 + stayed), [0, 0.01, 0.05, 0.2, 0.5, 1]
        )

    alive = over_rates(T, mpmath.inf) * over_dropout(0, m)
    gone = over_rates(t_x, mpmath.inf) * over_dropout(1, m - 1) if m else mpmath.mpf(0)
    back = over_rates(T, t) * over_dropout(0, m)
    return float(alive / (alive + gone)), float(back / (alive + gone))


@pytest.mark.parametrize("history", [(0, 0.0, 30.0, 10.0), (3, 12.5, 39.0, 90.0), (25, 20.0, 22.0, 1.0)])
@pytest.mark.parametrize("fit", MODELS[:2], ids=lambda fit: fit.model)
def test_alive_and_return_by_quadrature(
    fit: purchase.PurchaseFit, history: tuple[int, float, float, float]
) -> None:
    x, t_x, T, t = history
    alive, back = quadrature(fit, x, t_x, T, t)
    assert float(fit.p_alive(x, t_x, T)) == pytest.approx(alive, rel=1e-9)
    assert float(fit.p_return(t, x, t_x, T)) == pytest.approx(back, rel=1e-9)


def simulated(
    seed: int, n: int, T: float, t: float
) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]]:
    """x, t_x and purchases in (T, T + t] of customers with MBG/NBD rates (.6, 8) and drop-out (.8, 1.6)."""
    generator = np.random.default_rng(seed)
    rate, leave = generator.gamma(0.6, 1 / 8.0, n), generator.beta(0.8, 1.6, n)
    x, t_x, later, now = np.zeros(n, np.int64), np.zeros(n), np.zeros(n, np.int64), np.zeros(n)
    alive = generator.random(n) >= leave
    while alive.any():
        now[alive] += generator.exponential(1.0 / np.maximum(rate[alive], 1e-300))
        alive &= now <= T + t
        before = alive & (now <= T)
        x[before] += 1
        t_x[before] = now[before]
        later += alive & (now > T)
        alive &= generator.random(n) >= leave
    return x, t_x, later


def test_return_and_expectation_come_true_in_simulation() -> None:
    T, t = 40.0, 25.0
    fit = purchase.of("mbg_nbd", r=0.6, alpha=8.0, a=0.8, b=1.6)
    x, t_x, later = simulated(11, 200_000, T, t)
    back, expected = fit.p_return(t, x, t_x, T), fit.expected_purchases(t, x, t_x, T)
    groups = [x == 0, x == 1, (x == 2) & (t_x > 20), (x >= 3) & (t_x > 30), (x >= 3) & (t_x <= 30)]
    for group in groups:
        n, share = group.sum(), back[group].mean()
        assert n > 2000
        assert abs((later[group] > 0).mean() - share) < 4 * (share * (1 - share) / n) ** 0.5
        assert abs(later[group].mean() - expected[group].mean()) < 4 * later[group].std() / n**0.5


def test_mbg_without_dropout_is_the_nbd() -> None:
    mbg, nbd = purchase.of("mbg_nbd", r=0.7, alpha=9.0, a=1e-9, b=1.0), purchase.of("nbd", r=0.7, alpha=9.0)
    history = (np.arange(5), np.array([0.0, 3.0, 9.0, 20.0, 30.0]), 30.0)
    assert mbg.p_return(20.0, *history) == pytest.approx(nbd.p_return(20.0, *history), rel=1e-6)
    assert mbg.expected_purchases(20.0, *history) == pytest.approx(
        nbd.expected_purchases(20.0, *history), rel=1e-6
    )


POSITIVE = st.floats(1e-3, 1e3)


@given(
    st.sampled_from(["mbg_nbd", "bg_nbd"]),
    st.tuples(POSITIVE, POSITIVE, POSITIVE, POSITIVE),
    st.integers(0, 5000),
    st.floats(0.0, 1.0),
    st.floats(0.0, 5000.0),
)
def test_figures_are_finite_bounded_and_monotone(
    model: str, values: tuple[float, ...], x: int, share: float, T: float
) -> None:
    fit = purchase.of(model, **dict(zip(("r", "alpha", "a", "b"), values, strict=True)))
    t_x = share * T if x else 0.0
    t = np.array([0.0, 1.0, 30.0, 365.0, 3650.0])
    alive, back = float(fit.p_alive(x, t_x, T)), fit.p_return(t, x, t_x, T)
    expected = fit.expected_purchases(t, x, t_x, T)
    assert 0.0 <= alive <= 1.0
    assert np.isfinite(back).all()
    assert np.isfinite(expected).all()
    assert back[0] == expected[0] == 0.0
    assert (np.diff(back) >= 0).all()
    assert (np.diff(expected) >= -1e-9 * expected[1:]).all()
    assert (back <= alive * (1 + 1e-12)).all()
    assert (back <= expected * (1 + 1e-9)).all()
    if x:
        assert alive <= float(fit.p_alive(x, T, T)) * (1 + 1e-12)


def test_far_out_histories_give_numbers() -> None:
    x = np.array([0, 1, 1500, 5000, 5000])
    T = np.array([0.0, 1.0, 1500.0, 5000.0, 5000.0])
    t_x = np.array([0.0, 1.0, 1499.0, 5000.0, 10.0])
    for fit in MODELS:
        for t in (1.0, 365.0, 3652.5):
            for figure in (
                fit.p_alive(x, t_x, T),
                fit.p_return(t, x, t_x, T),
                fit.expected_purchases(t, x, t_x, T),
            ):
                assert np.isfinite(figure).all()
