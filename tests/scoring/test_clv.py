"""Discounted expectation and tiers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import clv, purchase

FIT = purchase.of("mbg_nbd", r=0.6, alpha=50.0, a=0.8, b=1.6)


def test_expected_orders_are_the_sum_of_discounted_months() -> None:
    x, T = np.array([0.0, 3.0, 12.0]), np.array([10.0, 200.0, 400.0])
    ahead = clv.ahead_if_alive(FIT, x, T, 12, 0.10)
    previous, discounted = np.zeros(3), np.zeros(3)
    for month in range(1, 13):
        reached = FIT.purchases_if_alive(month * 30.4375, x, T)
        discounted += (reached - previous) / 1.1 ** (month / 12)
        previous = reached
    np.testing.assert_allclose(ahead.discounted, discounted, rtol=1e-12)
    np.testing.assert_allclose(ahead.orders, previous, rtol=1e-12)


def test_no_rate_no_discount() -> None:
    ahead = clv.ahead_if_alive(FIT, np.array([2.0]), np.array([90.0]), 24, 0.0)
    assert ahead.discounted == pytest.approx(ahead.orders)
    steady = clv.ahead_at_rate(np.array([0.1]), 12, 0.0)
    assert steady.orders == pytest.approx(0.1 * 365.25)
    assert steady.discounted == pytest.approx(steady.orders)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3_000_000)), max_size=30))
def test_distinct_pairs_lead_back_to_every_customer(rows: list[tuple[int, int]]) -> None:
    x, T = np.array(rows, np.int32).reshape(-1, 2).T
    xs, ages, at = clv.distinct(x, T)
    np.testing.assert_array_equal(xs[at], x)
    np.testing.assert_array_equal(ages[at], T)
    assert len(set(zip(xs, ages, strict=True))) == len(xs) == len(set(rows))


@given(st.lists(st.integers(-5, 12), min_size=1, max_size=40))
def test_tiers_by_who_is_strictly_better(values: list[int]) -> None:
    codes, high, medium = clv.tiers(np.array(values))
    n = len(values)
    better = [sum(other > value for other in values) for value in values]
    assert codes.tolist() == [0 if 10 * k < 2 * n else 1 if 10 * k < 5 * n else 2 for k in better]
    assert high == min(value for value, code in zip(values, codes, strict=True) if code == 0)
    middle = [value for value, code in zip(values, codes, strict=True) if code == 1]
    assert medium == (min(middle) if middle else None)


def test_tiers_of_nobody() -> None:
    codes, high, medium = clv.tiers(np.zeros(0, np.int64))
    assert (len(codes), high, medium) == (0, None, None)


def test_money_is_rounded_half_to_even_and_kept_in_range() -> None:
    assert clv.in_units(np.array([0.5, 1.5, 2.5, -0.5])).tolist() == [0, 2, 2, 0]
    assert clv.in_units(np.array([1e300])).tolist() == [2**62]


def test_worth_is_the_discounted_share() -> None:
    ahead = clv.ahead_if_alive(FIT, np.array([0.0, 5.0]), np.array([0.0, 300.0]), 12, 0.10)
    np.testing.assert_array_equal(ahead.worth, ahead.discounted / ahead.orders)
    assert ((ahead.worth > 1.1**-1) & (ahead.worth < 1.0)).all()
    assert clv.ahead_at_rate(np.zeros(2), 12, 0.10).worth.tolist() == [1.0, 1.0]


@pytest.mark.parametrize("model", ["mbg_nbd", "bg_nbd", "nbd"])
@pytest.mark.parametrize(("months", "rate"), [(1, 0.0), (12, 0.10), (120, 10.0)])
def test_odd_customers_have_finite_values_ahead(model: str, months: int, rate: float) -> None:
    rest = {} if model == "nbd" else {"a": 1e-3, "b": 1e3}
    fit = purchase.of(model, r=1e-3, alpha=1e-3, **rest)
    x, T = np.array([0.0, 0.0, 5000.0, 6.0]), np.array([0.0, 3652.0, 5000.0, 6.0])
    ahead = clv.ahead_if_alive(fit, x, T, months, rate)
    assert np.isfinite([ahead.orders, ahead.discounted]).all()
    assert (ahead.discounted <= ahead.orders).all()
    assert (ahead.discounted >= 0.0).all()


def test_nobody_has_nothing_ahead() -> None:
    x, age, at = clv.distinct(np.zeros(0, np.int32), np.zeros(0, np.int32))
    ahead = clv.ahead_if_alive(FIT, x, age, 12, 0.10)
    assert ahead.orders[at].shape == ahead.discounted[at].shape == ahead.worth.shape == (0,)


def test_tiers_of_odd_shops() -> None:
    assert clv.tiers(np.array([-5]))[0].tolist() == [0]
    codes, high, medium = clv.tiers(np.full(40, 7))
    assert (set(codes.tolist()), high, medium) == ({0}, 7, None)
    codes, high, medium = clv.tiers(np.append(np.zeros(39, np.int64), 10**15))
    assert (codes.tolist().count(0), high, medium) == (40, 0, None)


def test_the_shares_of_the_tiers_are_a_choice():
    codes, high, medium = clv.tiers(np.arange(10), 0.1, 0.6)
    assert codes.tolist() == [2, 2, 2, 1, 1, 1, 1, 1, 1, 0]
    assert (high, medium) == (9, 3)


@pytest.mark.parametrize("customers", [3, 10, 35, 1000])
def test_shares_are_counted_in_decimals_not_in_binary_fractions(customers):
    codes, _, _ = clv.tiers(np.arange(customers), 0.7, 0.2)
    assert np.bincount(codes, minlength=3)[0] == -(-7 * customers // 10)
    assert np.bincount(codes, minlength=3)[2] == customers - -(-9 * customers // 10)
