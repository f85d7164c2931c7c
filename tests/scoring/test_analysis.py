"""Whole runs: what they promise of any data, on real shops and on odd ones."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from scoring import baselines, purchase, spend
from scoring.analysis import ANALYSES, Analysis, analyse
from scoring.segments import SEGMENTS
from scoring.settings import Settings
from scoring.transactions import Customers, summarise
from tests.scoring.histories import (
    cdnow_history,
    customers_of,
    shop_history,
    shuffled,
    uci_history,
    weekly_history,
)

ROWS = st.lists(st.tuples(st.integers(1, 50), st.integers(0, 90), st.integers(-40, 90)), max_size=150)


def arrays(analysis: Analysis) -> list[NDArray[Any]]:
    parts = (analysis.rfm, analysis.clv, analysis.churn)
    values = [getattr(part, field.name) for part in parts if part for field in dataclasses.fields(part)]
    return [analysis.id, *(value for value in values if isinstance(value, np.ndarray))]


def stored(analysis: Analysis) -> str:
    """What a run stores, as JSON without NaN."""
    parts = (analysis.rfm, analysis.clv, analysis.churn)
    summaries = [dataclasses.asdict(part.summary) for part in parts if part]
    model = dataclasses.asdict(analysis.model) if analysis.model else None
    return json.dumps([*summaries, model], allow_nan=False)


def check(analysis: Analysis, n: int) -> None:
    """What holds for any data."""
    rfm, clv, churn, model = analysis.rfm, analysis.clv, analysis.churn, analysis.model
    assert rfm
    assert clv
    assert churn
    assert model
    assert all(len(values) == n for values in arrays(analysis))
    assert stored(analysis)
    rows = rfm.summary.distribution
    assert sum(row.customer_count for row in rows) == rfm.summary.overview.total_customers == n
    assert sum(round(row.percentage * 100) for row in rows) == (10_000 if n else 0)
    assert (clv.expected_value >= 0).all()
    np.testing.assert_array_equal(clv.predicted_value, clv.historical_value + clv.expected_value)
    overview = clv.summary.overview
    assert overview.high + overview.medium + overview.low == n
    assert overview.total_predicted_value == sum(clv.predicted_value.tolist())
    risks = churn.summary.overview
    assert risks.active + risks.at_risk + risks.churning + risks.churned == n
    assert risks.at_risk_count == risks.at_risk
    known = model.name != "heuristic"
    for values in (churn.probability, churn.p_alive):
        assert ((values >= 0) & (values <= 1)).all() if known else np.isnan(values).all()


@settings(max_examples=40, deadline=None)
@given(ROWS)
def test_any_shop_can_be_analysed(rows: list[tuple[int, int, int]]) -> None:
    customer, day, amount = np.array(rows, np.int64).reshape(-1, 3).T
    customers = summarise(customer, day, amount, as_of=90)
    check(analyse(customers), len(customers))


def shop(name: str) -> Customers:
    days = np.arange(400)
    rows: dict[str, tuple[Any, Any, Any]] = {
        "nobody": ([], [], []),
        "one": ([1], [7], [50_0000]),
        "first order today": ([1], [400], [50_0000]),
        "one of a million": ([1], [7], [1_000_000_0000]),
        "one-timers": (days, days, np.full(400, 20_0000)),
        "twins": (np.repeat(days, 4), np.tile([10, 50, 90, 130], 400), np.full(1600, 20_0000)),
        "a week": (days % 60, 394 + days % 7, 10_0000 + days),
        "outlier": (np.append(days % 90, 1), np.append(days, 300), np.append(days + 1, 10**15)),
        "daily": (np.repeat(np.arange(40), 400), np.tile(days, 40), np.full(16_000, 1)),
    }
    return summarise(*rows[name], as_of=400)


@pytest.mark.parametrize(
    "name",
    [
        "nobody",
        "one",
        "first order today",
        "one of a million",
        "one-timers",
        "twins",
        "a week",
        "outlier",
        "daily",
    ],
)
def test_odd_shops_can_be_analysed(name: str) -> None:
    customers = shop(name)
    check(analyse(customers), len(customers))


def test_nobody_has_zeros_and_nones() -> None:
    analysis = analyse(shop("nobody"))
    assert analysis.rfm
    assert analysis.clv
    assert analysis.churn
    overview = analysis.rfm.summary.overview
    assert (overview.total_customers, overview.total_revenue, overview.avg_recency) == (0, 0, None)
    assert analysis.clv.summary.overview.avg_predicted_value is None
    assert analysis.churn.summary.overview.churn_rate is None


def test_low_data_is_flagged_and_explained() -> None:
    analysis = analyse(shop("one-timers"))
    assert analysis.model
    assert analysis.churn
    assert (analysis.model.name, analysis.model.flags) == ("heuristic", ("LOW_DATA",))
    assert analysis.model.parameters == {}
    assert "model needs 30" in analysis.model.reason
    assert analysis.churn.risk[-1] == 0
    assert analysis.churn.risk[0] == 3


@pytest.mark.parametrize("data", ["uci", "cdnow_master"])
def test_row_order_changes_no_bit(data: str, request: pytest.FixtureRequest) -> None:
    customers: Customers = request.getfixturevalue(data)
    rows: tuple[NDArray[Any], ...] = (customers.id, customers.first_day, customers.transaction_value)
    later: tuple[NDArray[Any], ...] = (customers.id, customers.last_day, np.full(len(customers), 10_0000))
    columns = [np.concatenate(pair) for pair in zip(rows, later, strict=True)]
    order = np.random.default_rng(9).permutation(len(columns[0]))
    straight = analyse(summarise(*columns, as_of=customers.as_of))
    mixed = analyse(summarise(*(column[order] for column in columns), as_of=customers.as_of))
    assert stored(straight) == stored(mixed)
    for one, other in zip(arrays(straight), arrays(mixed), strict=True):
        assert one.tobytes() == other.tobytes()


def test_cdnow_master(cdnow_master: Customers) -> None:
    analysis = analyse(cdnow_master)
    check(analysis, 23_502)
    assert analysis.without_transaction == 68
    assert analysis.model
    assert (analysis.model.name, analysis.model.flags) == ("mbg_nbd", ())
    assert list(analysis.model.parameters.values()) == pytest.approx(
        [0.69059, 69.2858, 0.49641, 0.8711], rel=1e-4
    )
    assert analysis.rfm
    assert analysis.rfm.summary.overview.total_revenue == sum(cdnow_master.monetary.tolist())
    assert analysis.model.spend_name == "gamma_gamma"


def test_uci_says_why_it_uses_the_simpler_model(uci: Customers) -> None:
    analysis = analyse(uci)
    check(analysis, 4326)
    assert analysis.model
    assert analysis.model.name == "nbd"
    assert purchase.NO_GAIN_OVER_NBD not in analysis.model.flags
    assert purchase.NO_GAIN_OVER_NBD in analysis.model.rejected["mbg_nbd"]
    assert "simpler model" in analysis.model.reason
    assert analysis.without_transaction == 46


def test_values_are_made_of_the_parts(cdnow_master: Customers) -> None:
    analysis = analyse(cdnow_master, settings=Settings(months=6, annual_rate=0.0))
    assert analysis.clv
    assert analysis.churn
    fit = purchase.fit("mbg_nbd", cdnow_master.x, cdnow_master.t_x, cdnow_master.T)
    history = (cdnow_master.x, cdnow_master.t_x, cdnow_master.T)
    orders = fit.expected_purchases(6 * 30.4375, *history)
    np.testing.assert_allclose(analysis.clv.expected_orders, orders, rtol=1e-9)
    mean = cdnow_master.transaction_value / cdnow_master.frequency
    worth = spend.fit(cdnow_master.frequency, mean).expected_spend(cdnow_master.frequency, mean)
    np.testing.assert_allclose(analysis.clv.expected_value, orders * worth, rtol=1e-9, atol=0.51)
    horizon = analysis.churn.summary.horizon_days
    np.testing.assert_allclose(analysis.churn.probability, 1 - fit.p_return(horizon, *history), atol=1e-12)
    np.testing.assert_array_equal(analysis.churn.p_alive, fit.p_alive(*history))


def test_a_fresh_one_time_buyer_is_protected(cdnow_master: Customers) -> None:
    analysis = analyse(cdnow_master)
    assert analysis.churn
    usual = analysis.churn.summary
    fresh = (cdnow_master.x == 0) & (cdnow_master.recency_days <= usual.silence_q50)
    assert set(analysis.churn.risk[fresh].tolist()) <= {0}


def test_only_what_is_asked_for_runs(cdnow_master: Customers) -> None:
    analysis = analyse(cdnow_master, analyses=frozenset({"rfm"}))
    assert analysis.rfm
    assert (analysis.clv, analysis.churn, analysis.model) == (None, None, None)
    churn_only = analyse(cdnow_master, analyses=frozenset({"churn"}))
    assert (churn_only.rfm, churn_only.clv) == (None, None)
    assert churn_only.model
    assert churn_only.model.spend_name is None


def test_float_money_is_scaled() -> None:
    rows = ([1, 1, 2], [1, 9, 5])
    whole = analyse(summarise(*rows, [10_5000, 3_0000, 7], as_of=20))
    real = analyse(summarise(*rows, [10.5, 3.0, 0.0007], as_of=20))
    assert stored(whole) == stored(real)


def test_progress_is_told_in_order() -> None:
    steps: list[tuple[str, float]] = []
    analyse(shop("one"), progress=lambda step, share: steps.append((step, share)))
    assert [step for step, _ in steps] == ["rfm", "model", "clv", "churn", "done"]
    assert [share for _, share in steps] == sorted(share for _, share in steps)
    assert steps[0][1] == 0.0
    assert steps[-1][1] == 1.0


def test_an_own_map_names_the_segments() -> None:
    cells = np.full((6, 6, 6), SEGMENTS.index("Lost"), np.uint8)
    analysis = analyse(shop("one"), settings=Settings(segment_cells=cells, segment_map_version=9))
    assert analysis.rfm
    assert analysis.rfm.summary.map_version == 9
    assert SEGMENTS[analysis.rfm.segment[0]] == "Lost"


def test_without_rows_a_total_has_no_interval(cdnow_master: Customers) -> None:
    analysis = analyse(cdnow_master)
    assert analysis.clv
    interval = analysis.clv.summary.interval
    assert (interval.expected_low, interval.expected_high, interval.reason) == (None, None, "NO_HISTORY")
    assert analysis.model
    assert (analysis.model.candidates, analysis.model.window_days) == ((), None)


def test_a_total_lies_in_its_interval() -> None:
    history = cdnow_history()
    analysis = analyse(customers_of(history), history=history)
    check(analysis, 23_502)
    assert analysis.clv
    interval, total = analysis.clv.summary.interval, analysis.clv.summary.overview.total_expected_value
    assert interval.expected_low is not None
    assert interval.expected_high is not None
    assert interval.expected_low < 0.85 * total
    assert interval.expected_high > 1.17 * total
    assert interval.errors is not None
    assert (interval.errors.days, interval.errors.horizon_days, len(interval.errors.errors)) == (182, 365, 6)


def test_rows_of_a_short_history_give_a_reason() -> None:
    history = shop_history(20_000).between(None, 40)
    analysis = analyse(customers_of(history, 40), history=history)
    assert analysis.clv
    assert analysis.clv.summary.interval.reason == "TOO_SHORT"
    low = analyse(shop("one"), history=history)
    assert low.clv
    assert low.clv.summary.interval.reason == "LOW_DATA"


def test_the_report_holds_the_table() -> None:
    history = uci_history()
    analysis = analyse(customers_of(history), history=history)
    assert analysis.model
    assert analysis.model.candidates[0].name == "mbg_nbd"
    assert sum(row.chosen for row in analysis.model.candidates) == 1
    assert purchase.NO_GAIN_OVER_NBD not in analysis.model.flags
    assert purchase.NO_GAIN_OVER_NBD in analysis.model.rejected["mbg_nbd"]
    assert stored(analysis)


def test_a_better_baseline_gives_the_probability_and_the_model_the_rest() -> None:
    history = weekly_history()
    customers = customers_of(history)
    plain = analyse(customers, settings=Settings(churn_horizon_days=90))
    better = analyse(customers, settings=Settings(churn_horizon_days=90), history=history)
    check(better, 600)
    assert better.model
    assert "BASELINE_BETTER" in better.model.flags
    assert better.churn
    assert plain.churn
    rule = baselines.last_window(baselines.past(history, customers, 90))
    np.testing.assert_array_equal(better.churn.probability, 1 - rule.p_return(90))
    fit = purchase.of(better.model.name, **better.model.parameters)
    alive = fit.p_alive(customers.x, customers.t_x, customers.T)
    np.testing.assert_array_equal(better.churn.p_alive, alive)


def test_row_order_with_rows_changes_no_bit() -> None:
    history = shop_history(3_000)
    one, other = (analyse(customers_of(each, 730), history=each) for each in (history, shuffled(history)))
    assert stored(one) == stored(other)
    for mine, theirs in zip(arrays(one), arrays(other), strict=True):
        assert mine.tobytes() == theirs.tobytes()


def test_an_own_churn_horizon(cdnow_master: Customers) -> None:
    analysis = analyse(cdnow_master, settings=Settings(churn_horizon_days=45))
    assert analysis.churn
    assert analysis.churn.summary.horizon_days == 45
    fit = purchase.fit("mbg_nbd", cdnow_master.x, cdnow_master.t_x, cdnow_master.T)
    p_return = fit.p_return(45, cdnow_master.x, cdnow_master.t_x, cdnow_master.T)
    np.testing.assert_allclose(analysis.churn.probability, 1 - p_return, atol=1e-12)


def test_misuse_is_refused() -> None:
    with pytest.raises(ValueError, match="analyses must be among"):
        analyse(shop("one"), analyses=ANALYSES | {"magic"})
    with pytest.raises(ValueError, match="months"):
        Settings(months=0)
    with pytest.raises(ValueError, match="annual_rate"):
        Settings(annual_rate=-0.1)
    with pytest.raises(ValueError, match="churn_horizon_days"):
        Settings(churn_horizon_days=0)
