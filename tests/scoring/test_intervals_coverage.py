"""Whether real customers end up inside their intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scoring import intervals, purchase, spend
from scoring.transactions import Customers, summarise


def test_nine_in_ten_customers_of_cdnow_end_up_inside(calibration: Customers, cdnow_sample: Any) -> None:
    customer, day, amount = cdnow_sample.customer, cdnow_sample.day, cdnow_sample.amount
    later = day > calibration.as_of
    after = summarise(customer[later], day[later], np.maximum(amount[later], 1), as_of=int(day.max()))
    at = np.searchsorted(calibration.id, after.id)
    orders, paid = np.zeros(len(calibration)), np.zeros(len(calibration))
    orders[at], paid[at] = after.frequency, after.transaction_value
    history = (float(day.max()) - calibration.as_of, calibration.x, calibration.t_x, calibration.T)
    fit = purchase.fit("mbg_nbd", *history[1:])
    mean = calibration.transaction_value / calibration.frequency
    money = spend.fit(calibration.frequency, mean)
    counts = intervals.transactions(fit, *history)
    values = intervals.value(fit, money, *history, calibration.frequency, mean)
    for figure, (low, high) in ((orders, counts), (paid, values)):
        inside = (figure >= low) & (figure <= high)
        assert inside.mean() >= 0.88
        assert (figure > high).mean() <= 0.08
    assert counts[1].mean() == pytest.approx(2.2, abs=0.5)
