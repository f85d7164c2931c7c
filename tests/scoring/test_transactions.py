"""Customers summarised from rows, against a count by hand in plain Python."""

from __future__ import annotations

import itertools
from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import purchase
from scoring.transactions import Customers, summarise

AS_OF = 60
ROWS = st.lists(st.tuples(st.integers(1, 6), st.integers(0, AS_OF), st.integers(-40, 90)), max_size=50)
REFUNDS = st.lists(st.tuples(st.integers(1, 8), st.integers(-30, -1)), max_size=6)


def columns(rows: Sequence[tuple[int, ...]], width: int) -> list[Any]:
    return list(np.array(rows, np.int64).reshape(-1, width).T)


def by_hand(rows: list[tuple[int, int, int]], refunds: list[tuple[int, int]]) -> tuple[dict[int, Any], Any]:
    nets: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
    for customer, day, amount in rows:
        nets[customer][day] += amount
    revenue = {customer: sum(days.values()) for customer, days in nets.items()}
    for customer, amount in refunds:
        revenue[customer] = revenue.get(customer, 0) + amount
    buyers = {}
    gaps: Counter[int] = Counter()
    for customer, days in sorted(nets.items()):
        paid = sorted(day for day, net in days.items() if net > 0)
        if paid:
            value = sum(days[day] for day in paid)
            buyers[customer] = (len(paid), paid[0], paid[-1], revenue.pop(customer), value)
            gaps.update(later - day for day, later in itertools.pairwise(paid))
    return buyers, (gaps, len(revenue), sum(revenue.values()))


def told(customers: Customers) -> tuple[dict[int, Any], Any]:
    fields = (customers.frequency, customers.first_day, customers.last_day)
    money = (customers.monetary, customers.transaction_value)
    rows = zip(*(field.tolist() for field in (*fields, *money)), strict=True)
    gaps = Counter({day: count for day, count in enumerate(customers.gaps.tolist()) if count})
    rest = (gaps, customers.without_transaction, customers.without_transaction_value)
    return dict(zip(customers.id.tolist(), rows, strict=True)), rest


@given(ROWS, REFUNDS)
def test_customers_are_counted_as_by_hand(
    rows: list[tuple[int, int, int]], refunds: list[tuple[int, int]]
) -> None:
    adjustment = columns(refunds, 2)
    customers = summarise(*columns(rows, 3), as_of=AS_OF, adjustment=(adjustment[0], adjustment[1]))
    assert told(customers) == by_hand(rows, refunds)


@given(ROWS, st.integers(0, 2**32))
def test_row_order_is_irrelevant_also_with_floats(rows: list[tuple[int, int, int]], seed: int) -> None:
    customer, day, amount = columns(rows, 3)
    order = np.random.default_rng(seed).permutation(len(rows))
    for money in (amount, amount / 7.0):
        straight = summarise(customer, day, money, as_of=AS_OF)
        shuffled = summarise(customer[order], day[order], money[order], as_of=AS_OF)
        assert told(straight) == told(shuffled)
        assert straight.monetary.dtype == shuffled.monetary.dtype == money.dtype


def test_float_sums_do_not_depend_on_the_order_of_a_days_rows() -> None:
    amounts = [0.1, 0.2, 0.3, 1e9, -1e9]
    sums = {
        summarise([1] * 5, [3] * 5, list(order), as_of=3).monetary[0]
        for order in itertools.permutations(amounts)
    }
    assert len(sums) == 1


def test_histories_follow_from_days() -> None:
    customers = summarise([7, 7, 7, 9], [10, 14, 14, 20], [5, 5, 5, 5], as_of=20)
    assert customers.x.tolist() == [1, 0]
    assert customers.t_x.tolist() == [4, 0]
    assert customers.T.tolist() == [10, 0]
    assert customers.recency_days.tolist() == [6, 0]
    assert len(customers) == 2


@given(ROWS)
def test_logarithms_of_gaps_are_summed_when_asked(rows: list[tuple[int, int, int]]) -> None:
    customer, day, amount = columns(rows, 3)
    customers = summarise(customer, day, np.abs(amount) + 1, as_of=AS_OF, log_gaps=True)
    days = [np.unique(day[customer == one]) for one in np.unique(customer)]
    assert customers.sum_log_gap == pytest.approx(np.array([np.log(np.diff(each)).sum() for each in days]))
    assert summarise(customer, day, amount, as_of=AS_OF).sum_log_gap is None


def test_a_reversed_order_is_no_transaction() -> None:
    customers = summarise([1, 1, 1], [3, 5, 5], [10_0000, 168_469_6000, -168_469_6000], as_of=9)
    assert customers.frequency.tolist() == [1]
    assert customers.monetary.tolist() == [10_0000]
    assert customers.last_day.tolist() == [3]


def test_large_ids_that_fit_no_key_are_summarised_too() -> None:
    ids = [2**62, -(2**62), 2**62, 5]
    customers = summarise(ids, [3, 2, 1, 3], [1, 2, 3, 4], as_of=4)
    assert customers.id.tolist() == [-(2**62), 5, 2**62]
    assert customers.monetary.tolist() == [2, 4, 4]
    assert customers.gaps.tolist() == [0, 0, 1]


def test_money_beyond_the_precision_of_floats_stays_exact() -> None:
    customers = summarise([1, 1], [1, 2], [2**53 + 1, 2], as_of=3)
    assert customers.monetary.tolist() == [2**53 + 3]


def test_no_rows_and_no_transactions() -> None:
    none = summarise([], [], [], as_of=5)
    assert len(none) == 0
    assert none.without_transaction == 0
    refunded = summarise([4, 4], [1, 2], [-5, 2 - 2], as_of=5)
    assert len(refunded) == 0
    assert (refunded.without_transaction, refunded.without_transaction_value) == (1, -5)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (([1], [1, 2], [1]), "same length"),
        (([1], [-(2**40)], [1]), "days since"),
        (([1.5], [1], [1]), "integers"),
        (([[1]], [1], [1]), "one-dimensional"),
        (([1], [1], [np.inf]), "finite"),
    ],
)
def test_misuse_is_refused(rows: tuple[Any, Any, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        summarise(*rows, as_of=5)


def test_adjustments_must_match() -> None:
    with pytest.raises(ValueError, match="same length"):
        summarise([1], [1], [1], as_of=5, adjustment=([1, 2], [3]))
    with pytest.raises(ValueError, match="integers exactly"):
        summarise([1], [1], [1], as_of=5, adjustment=([1], [0.5]))


def test_uci_reversal_does_not_make_the_best_customer(uci: Customers) -> None:
    assert uci.monetary[uci.id == 16446].tolist() == [29_000]
    assert uci.monetary.max() == 2_794_890_200


def test_rows_of_the_future_are_left_out_and_counted() -> None:
    rows = [1, 1, 2, 2], [3, 5, 6, 2**40], [10, 20, 30, 40]
    customers, known = purchase.summarise(*rows, as_of=5), summarise([1, 1], [3, 5], [10, 20], as_of=5)
    assert (customers.later_rows, known.later_rows) == (2, 0)
    assert customers.id.tolist() == known.id.tolist() == [1]
    assert customers.monetary.tolist() == known.monetary.tolist() == [30]
    assert customers.without_transaction == 0
    nobody = summarise([1], [6], [1], as_of=5)
    assert (len(nobody), nobody.later_rows) == (0, 1)
