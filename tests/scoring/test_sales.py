"""Sales over time, against the same ledgers counted in plain loops."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from scoring.calendar import INTERVALS
from scoring.sales import DailyTally, Periods, by_interval
from tests.scoring import ledgers
from tests.scoring.ledgers import FIRST, GUEST, Row

NAMES = ("orders", "revenue", "refunds", "left_out", "new_customers", "returning_customers")


def counted(rows: list[Row], interval: str) -> dict[int, dict[str, int]]:
    """Figures by first day of the period, periods without any left out."""
    found: dict[str, Counter[int]] = {name: Counter() for name in NAMES}
    for row in rows:
        start = ledgers.begin(row.day, interval)
        if row.kind == "order":
            found["orders"][start] += 1
            found["revenue"][start] += row.amount
        elif row.kind == "left_out":
            found["left_out"][start] += 1
        else:
            found["refunds"][start] -= row.amount
    for days in ledgers.purchases(rows).values():
        starts = sorted({ledgers.begin(day, interval) for day in days})
        found["new_customers"][starts[0]] += 1
        for start in starts[1:]:
            found["returning_customers"][start] += 1
    some = {start for counter in found.values() for start, number in counter.items() if number}
    return {start: {name: found[name][start] for name in NAMES} for start in sorted(some)}


def told(periods: Periods) -> dict[int, dict[str, int]]:
    return {
        int(start): {name: int(getattr(periods, name)[i]) for name in NAMES}
        for i, start in enumerate(periods.start)
    }


@pytest.mark.parametrize("interval", INTERVALS)
@pytest.mark.parametrize("seed", range(8))
def test_figures_are_those_of_plain_loops(seed: int, interval: str) -> None:
    rows = ledgers.ledger(seed, customers=5 + 30 * seed)
    tally, _, customers = ledgers.read(rows)
    assert told(by_interval(tally.total(), customers)[interval]) == counted(rows, interval)


@pytest.mark.parametrize("seed", range(3))
def test_intervals_agree_in_what_can_be_summed(seed: int) -> None:
    tally, _, customers = ledgers.read(ledgers.ledger(seed))
    daily = tally.total()
    found = by_interval(daily, customers)
    for name in NAMES[:-1]:
        assert len({int(getattr(found[interval], name).sum()) for interval in INTERVALS}) == 1
    assert int(found["month"].new_customers.sum()) == len(customers)
    assert int(found["day"].revenue.sum()) == int(daily.revenue.sum())


def test_guests_bring_revenue_and_are_no_customers() -> None:
    tally, _, customers = ledgers.read([Row("order", GUEST, FIRST, 500), Row("order", GUEST, FIRST, 1)])
    (day,) = told(by_interval(tally.total(), customers)["day"]).values()
    assert day == dict.fromkeys(NAMES, 0) | {"orders": 2, "revenue": 501}


def test_one_order() -> None:
    tally, _, customers = ledgers.read([Row("order", 7, FIRST, 500)])
    for interval, periods in by_interval(tally.total(), customers).items():
        expected = dict.fromkeys(NAMES, 0) | {"orders": 1, "revenue": 500, "new_customers": 1}
        assert told(periods) == {ledgers.begin(FIRST, interval): expected}


def test_two_purchases_of_a_week_are_one_returning_customer_unless_they_are_the_first() -> None:
    monday = ledgers.begin(FIRST, "week")
    days = (monday, monday + 1, monday + 7, monday + 13, monday + 14)
    tally, _, customers = ledgers.read([Row("order", 7, day, 500) for day in days])
    weeks = by_interval(tally.total(), customers)["week"]
    assert weeks.new_customers.tolist() == [1, 0, 0]
    assert weeks.returning_customers.tolist() == [0, 1, 1]


def test_an_order_that_came_back_brings_no_new_customer() -> None:
    rows = [Row("order", 7, FIRST, 500), Row("refund", 7, FIRST, -500), Row("order", 7, FIRST + 40, 9)]
    tally, _, customers = ledgers.read(rows)
    days = by_interval(tally.total(), customers)["day"]
    assert days.orders.tolist() == [1, 1]
    assert days.refunds.tolist() == [500, 0]
    assert days.new_customers.tolist() == [0, 1]


def test_nothing_at_all() -> None:
    tally, _, customers = ledgers.read([])
    assert len(tally.total()) == 0
    assert all(len(periods) == 0 for periods in by_interval(tally.total(), customers).values())


def test_sums_are_exact_where_floats_are_not() -> None:
    tally = DailyTally()
    days = np.full(3, FIRST, np.int32)
    tally.add_orders(days, np.array([2**60, 1, 1]))
    assert int(tally.total().revenue[0]) == 2**60 + 2


def test_customers_without_their_purchases_are_refused() -> None:
    tally, history, _ = ledgers.read([Row("order", 7, FIRST, 500)])
    with pytest.raises(ValueError, match="with their purchases"):
        by_interval(tally.total(), history.customers(FIRST + 1))
