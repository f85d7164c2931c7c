"""Which model a run uses, and why."""

from __future__ import annotations

import numpy as np

from scoring import purchase
from scoring.choice import LOW_DATA, choose
from scoring.transactions import Customers


def test_few_repeat_buyers_get_no_model() -> None:
    x = np.array([1] * 29 + [0] * 400, np.int32)
    choice = choose(x, x * 5, np.full(429, 90, np.int32))
    assert choice.fit is None
    assert choice.flags == (LOW_DATA,)
    assert (choice.customers, choice.repeat_customers) == (429, 29)
    assert choice.reason.startswith("Only 29 customers have bought more than once")


def test_the_standard_model_where_it_fits(cdnow_master: Customers) -> None:
    choice = choose(cdnow_master.x, cdnow_master.t_x, cdnow_master.T)
    assert choice.fit is not None
    assert choice.fit.model == "mbg_nbd"
    assert choice.flags == ()


def test_below_five_hundred_customers_priors_steady_it(calibration: Customers) -> None:
    few = slice(0, None, 8)
    choice = choose(calibration.x[few], calibration.t_x[few], calibration.T[few])
    assert choice.fit is not None
    assert (choice.fit.model, choice.flags) == ("mbg_nbd", (purchase.PRIOR_USED,))
    assert "With 295 customers" in choice.reason


def test_uci_falls_back_to_the_model_in_which_nobody_leaves(uci: Customers) -> None:
    choice = choose(uci.x, uci.t_x, uci.T)
    assert choice.fit is not None
    assert choice.fit.model == "nbd"
    assert purchase.NO_GAIN_OVER_NBD in choice.flags
    assert choice.reason.startswith("Hardly any customer seems to leave for good")


def test_identical_customers_are_no_trouble() -> None:
    x = np.full(600, 4, np.int32)
    choice = choose(x, x * 10, x * 20)
    assert choice.fit is not None
    assert np.isfinite(choice.fit.p_return(90, x, x * 10, x * 20)).all()
    assert choice.flags
