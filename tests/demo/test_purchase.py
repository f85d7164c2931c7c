"""The purchase process against closed forms."""

import numpy as np
import pytest

from demo.arrays import stream
from demo.purchase import Habits, Purchase, histories

COUNT = 60_000


def test_habits_have_the_moments_of_their_distributions() -> None:
    habits = Purchase(r=0.6, alpha=52, a=0.8, b=2.4).habits(COUNT, stream(1, "test"))
    assert habits.rate.mean() == pytest.approx(0.6 / 52, rel=0.03)
    assert habits.rate.var() == pytest.approx(0.6 / 52**2, rel=0.08)
    assert habits.dropout.mean() == pytest.approx(0.25, rel=0.03)
    assert habits.dropout.var() == pytest.approx(0.8 * 2.4 / (3.2**2 * 4.2), rel=0.05)


def test_without_drop_out_orders_are_poisson() -> None:
    habits = Habits(np.full(COUNT, 0.02), np.zeros(COUNT))
    drawn = histories(habits, np.zeros(COUNT), 100.0, stream(1, "test"))
    repeats = np.bincount(drawn.customer) - 1
    assert repeats.mean() == pytest.approx(2, rel=0.02)
    assert repeats.var() == pytest.approx(2, rel=0.03)
    assert drawn.alive.all()


def test_with_many_chances_repeats_are_geometric() -> None:
    habits = Habits(np.full(COUNT, 1.0), np.full(COUNT, 0.3))
    drawn = histories(habits, np.zeros(COUNT), 200.0, stream(1, "test"))
    repeats = np.bincount(drawn.customer) - 1
    assert (repeats == 0).mean() == pytest.approx(0.3, abs=0.01)
    assert repeats.mean() == pytest.approx(0.7 / 0.3, rel=0.03)
    assert not drawn.alive.any()


def test_the_share_without_repeat_is_that_of_the_model() -> None:
    """P(X(t) = 0) = E[p] + E[1 - p] (alpha / (alpha + t))^r."""
    habits = Purchase(r=0.6, alpha=52, a=0.8, b=2.4).habits(COUNT, stream(2, "test"))
    drawn = histories(habits, np.zeros(COUNT), 365.0, stream(3, "test"))
    expected = 0.25 + 0.75 * (52 / (52 + 365)) ** 0.6
    assert (np.bincount(drawn.customer) == 1).mean() == pytest.approx(expected, abs=0.01)


def test_histories_are_in_order_and_begin_with_the_first_order() -> None:
    acquired = np.linspace(0, 90, 1_000)
    drawn = histories(Habits(np.full(1_000, 0.1), np.full(1_000, 0.1)), acquired, 100.0, stream(1, "test"))
    same = np.diff(drawn.customer) == 0
    assert (np.diff(drawn.demand_time)[same] >= 0).all()
    first = np.searchsorted(drawn.customer, np.arange(1_000))
    assert (drawn.demand_time[first] == acquired).all()
    assert drawn.demand_time.max() <= 100
