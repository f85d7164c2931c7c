"""Rules of thumb, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from scoring import baselines
from scoring.backtest.window import cut
from scoring.history import History
from tests.scoring.histories import customers_of, shop_history


def rule(name: str, rows: list[tuple[int, int]], as_of: int, days: int) -> baselines.Rule:
    customer, day = np.array(rows).T
    history = History(customer.astype(np.int64), day.astype(np.int32), np.full(len(day), 9))
    return baselines.RULES[name](baselines.past(history, customers_of(history, as_of), days))


def test_the_historical_rate_goes_on() -> None:
    found = rule("historical_rate", [(1, 0), (1, 10), (1, 30), (2, 20)], 100, 50)
    assert found.expected(10) == pytest.approx([10 * 2 / 100, 0.0])


def test_the_last_window_happens_again() -> None:
    found = rule("last_window", [(1, 0), (1, 60), (1, 70), (2, 95), (3, 1)], 100, 50)
    assert found.expected(50) == pytest.approx([2.0, 1.0, 0.0])
    assert found.expected(25) == pytest.approx([1.0, 0.5, 0.0])


def test_a_class_returns_as_it_did_a_window_ago() -> None:
    # Before day 50: 1 and 2 bought once in 0..49, 3 twice; since then 1 and 3 bought again.
    found = rule("last_window", [(1, 0), (2, 2), (3, 3), (3, 9), (1, 80), (3, 81), (3, 90)], 100, 50)
    average = (2 + 0.5) / (3 + 1)
    once, twice, never = (1 + average) / 3, (1 + average) / 2, average
    assert found.p_return(50) == pytest.approx([once, never, twice])


def test_the_hiatus_rule_gives_up_the_silent() -> None:
    rows = [(n, 10 * n + 5 * k) for n in range(5) for k in range(10)]
    found = rule("hiatus", [*rows, (9, 0), (9, 1)], 120, 20)
    assert found.expected(10)[-1] == 0.0
    assert (found.p_return(10) > 0).all()


def test_more_days_bring_no_fewer_returns() -> None:
    history = shop_history(500)
    customers = customers_of(history)
    known = baselines.past(history, customers, 90)
    for rule_of in baselines.RULES.values():
        found = rule_of(known)
        shares = [found.p_return(days) for days in (0, 30, 90, 400)]
        assert (shares[0] == 0.0).all()
        assert (np.diff(shares, axis=0) >= 0.0).all()
        assert (shares[-1] < 1.0).all()


def test_the_future_plays_no_part() -> None:
    history = shop_history(500)
    customers = cut(history, 500, 90).calibration
    early = baselines.past(history.between(None, 500), customers, 90)
    full = baselines.past(history, customers, 90)
    for rule_of in baselines.RULES.values():
        assert rule_of(early).share.tobytes() == rule_of(full).share.tobytes()


def test_a_past_of_one_day_is_no_trouble() -> None:
    for name in baselines.NAMES:
        found = rule(name, [(1, 99)], 100, 90)
        assert np.isfinite(found.expected(90)).all()
        assert ((found.p_return(90) > 0) & (found.p_return(90) <= 1)).all()
