"""Whether real customers end up inside their intervals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from scoring import intervals, purchase, spend
from scoring.backtest.rolling import common_spread, error, rolling_errors, total_interval
from scoring.backtest.window import cut
from scoring.transactions import Customers, summarise
from tests.scoring.histories import uci_history
from tests.scoring.seasons import seasonal_shop


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


def test_nine_in_ten_customers_of_uci_end_up_inside_even_at_christmas() -> None:
    history = uci_history()
    day = int(history.day.max()) + 1 - 90
    known, window = history.between(None, day), cut(history, day, 90)
    then, model = window.calibration, "mbg_cnbd_k"
    fit = purchase.fit(model, then.x, then.t_x, then.T)
    mean = then.transaction_value / then.frequency
    money = spend.fit(then.frequency, mean)
    past = (90, then.x, then.t_x, then.T, then.frequency, mean)
    spread = common_spread(rolling_errors(known, as_of=day, horizon_days=90, model=model), of="value")
    alone, together = (intervals.value(fit, money, *past, common=common) for common in (0.0, spread))
    shares = [((window.spend >= low) & (window.spend <= high)).mean() for low, high in (alone, together)]
    assert shares[0] < 0.88 <= shares[1]
    assert np.mean(together[1] - together[0]) < 1.1 * np.mean(alone[1] - alone[0])


@pytest.mark.parametrize(("swing", "widening"), [(0.0, (1.0, 1.06)), (0.4, (1.02, 1.5))])
def test_intervals_hold_with_and_without_a_season(swing: float, widening: tuple[float, float]) -> None:
    generator = np.random.default_rng(11)
    held, inside, wider = [], [], []
    for age, days in ((300, 60), (450, 90), (800, 90)) * 4:
        history = seasonal_shop(generator, 2_000, age + days, swing)
        errors = rolling_errors(history, as_of=age, horizon_days=days)
        window = cut(history, age, days)
        off = error(window)
        found = None if off is None else total_interval(1.0 + off.transactions, errors, of="transactions")
        assert found is not None
        held.append(found[0] <= 1.0 <= found[1])
        then = window.calibration
        fit = purchase.fit("mbg_nbd", then.x, then.t_x, then.T)
        spread = common_spread(errors, of="transactions")
        past = (days, then.x, then.t_x, then.T)
        (alone, low, high) = (
            intervals.transactions(fit, *past),
            *intervals.transactions(fit, *past, common=spread),
        )
        inside.append(((window.transactions >= low) & (window.transactions <= high)).mean())
        wider.append((high - low).sum() / (alone[1] - alone[0]).sum())
    assert np.mean(held) >= 0.8
    assert min(inside) >= 0.9
    assert widening[0] <= np.mean(wider) <= widening[1]
