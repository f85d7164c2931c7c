"""Whole backtests: what they promise of any shop, and how good the models are on real ones."""

from __future__ import annotations

import functools
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.histories import end
from scoring import baselines, churn
from scoring.backtest import holdout as holdouts
from scoring.backtest.holdout import backtest
from scoring.backtest.results import Backtest, Score
from scoring.history import History
from scoring.settings import Settings
from tests.scoring.histories import cdnow_history, shop_history, shuffled, uci_history, weekly_history

ROWS = st.lists(st.tuples(st.integers(1, 40), st.integers(0, 120), st.integers(-40, 90)), max_size=150)
SPLITS = [("cdnow", 180), ("cdnow", 273), ("uci", 90), ("uci", 180)]


def run(history: History, **options: Any) -> Backtest:
    if "as_of" not in options:
        options["as_of"] = end(history)
    return backtest(history.customer, history.day, history.amount, **options)


@functools.cache
def real(name: str, holdout: int) -> Backtest:
    return run({"cdnow": cdnow_history, "uci": uci_history}[name](), holdout=holdout)


def of(done: Backtest, name: str) -> Score:
    return next(score for score in done.scores if score.name == name)


def check(done: Backtest) -> None:
    """What holds for any data."""
    json.dumps(done.as_dict(), allow_nan=False)
    assert done.sentences
    assert all(sentence.endswith(".") for sentence in done.sentences)
    for score in done.scores:
        assert sum(row.customers for row in score.risk_classes) == done.customers
        assert sum(row.customers for row in score.deciles) in (0, done.customers)
        assert score.transactions >= 0
    assert [score.role for score in done.scores][:1] == (["model"] if done.scores else [])


@settings(max_examples=40, deadline=None)
@given(ROWS, st.integers(1, 100))
def test_any_shop_can_be_tested(rows: list[tuple[int, int, int]], holdout: int) -> None:
    customer, day, amount = np.array(rows, np.int64).reshape(-1, 3).T
    check(backtest(customer, day.astype(np.int32), amount, as_of=100, holdout=holdout))


def shop(name: str) -> History:
    days = np.arange(400)
    shops: dict[str, tuple[Any, Any]] = {
        "nobody": ([], []),
        "one": ([1], [7]),
        "one-timers": (days, days),
        "no repeaters left": (np.tile(np.arange(40), 2), np.repeat([1, 40], 40)),
        "twins": (np.repeat(days, 4), np.tile([10, 150, 250, 350], 400)),
        "a week": (np.arange(60) % 20, 393 + np.arange(60) % 7),
        "all at once": (np.arange(600), np.full(600, 3)),
        "daily": (np.repeat(np.arange(40), 400), np.tile(days, 40)),
    }
    customer, day = shops[name]
    columns = np.asarray(customer, np.int64), np.asarray(day, np.int32)
    return History(*columns, np.full(len(columns[0]), 10_0000))


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nobody", holdouts.NO_ORDERS),
        ("one", "LOW_DATA"),
        ("one-timers", "LOW_DATA"),
        ("no repeaters left", holdouts.NOBODY_RETURNED),
        ("twins", None),
        ("a week", holdouts.TOO_SHORT),
        ("all at once", "LOW_DATA"),
        ("daily", None),
    ],
)
def test_odd_shops_say_what_is_missing(name: str, reason: str | None) -> None:
    done = run(shop(name), as_of=400)
    check(done)
    assert done.reason == reason


def test_a_holdout_of_all_there_is_leaves_nothing_to_learn_from() -> None:
    done = run(shop("daily"), as_of=400, holdout=400)
    assert (done.reason, done.scores, done.transactions) == (holdouts.TOO_SHORT, (), None)
    assert "400 days" in done.sentences[0]


def test_future_orders_alone_are_no_orders() -> None:
    assert run(shop("one"), as_of=5, holdout=3).reason == holdouts.NO_ORDERS
    assert run(shop("one"), as_of=8, holdout=3).reason == holdouts.TOO_SHORT


def test_future_orders_are_left_out() -> None:
    history = shop_history(2_000)
    early = history.between(None, 500)
    assert run(history, as_of=500).as_dict() == run(early, as_of=500).as_dict()


def test_row_order_changes_no_bit() -> None:
    history = shop_history(3_000)
    assert run(history).as_dict() == run(shuffled(history)).as_dict()


def test_unlinked_refunds_lower_revenue_alone() -> None:
    history = shop_history(1_000)
    known = history.customer[history.day < 100][:1]
    refund = (known, np.array([700], np.int32), np.array([-5_0000]))
    bare = run(history, other_models=False)
    with_refund = run(history, other_models=False, adjustment=refund)
    assert bare.revenue is not None
    assert with_refund.revenue == bare.revenue - 5_0000
    assert with_refund.transactions == bare.transactions
    assert with_refund.scores[0].rmse == bare.scores[0].rmse


def test_other_models_can_be_left_out() -> None:
    done = run(shop_history(1_000), other_models=False)
    assert [score.role for score in done.scores] == ["model", *["baseline"] * 3]
    assert [score.name for score in done.scores[1:]] == list(baselines.NAMES)


def test_low_data_has_no_probabilities_of_its_own() -> None:
    done = run(shop("one-timers"), as_of=400)
    assert (done.model, done.scores[0].log_loss, done.scores[0].deciles) == ("heuristic", None, ())
    assert {score.role for score in done.scores} == {"model", "baseline"}


def test_a_baseline_that_wins_is_named() -> None:
    history = weekly_history()
    done = run(history, holdout=60, settings=Settings(churn_horizon_days=60))
    assert "BASELINE_BETTER" in done.flags
    rule = of(done, baselines.LAST_WINDOW)
    assert done.scores[0].log_loss == pytest.approx(rule.log_loss)
    better = [win for win in done.wins if win.role == "baseline"]
    assert better
    told = [sentence for sentence in done.sentences if sentence.startswith("A rule of thumb did better")]
    assert len(told) == len(better)


def test_who_wins_is_best() -> None:
    done = real("cdnow", 180)
    lowest = min(score.rmse for score in done.scores if score.rmse is not None)
    win = next(win for win in done.wins if win.measure == "rmse")
    assert (win.value, win.model_value) == (lowest, done.scores[0].rmse)
    highest = max(score.auc for score in done.scores if score.auc is not None)
    assert next(win for win in done.wins if win.measure == "auc").value == highest


def test_a_bias_wins_by_its_size() -> None:
    done = real("uci", 90)
    smallest = min(abs(score.transactions_bias or np.inf) for score in done.scores)
    assert abs(next(win for win in done.wins if win.measure == "transactions_bias").value) == smallest


def test_a_class_is_told_in_words() -> None:
    done = real("cdnow", 180)
    assert done.risk_days == 180
    assert "Of 100 customers called at risk, 40 came back within 180 days." in done.sentences
    assert "The last 180 days, 1998-01-02 to 1998-06-30, were held out" in done.sentences[0]


def test_weeks_track_the_orders_to_the_end() -> None:
    done = real("cdnow", 180)
    assert [week.day - done.weeks[0].day for week in done.weeks[:3]] == [0, 7, 14]
    assert done.weeks[-1].day == done.as_of
    start = next(week for week in done.weeks if week.forecast is not None)
    assert start.day - done.origin < 7
    assert done.transactions is not None
    before = done.weeks[-1].actual - done.transactions
    last = done.weeks[-1].forecast
    assert last == pytest.approx(before + done.scores[0].transactions)
    late = [week for week in done.weeks if week.day - done.weeks[0].day > 182]
    assert all(week.model is not None and abs(week.model / week.actual - 1) < 0.05 for week in late)


def test_the_horizon_of_the_risk_classes_is_the_tenants() -> None:
    done = run(cdnow_history(), settings=Settings(churn_horizon_days=60), other_models=False)
    assert (done.horizon_days, done.risk_days) == (60, 60)


@pytest.mark.parametrize(("name", "holdout"), SPLITS)
def test_rmse_is_within_one_percent_of_the_best(name: str, holdout: int) -> None:
    done = real(name, holdout)
    rivals = [of(done, model).rmse for model in ("bg_nbd", "mbg_nbd", "pareto_nbd") if model in _names(done)]
    assert (done.scores[0].rmse or np.inf) <= 1.01 * min(value for value in rivals if value is not None)


@pytest.mark.parametrize(("name", "holdout"), SPLITS)
def test_log_loss_is_no_worse_than_bg_nbd(name: str, holdout: int) -> None:
    done = real(name, holdout)
    assert (done.scores[0].log_loss or np.inf) <= (of(done, "bg_nbd").log_loss or 0.0) + 0.003


@pytest.mark.parametrize(("name", "holdout"), SPLITS)
def test_return_rates_fall_from_class_to_class(name: str, holdout: int) -> None:
    rows = [row for row in real(name, holdout).scores[0].risk_classes if row.rate is not None]
    rates = [row.rate for row in rows if row.rate is not None]
    assert [row.risk for row in rows] == [risk for risk in churn.RISKS if risk in {row.risk for row in rows}]
    assert len(rates) >= 3
    assert all(rates[i] > rates[i + 1] for i in range(len(rates) - 1))


def test_misuse_is_refused() -> None:
    with pytest.raises(ValueError, match="holdout"):
        run(shop("one"), as_of=400, holdout=0)


def _names(done: Backtest) -> set[str]:
    return {score.name for score in done.scores}
