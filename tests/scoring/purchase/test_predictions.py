"""What models foretell, against published tables, quadrature of the individual likelihood, and simulation."""

from __future__ import annotations

import mpmath  # type: ignore[import-untyped]
import numpy as np
import pytest

from scoring import purchase
from scoring.transactions import Customers

WEEK = 7.0
FHL = purchase.of("bg_nbd", r=0.243, alpha=4.414, a=0.793, b=2.426)
MODELS = [
    FHL,
    purchase.of("mbg_nbd", r=0.525, alpha=6.183, a=0.891, b=1.614),
    purchase.of("mbg_nbd", r=3.0, alpha=40.0, a=0.02, b=0.4),
    purchase.of("nbd", r=0.385, alpha=12.07),
    purchase.of("pareto_nbd", r=0.5534, alpha=10.5802, s=0.6061, beta=11.6562),
    purchase.of("mbg_cnbd_k", k=2, r=0.7, alpha=5.0, a=0.6, b=1.4),
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


def test_p18_p19_pareto_nbd(calibration: Customers) -> None:
    fit = purchase.of("pareto_nbd", r=0.5534, alpha=10.5802, s=0.6061, beta=11.6562)
    assert float(fit.p_alive(26, 30.86, 31.0)) == pytest.approx(0.9979, abs=1e-4)
    each = fit.expected_purchases(39.0, calibration.x, calibration.t_x / WEEK, calibration.T / WEEK)
    means = [each[np.minimum(calibration.x, 7) == x].mean() for x in range(8)]
    expected = [0.138, 0.6, 1.196, 1.714, 2.399, 2.907, 3.819, 6.403]
    assert means == pytest.approx(expected, abs=1e-3)


@pytest.mark.parametrize("fit", MODELS)
@pytest.mark.parametrize("history", [(0, 0.0, 20.0), (4, 9.0, 30.0), (300, 290.0, 300.0)])
def test_chances_ahead_sum_to_one_and_to_the_mean(
    fit: purchase.PurchaseFit, history: tuple[int, float, float]
) -> None:
    n = np.arange(4000)
    chances = fit.pmf_ahead(n, 50.0, *history)
    assert chances.sum() == pytest.approx(1.0, rel=1e-9)
    assert (n * chances).sum() == pytest.approx(float(fit.expected_purchases(50.0, *history)), rel=1e-9)
    assert 1.0 - chances[0] == pytest.approx(float(fit.p_return(50.0, *history)), rel=1e-9)


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


def test_mbg_without_dropout_is_the_nbd() -> None:
    mbg, nbd = purchase.of("mbg_nbd", r=0.7, alpha=9.0, a=1e-9, b=1.0), purchase.of("nbd", r=0.7, alpha=9.0)
    history = (np.arange(5), np.array([0.0, 3.0, 9.0, 20.0, 30.0]), 30.0)
    assert mbg.p_return(20.0, *history) == pytest.approx(nbd.p_return(20.0, *history), rel=1e-6)
    assert mbg.expected_purchases(20.0, *history) == pytest.approx(
        nbd.expected_purchases(20.0, *history), rel=1e-6
    )


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


@pytest.mark.parametrize("fit", MODELS)
def test_only_whole_numbers_of_purchases_have_a_chance(fit: purchase.PurchaseFit) -> None:
    assert not fit.pmf([-1.0, -3.0, 0.5, 2.5], 30.0).any()
    assert not fit.pmf_ahead([-1.0, 1.5], 30.0, 2, 10.0, 20.0).any()
    assert fit.pmf([0, 1, 2], 0.0) == pytest.approx([1.0, 0.0, 0.0])


@pytest.mark.parametrize("fit", MODELS)
@pytest.mark.parametrize(
    ("x", "t_x", "T"),
    [
        (-1, 0.0, 5.0),
        (1, 6.0, 5.0),
        (1, -1.0, 5.0),
        (float("nan"), 1.0, 5.0),
        (1, float("nan"), 5.0),
        (1, 1.0, float("inf")),
    ],
)
def test_histories_that_can_not_be_are_refused(
    fit: purchase.PurchaseFit, x: float, t_x: float, T: float
) -> None:
    for ask in (fit.expected_purchases, fit.p_return):
        with pytest.raises(ValueError, match="must be finite"):
            ask(30.0, [2, x], [1.0, t_x], [5.0, T])
    with pytest.raises(ValueError, match="must be finite"):
        fit.p_alive(x, t_x, T)
    with pytest.raises(ValueError, match="must be finite"):
        fit.pmf_ahead(1, 30.0, x, t_x, T)


@pytest.mark.parametrize("fit", MODELS)
@pytest.mark.parametrize("t", [-1.0, float("nan"), float("inf")])
def test_horizons_that_can_not_be_are_refused(fit: purchase.PurchaseFit, t: float) -> None:
    for ask in (
        fit.expected_new,
        lambda ahead: fit.pmf(1, ahead),
        lambda ahead: fit.p_return(ahead, 1, 1, 2),
    ):
        with pytest.raises(ValueError, match="t must be finite"):
            ask(t)
    with pytest.raises(ValueError, match="n must be finite"):
        fit.pmf(t if t > 0 or t != t else float("nan"), 1.0)
