"""Intervals of customers: against simulation, against 40 digits, and on odd histories."""

from __future__ import annotations

import mpmath  # type: ignore[import-untyped]
import numpy as np
import pytest
from numpy.typing import NDArray

from scoring import clv, intervals, purchase, spend

YEAR = 365.25
MBG = purchase.of("mbg_nbd", r=0.7, alpha=60.0, a=0.6, b=1.2)
NBD = purchase.of("nbd", r=0.7, alpha=60.0)
SPEND = spend.of(p=5.0, q=3.0, gamma=20.0)
HISTORIES = {
    "regular": (4.0, 300.0, 330.0, 30.0),
    "frequent": (40.0, 390.0, 400.0, 12.5),
    "silent": (6.0, 60.0, 150.0, 80.0),
    "fresh": (0.0, 0.0, 3.0, 25.0),
}
DRAWS = 200_000


def simulated(x: float, t_x: float, T: float, mean: float) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Numbers and values of a year's transactions, drawn step by step from the posteriors under MBG."""
    generator = np.random.default_rng(17)
    alive = generator.random(DRAWS) < float(MBG.p_alive(x, t_x, T))
    rate = generator.gamma(0.7 + x, 1.0 / (60.0 + T), DRAWS)
    leaves = generator.beta(0.6, 1.2 + x + 1.0, DRAWS)
    count, clock = np.zeros(DRAWS, np.int64), np.zeros(DRAWS)
    active = np.flatnonzero(alive)
    while len(active):
        clock[active] += generator.exponential(1.0 / rate[active])
        active = active[clock[active] <= YEAR]
        count[active] += 1
        active = active[generator.random(len(active)) >= leaves[active]]
    nu = generator.gamma(3.0 + 5.0 * (x + 1.0), 1.0 / (20.0 + (x + 1.0) * mean), DRAWS)
    return count, np.where(count > 0, generator.gamma(5.0 * np.maximum(count, 1)) / nu, 0.0)


@pytest.mark.parametrize("name", HISTORIES)
def test_bounds_are_the_quantiles_of_simulated_futures(name: str) -> None:
    x, t_x, T, mean = HISTORIES[name]
    count, value = simulated(x, t_x, T, mean)
    for level in (0.5, 0.9):
        outside = (1.0 - level) / 2.0
        error = 4.0 * np.sqrt(outside * (1.0 - outside) / DRAWS)
        for bounds, drawn in (
            (intervals.transactions(MBG, YEAR, x, t_x, T, level), count),
            (intervals.value(MBG, SPEND, YEAR, x, t_x, T, x + 1.0, mean, level), value),
        ):
            for bound, share in zip(bounds, (outside, 1.0 - outside), strict=True):
                assert (drawn < bound).mean() <= share + error
                assert (drawn <= bound).mean() >= share - error


def exact_cdf(amount: float, x: int, T: float, count: int, mean: float) -> mpmath.mpf:
    """Probability of no more than the amount within a year under the NBD and Gamma-Gamma."""
    with mpmath.workdps(40):
        shape, odds = mpmath.mpf(0.7) + x, mpmath.mpf(YEAR) / (60 + mpmath.mpf(T))
        unit = 20 + count * mpmath.mpf(mean)
        ratio = mpmath.mpf(amount) / unit
        chance = (1 + odds) ** -shape
        total, n = chance, 0
        while n < 20 or chance > mpmath.mpf(10) ** -14:
            chance *= (shape + n) / (n + 1) * odds / (1 + odds)
            n += 1
            total += chance * mpmath.betainc(5 * n, 3 + 5 * count, 0, ratio / (1 + ratio), regularized=True)
        return total


@pytest.mark.parametrize(("x", "T", "mean"), [(1, 30.0, 40.0), (3, 700.0, 5.5), (12, 90.0, 1000.0)])
@pytest.mark.parametrize("level", [0.5, 0.9, 0.99])
def test_values_to_40_digits(x: int, T: float, mean: float, level: float) -> None:
    low, high = intervals.value(NBD, SPEND, YEAR, x, T, T, x + 1, mean, level)
    outside = (1.0 - level) / 2.0
    none = float(NBD.pmf_ahead(0, YEAR, x, T, T))
    for bound, share in ((low, outside), (high, 1.0 - outside)):
        if share <= none:
            assert bound == 0.0
        else:
            assert float(exact_cdf(float(bound), x, T, x + 1, mean)) == pytest.approx(
                share, abs=2e-6 * outside
            )


def test_counts_are_the_least_that_reach_the_probability() -> None:
    x, T = np.array([0.0, 2.0, 9.0, 60.0]), np.array([10.0, 400.0, 90.0, 365.0])
    low, high = intervals.transactions(NBD, YEAR, x, T * (x > 0), T)
    n = np.arange(2000.0)
    reached = np.cumsum(NBD.pmf_ahead(n, YEAR, x[:, None], (T * (x > 0))[:, None], T[:, None]), axis=1)
    for bound, share in ((low, 0.05), (high, 0.95)):
        np.testing.assert_array_equal(bound, np.argmax(reached >= share, axis=1))


def test_a_higher_level_is_wider() -> None:
    x, t_x, T, mean = np.array(list(HISTORIES.values())).T
    narrow = intervals.value(MBG, SPEND, YEAR, x, t_x, T, x + 1.0, mean, 0.5)
    wide = intervals.value(MBG, SPEND, YEAR, x, t_x, T, x + 1.0, mean, 0.99)
    assert (wide[0] <= narrow[0]).all()
    assert (wide[1] > narrow[1]).all()


PARAMETERS = {"r": 0.7, "alpha": 60.0, "a": 0.6, "b": 1.2, "s": 0.6, "beta": 80.0, "k": 2.0}


@pytest.mark.parametrize("model", purchase.MODELS)
def test_odd_histories_have_finite_bounds(model: str) -> None:
    known = purchase.MODELS[model]
    fit = purchase.of(model, **{name: PARAMETERS[name] for name in (*known.fixed, *known.names)})
    x = np.array([0.0, 0.0, 5000.0, 5000.0, 1.0, 30.0])
    t_x = np.array([0.0, 0.0, 5000.0, 100.0, 1.0, 30.0])
    T = np.array([0.0, 3652.0, 5000.0, 5000.0, 1.0, 3652.0])
    for t in (1.0, YEAR, 3652.0):
        for bounds in (
            intervals.transactions(fit, t, x, t_x, T),
            intervals.value(fit, SPEND, t, x, t_x, T, x + 1.0, 1e-4),
            intervals.value(fit, SPEND, t, x, t_x, T, x + 1.0, 1e12),
        ):
            assert np.isfinite(bounds).all()
            assert (bounds[0] >= 0.0).all()
            assert (bounds[1] >= bounds[0]).all()


def test_a_customer_surely_gone_has_nothing_ahead() -> None:
    history = (50.0, 50.0, 3000.0)
    assert MBG.p_alive(*history) < 1e-9
    assert not np.any(intervals.transactions(MBG, YEAR, *history))
    assert not np.any(intervals.value(MBG, SPEND, YEAR, *history, 51.0, 20.0))


def test_a_busy_customer_is_followed_far_enough() -> None:
    low, high = intervals.transactions(NBD, 3652.0, 5000.0, 3652.0, 3652.0)
    expected = float(NBD.expected_purchases(3652.0, 5000.0, 3652.0, 3652.0))
    spread = np.sqrt(expected * (1.0 + 3652.0 / (60.0 + 3652.0)))
    assert (low, high) == pytest.approx((expected - 1.645 * spread, expected + 1.645 * spread), abs=2.0)


@pytest.mark.parametrize("p", [1e-4, 1e4])
def test_spend_at_the_ends_of_its_range(p: float) -> None:
    odd = spend.of(p=p, q=1.01, gamma=1e4)
    x, t_x, T, mean = np.array(list(HISTORIES.values())).T
    low, high = intervals.value(MBG, odd, YEAR, x, t_x, T, x + 1.0, mean, 0.98)
    assert np.isfinite([low, high]).all()
    assert (high >= low).all()


def test_values_that_hardly_vary_are_steps() -> None:
    steady = spend.of(p=1e4, q=1e4, gamma=9999.0 / 1e4 * 10.0)
    low, high = intervals.value(NBD, steady, YEAR, 4.0, 300.0, 330.0, 5.0, 10.0)
    counts = intervals.transactions(NBD, YEAR, 4.0, 300.0, 330.0)
    assert (low, high) == pytest.approx((10.0 * counts[0], 10.0 * counts[1]), rel=0.05)


def test_nobody_and_one_customer() -> None:
    nobody = np.zeros(0)
    low, high = intervals.value(MBG, SPEND, YEAR, nobody, nobody, nobody, nobody, nobody)
    assert low.shape == high.shape == (0,)
    low, high = intervals.transactions(MBG, YEAR, nobody, nobody, nobody)
    assert low.shape == high.shape == (0,)
    low, high = intervals.transactions(MBG, YEAR, [2], [50], [80])
    assert low.dtype == high.dtype == np.float64
    assert low.shape == (1,)


def test_customers_do_not_depend_on_each_other() -> None:
    generator = np.random.default_rng(2)
    T = generator.integers(1, 600, 300)
    x = np.minimum(generator.poisson(2.0, 300), T)
    t_x = np.where(x > 0, (T * generator.random(300)).astype(int), 0)
    mean = generator.lognormal(3.0, 1.0, 300)
    together = np.array(intervals.value(MBG, SPEND, YEAR, x, t_x, T, x + 1, mean))
    order = generator.permutation(300)
    shuffled = intervals.value(MBG, SPEND, YEAR, x[order], t_x[order], T[order], x[order] + 1, mean[order])
    np.testing.assert_array_equal(together[:, order], shuffled)
    for i in (0, 7, 299):
        alone = intervals.value(MBG, SPEND, YEAR, x[i], t_x[i], T[i], x[i] + 1, mean[i])
        np.testing.assert_allclose(together[:, i], alone, rtol=1e-9)


def test_the_units_of_money_and_of_time_do_not_matter() -> None:
    x, t_x, T, mean = np.array(list(HISTORIES.values())).T
    days = intervals.value(MBG, SPEND, YEAR, x, t_x, T, x + 1.0, mean)
    weekly = purchase.of("mbg_nbd", r=0.7, alpha=60.0 / 7.0, a=0.6, b=1.2)
    cents = spend.of(p=5.0, q=3.0, gamma=2000.0)
    weeks = intervals.value(weekly, cents, YEAR / 7.0, x, t_x / 7.0, T / 7.0, x + 1.0, mean * 100.0)
    np.testing.assert_allclose(np.array(weeks), 100.0 * np.array(days), rtol=1e-9)


def test_worth_discounts_like_the_expected_value() -> None:
    x, t_x, T, mean = np.array(list(HISTORIES.values())).T
    ahead = clv.ahead_if_alive(MBG, x, T, 12, 0.10)
    plain = np.array(intervals.value(MBG, SPEND, YEAR, x, t_x, T, x + 1.0, mean))
    present = np.array(intervals.value(MBG, SPEND, YEAR, x, t_x, T, x + 1.0, mean, worth=ahead.worth))
    np.testing.assert_allclose(present, plain * ahead.discounted / ahead.orders)


def test_without_a_model_there_is_no_interval_but_a_reason() -> None:
    few = spend.fit([1, 3], [10.0, 30.0])
    history = (YEAR, [1.0, 2.0], [5.0, 6.0], [9.0, 9.0])
    assert intervals.absence(None, SPEND) == intervals.NO_PURCHASE_MODEL
    assert intervals.absence(MBG, None) == intervals.absence(MBG, few) == intervals.NO_SPEND_MODEL
    assert intervals.absence(MBG, SPEND) is None
    for bounds in (
        intervals.transactions(None, *history),
        intervals.value(None, SPEND, *history, 2.0, 10.0),
        intervals.value(MBG, few, *history, 2.0, 10.0),
        intervals.value(MBG, None, *history, 2.0, 10.0),
    ):
        assert np.isnan(bounds).all()
        assert np.shape(bounds) == (2, 2)


@pytest.mark.parametrize("level", [0.0, 1.0, -1.0, float("nan")])
def test_a_level_outside_of_0_and_1_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match="level"):
        intervals.transactions(MBG, YEAR, 1.0, 2.0, 3.0, level)
    with pytest.raises(ValueError, match="level"):
        intervals.value(MBG, SPEND, YEAR, 1.0, 2.0, 3.0, 2.0, 5.0, level)


@pytest.mark.parametrize("common", [0.1, 0.3, 0.6, 1.0])
def test_a_common_factor_is_mixed_over(common: float) -> None:
    x, t_x, T, _ = np.array(list(HISTORIES.values())).T
    places = np.linspace(-6.0, 6.0, 601)
    weights = np.exp(-(places**2) / 2.0)
    n = np.arange(900.0)[:, None]
    mixed = sum(
        weight * MBG.pmf_ahead(n, YEAR * np.exp(common * place), x, t_x, T)
        for place, weight in zip(places.tolist(), (weights / weights.sum()).tolist(), strict=True)
    )
    reached = np.cumsum(mixed, axis=0)
    bounds = intervals.transactions(MBG, YEAR, x, t_x, T, common=common)
    for bound, share in zip(bounds, (0.05, 0.95), strict=True):
        np.testing.assert_allclose(bound, np.argmax(reached >= share, axis=0), rtol=0.02, atol=1.0)


def test_no_common_factor_changes_no_bit_and_a_larger_one_widens() -> None:
    x, t_x, T, mean = np.array(list(HISTORIES.values())).T
    past = (YEAR, x, t_x, T, x + 1.0, mean)
    alone, none, some, much = (
        np.array(intervals.value(MBG, SPEND, *past, **given))
        for given in ({}, {"common": 0.0}, {"common": 0.2}, {"common": 0.5})
    )
    np.testing.assert_array_equal(alone, none)
    assert ((none[1] < some[1]) & (some[1] < much[1])).all()
    assert ((none[0] >= some[0]) & (some[0] >= much[0])).all()


@pytest.mark.parametrize("common", [-0.1, float("inf"), float("nan")])
def test_a_spread_that_is_none_is_refused(common: float) -> None:
    with pytest.raises(ValueError, match="common"):
        intervals.transactions(MBG, YEAR, 1.0, 2.0, 3.0, common=common)
    with pytest.raises(ValueError, match="common"):
        intervals.value(MBG, SPEND, YEAR, 1.0, 2.0, 3.0, 2.0, 5.0, common=common)
