"""Errors of totals at earlier days, and the intervals that follow."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.histories import end, uci
from scoring import purchase, spend
from scoring.backtest import rolling
from scoring.backtest.coverage import Coverage, forward
from scoring.backtest.rolling import (
    RollingError,
    RollingErrors,
    common_spread,
    rolling_errors,
    total_interval,
)
from scoring.backtest.window import cut
from scoring.history import History
from tests.scoring.histories import cdnow_history, shop_history, shuffled, uci_history, weekly_history


def errors(offs: list[float], *, days: int = 100, horizon: int = 100, step: int = 100) -> RollingErrors:
    found = tuple(RollingError(1_000 - step * i, 500, off, off) for i, off in enumerate(offs))
    return RollingErrors(days, horizon, found, None)


def test_origins_are_spread_over_the_last_two_thirds() -> None:
    found = rolling_errors(cdnow_history(), as_of=end(cdnow_history()), horizon_days=365)
    first, last = end(cdnow_history()) - 546, end(cdnow_history())
    assert (found.days, found.horizon_days, found.reason) == (182, 365, None)
    origins = [each.origin for each in found.errors]
    assert (origins[0], origins[-1], len(origins)) == (last - 182, first + 182, 6)
    assert origins == sorted(origins, reverse=True)


def test_an_error_is_predicted_over_actual() -> None:
    history = shop_history(1_000)
    last = rolling_errors(history, as_of=730, horizon_days=90).errors[0]
    window = cut(history, 640, 90)
    known = window.calibration
    fit = purchase.fit("mbg_nbd", known.x, known.t_x, known.T, prior=len(known) < 500)
    expected = fit.expected_purchases(90, known.x, known.t_x, known.T)
    mean = known.transaction_value / known.frequency
    value = expected * spend.fit(known.frequency, mean).expected_spend(known.frequency, mean)
    assert (last.origin, last.customers) == (640, len(known))
    assert last.transactions == pytest.approx(expected.sum() / window.transactions.sum() - 1)
    assert last.value == pytest.approx(value.sum() / window.spend.sum() - 1)


def test_the_future_of_as_of_plays_no_part() -> None:
    history = shop_history(2_000)
    early = rolling_errors(history.between(None, 500), as_of=500, horizon_days=90)
    assert rolling_errors(history, as_of=500, horizon_days=90) == early


def test_row_order_changes_no_bit() -> None:
    history = shop_history(12_000)
    one, other = (rolling_errors(each, as_of=730, horizon_days=365) for each in (history, shuffled(history)))
    assert one == other
    assert one.errors[0].customers < 10_000


@pytest.mark.parametrize("as_of", [0, 1, 7, 41])
def test_a_short_history_has_no_errors(as_of: int) -> None:
    found = rolling_errors(shop_history(500), as_of=as_of, horizon_days=365)
    assert (found.errors, found.reason) == ((), rolling.TOO_SHORT)


def test_quiet_windows_have_no_errors() -> None:
    history = weekly_history(4)
    late = history.customer >= 2
    lapsed = History(history.customer[late], history.day[late], history.amount[late])
    found = rolling_errors(lapsed, as_of=400, horizon_days=30)
    assert (found.errors, found.reason) == ((), rolling.TOO_FEW_ORDERS)
    assert total_interval(100.0, found) is None


def test_the_interval_is_a_factor_on_both_sides() -> None:
    low, high = total_interval(1_000.0, errors([0.3, -0.3, 0.3, -0.3])) or (0.0, 0.0)
    assert low * high == pytest.approx(1_000.0**2)
    assert low < 700.0


def test_small_errors_leave_the_floor() -> None:
    low, high = total_interval(1_000.0, errors([0.01, -0.01, 0.0])) or (0.0, 0.0)
    assert (low, high) == pytest.approx((1_000 * np.exp(-0.1644854), 1_000 * np.exp(0.1644854)))


def test_a_bias_counts_as_error() -> None:
    biased, fair = (total_interval(1.0, errors(offs)) for offs in ([0.5, 0.5, 0.5], [0.0, 0.0, 0.0]))
    assert biased
    assert fair
    assert biased[0] < fair[0]


def test_windows_that_overlap_tell_less() -> None:
    apart, close = (total_interval(1.0, errors([0.3, -0.3, 0.3], step=step)) for step in (100, 10))
    assert apart
    assert close
    assert close[1] > apart[1]


def test_windows_of_one_season_tell_less_than_a_quarter_apart() -> None:
    monthly, quarterly = (
        total_interval(1.0, errors([0.3, -0.3, 0.3], days=30, horizon=30, step=step)) for step in (30, 92)
    )
    assert monthly
    assert quarterly
    assert monthly[1] > quarterly[1]


def test_the_common_spread_is_that_of_the_total() -> None:
    found = errors([0.3, -0.3, 0.3])
    _, high = total_interval(1.0, found) or (0.0, 0.0)
    assert 1.6448536 * common_spread(found, of="value") == pytest.approx(np.log(high))
    assert common_spread(None, of="value") == common_spread(errors([0.1, 0.2]), of="value") == rolling.FLOOR


def test_windows_shorter_than_the_horizon_widen_it() -> None:
    same, longer = (total_interval(1.0, errors([0.3, -0.3, 0.3], horizon=h)) for h in (100, 400))
    assert same
    assert longer
    assert np.log(longer[1]) == pytest.approx(2 * np.log(same[1]))


def test_a_higher_level_is_wider() -> None:
    half, most = (total_interval(1.0, errors([0.3, -0.3, 0.3]), level) for level in (0.5, 0.95))
    assert half
    assert most
    assert most[0] < half[0] < 1.0 < half[1] < most[1]


def test_two_errors_are_too_few() -> None:
    assert total_interval(1.0, errors([0.1, 0.2])) is None


@pytest.mark.parametrize("of", ["transactions", "value"])
@pytest.mark.parametrize("name", ["cdnow", "uci", "shop"])
def test_totals_lie_in_their_intervals(name: str, of: str) -> None:
    history = {"cdnow": cdnow_history, "uci": uci_history, "shop": lambda: shop_history(3_000)}[name]()
    found = forward(history.sample(5_000), as_of=end(history), of=of)
    assert found.tested == 24
    assert found.share >= 0.8


def test_totals_lie_in_their_intervals_where_credits_belong_to_no_order() -> None:
    uci_history()
    whole = uci()
    found = forward(whole, as_of=end(whole))
    assert (found.tested, found.share >= 0.8) == (24, True)


def test_coverage_of_nothing_is_unknown() -> None:
    assert np.isnan(Coverage(0, 0).share)
    assert forward(shop_history(100), as_of=30) == Coverage(0, 0)
