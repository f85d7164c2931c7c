"""Which model a run uses, and why."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from scoring import purchase
from scoring.choice import BASELINE_BETTER, LOW_DATA, choose, settle
from scoring.transactions import Customers, summarise
from tests.scoring.histories import (
    cdnow_history,
    customers_of,
    shop_history,
    shuffled,
    uci_history,
    weekly_history,
)


def test_few_repeat_buyers_get_no_model() -> None:
    ids = np.concatenate((np.arange(429), np.arange(29)))
    choice = choose(summarise(ids, np.repeat([0, 5], [429, 29]), np.ones(458, np.int64), as_of=90))
    assert choice.fit is None
    assert choice.flags == (LOW_DATA,)
    assert (choice.customers, choice.repeat_customers) == (429, 29)
    assert choice.reason.startswith("Only 29 customers have bought more than once")


@pytest.mark.parametrize(
    ("repeat", "told"),
    [(0, "No customer has bought more than once,"), (1, "Only 1 customer has bought more than once,")],
)
def test_few_repeat_buyers_are_told_in_words(repeat: int, told: str) -> None:
    ids = np.concatenate((np.arange(5), np.arange(repeat)))
    days = np.repeat([0, 5], [5, repeat])
    choice = choose(summarise(ids, days, np.ones(len(ids), np.int64), as_of=90))
    assert choice.reason.startswith(told)


def test_the_standard_model_where_it_fits(cdnow_master: Customers) -> None:
    choice = choose(cdnow_master)
    assert choice.fit is not None
    assert choice.fit.model == "mbg_nbd"
    assert choice.flags == ()
    assert choice.rejected == {}
    assert choice.candidates == ()


def test_below_five_hundred_customers_priors_steady_it() -> None:
    history = cdnow_history().sample(295)
    choice = choose(customers_of(history), history=history)
    assert choice.fit is not None
    assert (choice.fit.model, choice.flags) == ("mbg_nbd", (purchase.PRIOR_USED,))
    assert f"With {choice.customers} customers" in choice.reason
    assert choice.candidates == ()
    assert "Candidates compete from 500 customers on." in choice.reason


def test_uci_falls_back_to_the_model_in_which_nobody_leaves(uci: Customers) -> None:
    choice = choose(uci)
    assert choice.fit is not None
    assert (choice.fit.model, choice.flags) == ("nbd", choice.fit.flags)
    assert purchase.NO_GAIN_OVER_NBD in choice.rejected["mbg_nbd"]
    assert choice.reason.startswith("Hardly any customer seems to leave for good")


def test_identical_customers_are_no_trouble() -> None:
    twins = summarise(np.repeat(np.arange(600), 5), np.tile(np.arange(5) * 10, 600), np.ones(3000), as_of=80)
    choice = choose(twins)
    assert choice.fit is not None
    assert np.isfinite(choice.fit.p_return(90, twins.x, twins.t_x, twins.T)).all()
    assert choice.flags


def test_the_table_it_decided_from_is_kept() -> None:
    history = cdnow_history()
    choice = choose(customers_of(history), history=history, horizon=180)
    best = min(choice.candidates, key=lambda row: row.log_loss)
    assert choice.window_days == 180
    assert choice.fit is not None
    assert [row.name for row in choice.candidates if row.chosen] == [best.name] == [choice.fit.model]
    assert "180 days" in choice.reason
    assert all(row.reason for row in choice.candidates)


def test_uci_flags_the_standard_model_it_could_not_use() -> None:
    history = uci_history()
    choice = choose(customers_of(history), history=history, horizon=120)
    assert choice.fit is not None
    assert choice.fit.model != "mbg_nbd"
    assert choice.flags == choice.fit.flags
    assert purchase.NO_GAIN_OVER_NBD in choice.rejected["mbg_nbd"]
    assert not choice.candidates[0].chosen


def test_a_better_baseline_is_flagged_and_told() -> None:
    history = weekly_history()
    choice = choose(customers_of(history), history=history, horizon=90)
    assert choice.baseline
    assert BASELINE_BETTER in choice.flags
    assert "foretold better than any model" in choice.reason
    assert choice.fit is not None


def test_a_short_history_keeps_the_standard_model_and_says_so() -> None:
    history = shop_history(20_000).between(None, 55)
    choice = choose(customers_of(history, 55), history=history)
    assert choice.fit is not None
    assert choice.candidates == ()
    assert "too short" in choice.reason


def test_row_order_changes_no_bit() -> None:
    history = shop_history(3_000)
    one, other = (choose(customers_of(each, 730), history=each) for each in (history, shuffled(history)))
    assert dataclasses.astuple(one) == dataclasses.astuple(other)


def test_a_model_that_can_not_be_identified_gives_way() -> None:
    history = uci_history()
    choice = settle(customers_of(history), "mbg_nbd")
    assert choice.fit is not None
    assert (choice.fit.model, choice.flags) == ("nbd", choice.fit.flags)
    assert purchase.DEGENERATE & set(choice.rejected["mbg_nbd"])
