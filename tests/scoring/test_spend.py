"""Gamma-Gamma against published tables, and on odd data.

Sources: Fader & Hardie 2013 and the tests of CLVTools (P20, P21); Hardie's note 025 via lifetimes (P22).
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from scoring import spend
from scoring.transactions import Customers

VALUES = st.lists(st.tuples(st.integers(1, 40), st.floats(1e-3, 1e7)), max_size=40)


@pytest.fixture(scope="module")
def repeats(calibration: Customers, cdnow_sample: Any) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Repeat transactions of each customer of the calibration period and their mean value in dollars."""
    customer, day, amount = cdnow_sample.customer, cdnow_sample.day, cdnow_sample.amount
    own = np.searchsorted(calibration.id, customer)
    repeat = (day > calibration.first_day[own]) & (day <= calibration.as_of)
    total = np.bincount(own[repeat], weights=amount[repeat] / 10_000, minlength=len(calibration))
    return calibration.x.astype(np.int64), total / np.maximum(calibration.x, 1)


def test_p20_p21_repeat_transactions(repeats: tuple[NDArray[np.int64], NDArray[np.float64]]) -> None:
    count, mean = repeats
    fit = spend.fit(count[mean > 0], mean[mean > 0])
    assert list(fit.parameters.values()) == pytest.approx([6.25, 3.74, 15.44], rel=2e-3)
    assert fit.log_likelihood == pytest.approx(-4055.9177, abs=0.002)
    assert fit.flags == ()


def test_p22_first_ten_customers(repeats: tuple[NDArray[np.int64], NDArray[np.float64]]) -> None:
    count, mean = repeats
    expected = [24.65, 18.91, 35.17, 35.17, 35.17, 71.46, 18.91, 35.17, 27.28, 35.17]
    fit = spend.of(p=6.25, q=3.74, gamma=15.44)
    assert fit.expected_spend(count[:10], mean[:10]) == pytest.approx(expected, abs=0.1)


def test_gradient_and_hessian_are_the_derivatives() -> None:
    generator = np.random.default_rng(4)
    data = spend._Data.of(
        generator.integers(1, 9, 50).astype(float), generator.uniform(0.2, 5, 50), generator.uniform(1, 2, 50)
    )
    at = np.array([1.7, 2.9, 0.8])
    _, gradient, hessian = spend._log_likelihood(at, data)
    for i in range(3):
        step = np.zeros(3)
        step[i] = 1e-5
        above, below = spend._log_likelihood(at + step, data), spend._log_likelihood(at - step, data)
        assert (above[0] - below[0]) / 2e-5 == pytest.approx(gradient[i], rel=1e-6, abs=1e-6)
        assert (above[1] - below[1]) / 2e-5 == pytest.approx(hessian[i], rel=1e-6, abs=1e-6)


def drawn(n: int, seed: int = 3) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    generator = np.random.default_rng(seed)
    count = generator.geometric(0.4, n)
    rate = generator.gamma(4.0, 1 / 20.0, n)
    return count, generator.gamma(5.0 * count) / rate / count


def test_parameters_are_found_again_in_simulation() -> None:
    fit = spend.fit(*drawn(60_000))
    for value, error, true in zip(
        fit.parameters.values(), fit.standard_errors.values(), (5.0, 4.0, 20.0), strict=True
    ):
        assert abs(value - true) < 4 * error < true / 5
    assert fit.flags == ()


def test_the_unit_of_money_does_not_matter() -> None:
    count, mean = drawn(500)
    small, large = spend.fit(count, mean), spend.fit(count, mean * 10_000)
    assert large.parameters["gamma"] == pytest.approx(10_000 * small.parameters["gamma"], rel=1e-6)
    assert large.parameters["q"] == pytest.approx(small.parameters["q"], rel=1e-6)
    assert large.log_likelihood == pytest.approx(small.log_likelihood - 500 * np.log(10_000))


def test_weights_are_repetitions() -> None:
    count, mean = drawn(200)
    weights = np.arange(200) % 4
    weighted = spend.fit(count, mean, weights)
    repeated = spend.fit(np.repeat(count, weights), np.repeat(mean, weights))
    assert list(weighted.parameters.values()) == pytest.approx(list(repeated.parameters.values()), rel=1e-6)
    assert weighted.correlation == pytest.approx(repeated.correlation)


def test_estimates_shrink_to_the_shop_and_less_with_more_orders() -> None:
    fit = spend.of(p=6.25, q=3.74, gamma=15.44)
    assert fit.mean_value == pytest.approx(float(fit.expected_spend(0, 1.0)))
    estimates = fit.expected_spend([1, 5, 50, 5000], 100.0)
    assert (np.diff(estimates) > 0).all()
    assert estimates[-1] == pytest.approx(100.0, rel=1e-3)


def test_spend_that_rises_with_frequency_is_flagged() -> None:
    count, mean = drawn(2_000)
    assert spend.DEPENDS_ON_FREQUENCY not in spend.fit(count, mean).flags
    tied = spend.fit(count, mean * count**2)
    assert spend.DEPENDS_ON_FREQUENCY in tied.flags
    assert tied.correlation > 0.3


def test_too_few_customers_lean_on_the_shops_mean() -> None:
    fit = spend.fit([1, 3], [10.0, 30.0])
    assert fit.flags == (spend.TOO_FEW,)
    assert fit.heuristic
    assert fit.expected_spend([1, 3], [10.0, 30.0]).tolist() == [15.0, 27.5]


def test_a_tail_without_a_mean_is_flagged() -> None:
    values = np.random.default_rng(1).pareto(0.5, 400) + 1e-3
    fit = spend.fit(np.ones(400), values)
    assert spend.NO_FINITE_MEAN in fit.flags
    own = fit.expected_spend(1, values)
    assert own == pytest.approx((values + values.mean()) / 2)


@pytest.mark.parametrize(
    ("count", "mean"),
    [
        ([], []),
        ([1], [5.0]),
        ([2] * 40, [20.0] * 40),
        ([1] * 40, [20.0] * 39 + [1e12]),
        ([1] * 40, np.linspace(5.0, 80.0, 40)),
        ([1, 2, 3, 2] * 10, [1e-4] * 39 + [1e14]),
        (range(1, 41), [1e-4] * 40),
        ([1] * 39 + [5000], np.geomspace(1e-4, 1e10, 40)),
    ],
)
def test_odd_data_gives_finite_numbers(count: Any, mean: Any) -> None:
    fit = spend.fit(count, mean)
    assert all(np.isfinite(value) for value in fit.parameters.values())
    assert np.isfinite(fit.log_likelihood) or fit.flags == (spend.TOO_FEW,)
    assert (np.array(list(fit.standard_errors.values())) >= 0).all() or fit.flags
    worth = fit.expected_spend(np.array(count, float), np.array(mean, float))
    assert np.isfinite(worth).all()
    assert (worth > 0).all()


def test_weights_of_nobody_fit_nothing() -> None:
    fit = spend.fit([1, 2], [3.0, 4.0], [0.0, 0.0])
    assert fit.flags == (spend.TOO_FEW,)
    assert fit.mean_value == 0.0
    assert np.isnan(fit.correlation)
    assert fit.expected_spend(2, 6.0) == 4.0


@settings(max_examples=60, deadline=None)
@given(VALUES)
def test_any_data_can_be_fitted(rows: list[tuple[int, float]]) -> None:
    count, mean = np.array(rows, float).reshape(-1, 2).T
    worth = spend.fit(count, mean).expected_spend(count, mean)
    assert np.isfinite(worth).all()
    assert (worth > 0).all()


@pytest.mark.parametrize(
    ("count", "mean", "weights", "message"),
    [
        ([0], [1.0], None, "whole numbers >= 1"),
        ([1.5], [1.0], None, "whole numbers >= 1"),
        ([1], [0.0], None, "positive"),
        ([1], [np.inf], None, "positive"),
        ([1, 2], [1.0], None, "same length"),
        ([1], [1.0], [-1.0], "not negative"),
    ],
)
def test_misuse_is_refused(count: Any, mean: Any, weights: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        spend.fit(count, mean, weights)


def test_parameters_must_have_a_mean() -> None:
    with pytest.raises(ValueError, match="above 1"):
        spend.of(p=1.0, q=1.0, gamma=1.0)
