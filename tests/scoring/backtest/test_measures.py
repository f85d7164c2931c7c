"""Measures, by hand."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.backtest import measures

P = np.array([0.1, 0.4, 0.4, 0.8])
BACK = np.array([False, False, True, True])


def test_errors_of_transactions() -> None:
    predicted, actual = np.array([1.0, 2.0, 0.5]), np.array([1, 0, 1])
    assert measures.bias(3.5, 2) == pytest.approx(0.75)
    assert measures.rmse(predicted, actual) == pytest.approx(np.sqrt(4.25 / 3))
    assert measures.mae(predicted, actual) == pytest.approx(2.5 / 3)


def test_errors_of_probabilities() -> None:
    assert measures.log_loss(P, BACK) == pytest.approx(-np.log([0.9, 0.6, 0.4, 0.8]).mean())
    assert measures.brier(P, BACK) == pytest.approx((0.01 + 0.16 + 0.36 + 0.04) / 4)


def test_a_wrong_certainty_costs_a_finite_amount() -> None:
    assert measures.log_loss(np.array([0.0, 1.0]), np.array([True, False])) == pytest.approx(-np.log(1e-6))


def test_auc_counts_pairs_and_ties_half() -> None:
    assert measures.auc(P, BACK) == pytest.approx(3.5 / 4)
    assert measures.auc(np.full(4, 0.3), BACK) == pytest.approx(0.5)
    assert measures.auc(-P, BACK) == pytest.approx(0.5 / 4)


def test_auc_needs_both_outcomes() -> None:
    assert measures.auc(P, np.ones(4, np.bool_)) is None
    assert measures.auc(P, np.zeros(4, np.bool_)) is None


def test_deciles_hold_everyone_and_their_means() -> None:
    rng = np.random.default_rng(1)
    p = rng.random(1_003)
    back = rng.random(1_003) < p
    rows = measures.deciles(p, back)
    assert len(rows) == 10
    assert {row.customers for row in rows} <= {100, 101}
    assert sum(row.customers * row.predicted for row in rows) == pytest.approx(p.sum())
    assert sum(row.customers * row.observed for row in rows) == pytest.approx(back.sum())
    assert [row.predicted for row in rows] == sorted(row.predicted for row in rows)


def test_deciles_keep_equal_values_together() -> None:
    rows = measures.deciles(np.array([0.2] * 30 + [0.9] * 10), np.array([True] * 10 + [False] * 30))
    assert [row.customers for row in rows] == [30, 10]
    assert [row.predicted for row in rows] == pytest.approx([0.2, 0.9])
    assert rows[0].observed == pytest.approx(1 / 3)


def test_gains_by_rank() -> None:
    gains = measures.gains(np.arange(20.0), np.arange(20))
    assert gains[0] == 0.0
    assert gains[1] == pytest.approx(19 / 190)
    assert gains[2] == pytest.approx(37 / 190)
    assert gains[20] == pytest.approx(1.0)


def test_customers_of_equal_score_bring_revenue_evenly() -> None:
    gains = measures.gains(np.zeros(10), np.arange(10))
    assert gains == pytest.approx(np.linspace(0, 1, 21))


def test_no_gains_without_revenue() -> None:
    assert measures.gains(np.arange(3.0), np.zeros(3)) == ()
    assert measures.gains(np.zeros(0), np.zeros(0)) == ()


def test_nobody() -> None:
    none, nobody = np.zeros(0), np.zeros(0, np.bool_)
    assert measures.bias(1.0, 0) is None
    for measure in (measures.rmse, measures.mae, measures.log_loss, measures.brier, measures.auc):
        assert measure(none, nobody) is None
    assert measures.deciles(none, nobody) == ()
