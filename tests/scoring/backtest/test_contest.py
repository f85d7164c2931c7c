"""The contest of candidates on a window held out."""

from __future__ import annotations

import pytest

from benchmarks.histories import end
from scoring import baselines, purchase
from scoring.backtest import contest, measures
from scoring.backtest.window import cut
from tests.scoring.histories import cdnow_history, shop_history, shuffled, uci_history, weekly_history


def test_the_winner_has_the_lowest_log_loss() -> None:
    held = contest.hold(shop_history(3_000), as_of=730, horizon=120, age=729)
    rows = {row.name: row for row in held.candidates}
    assert set(rows) >= {"mbg_nbd", "last_window"} | ({"mbg_cnbd_k"} & set(purchase.MODELS))
    assert [row.name for row in held.candidates if row.chosen] == [held.winner]
    assert min(rows.values(), key=lambda row: row.log_loss).name == held.winner


def test_a_log_loss_is_that_of_the_window() -> None:
    history = shop_history(3_000)
    held = contest.hold(history, as_of=730, horizon=120, age=729)
    window = cut(history, 610, 120)
    known = window.calibration
    fit = purchase.fit("mbg_nbd", known.x, known.t_x, known.T)
    loss = measures.log_loss(fit.p_return(120, known.x, known.t_x, known.T), window.returned())
    assert held.candidates[0].log_loss == pytest.approx(loss)


def test_calibration_keeps_half_of_the_history() -> None:
    assert contest.hold(cdnow_history(), as_of=end(cdnow_history()), horizon=365, age=546).days == 273


def test_a_short_history_has_no_contest() -> None:
    held = contest.hold(shop_history(3_000).between(0, 59), as_of=59, horizon=120, age=59)
    assert (held.candidates, held.winner, held.model) == ((), None, "mbg_nbd")


def test_few_returns_make_no_contest() -> None:
    history = weekly_history(40)
    assert contest.hold(history, as_of=end(history), horizon=90, age=400).candidates == ()


def test_uci_s_standard_model_can_not_win() -> None:
    history = uci_history()
    held = contest.hold(history, as_of=end(history), horizon=120, age=373)
    standard, simple = held.candidates[:2]
    assert (standard.name, simple.name) == ("mbg_nbd", "nbd")
    assert not standard.chosen
    assert purchase.NO_GAIN_OVER_NBD in standard.flags
    assert purchase.NO_GAIN_OVER_NBD in standard.reason
    assert held.model != "mbg_nbd"


def test_a_degenerate_fit_can_not_win() -> None:
    rows = [
        contest.Candidate("mbg_nbd", 0.1, False, "", (purchase.ILL_CONDITIONED,)),
        contest.Candidate("nbd", 0.3, False, "", (purchase.PRIOR_USED,)),
        contest.Candidate("last_window", 0.2, False, ""),
    ]
    held = contest.decide(90, rows)
    assert (held.winner, held.model) == ("last_window", "nbd")
    assert "0.1000 above" in held.candidates[1].reason


def test_the_simple_model_stands_in() -> None:
    history = uci_history()
    held = contest.hold(history, as_of=end(history) - 180, horizon=104, age=193)
    assert held.winner == held.model == "nbd"


def test_a_baseline_can_win() -> None:
    history = weekly_history()
    held = contest.hold(history, as_of=end(history), horizon=90, age=399)
    assert held.winner == baselines.LAST_WINDOW
    assert held.model != baselines.LAST_WINDOW


def test_row_order_changes_no_bit() -> None:
    history = shop_history(30_000)
    one = contest.hold(history, as_of=730, horizon=150, age=729)
    assert contest.hold(shuffled(history), as_of=730, horizon=150, age=729) == one


def test_days_from_as_of_on_play_no_part() -> None:
    history = shop_history(3_000)
    early = contest.hold(history.between(None, 600), as_of=600, horizon=120, age=599)
    assert early.candidates
    assert contest.hold(history, as_of=600, horizon=120, age=599) == early
