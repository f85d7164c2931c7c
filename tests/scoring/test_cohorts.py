"""Cohorts, against the same ledgers counted in plain loops."""

from __future__ import annotations

from collections import Counter, defaultdict

import pytest

from scoring.cohorts import MOST_COHORTS, Cohorts, cohorts
from scoring.history import History
from scoring.transactions import Customers
from tests.scoring import ledgers
from tests.scoring.ledgers import FIRST, GUEST, Row

Cells = dict[tuple[int, int], tuple[int, int]]
"""(first day of the cohort's month, months since) -> (customers, revenue)."""


def counted(rows: list[Row]) -> Cells:
    active: dict[tuple[int, int], set[int]] = defaultdict(set)
    revenue: Counter[tuple[int, int]] = Counter()
    bought = ledgers.purchases(rows)
    for customer, days in bought.items():
        for day in days:
            cell = ledgers.begin(days[0], "month"), ledgers.months_between(days[0], day)
            active[cell].add(customer)
    for row in rows:
        if row.kind != "left_out" and row.customer in bought:
            first = bought[row.customer][0]
            since = max(ledgers.months_between(first, row.day), 0)
            revenue[ledgers.begin(first, "month"), since] += row.amount
    cells = {*active, *(cell for cell, amount in revenue.items() if amount)}
    return {cell: (len(active[cell]), revenue[cell]) for cell in sorted(cells)}


def told(found: Cohorts) -> Cells:
    columns = (found.start, found.months_since, found.customers, found.revenue)
    return {
        (start, since): (customers, revenue)
        for start, since, customers, revenue in zip(*(each.tolist() for each in columns), strict=True)
    }


def of(rows: list[Row], as_of: int = FIRST + 900) -> tuple[Cohorts, History, Customers]:
    _, history, customers = ledgers.read(rows, as_of)
    return cohorts(customers, history.adjustment), history, customers


@pytest.mark.parametrize("seed", range(8))
def test_cells_are_those_of_plain_loops(seed: int) -> None:
    rows = ledgers.ledger(seed, customers=5 + 30 * seed)
    assert told(of(rows)[0]) == counted(rows)


@pytest.mark.parametrize("seed", range(3))
def test_sizes_sum_to_all_customers_and_revenue_to_theirs(seed: int) -> None:
    found, _, customers = of(ledgers.ledger(seed))
    assert int(found.customers[found.months_since == 0].sum()) == len(customers)
    assert int(found.revenue.sum()) == int(customers.monetary.sum())


def test_one_order_is_a_cohort_of_one() -> None:
    assert told(of([Row("order", 7, FIRST, 500)])[0]) == {(ledgers.begin(FIRST, "month"), 0): (1, 500)}


def test_nobody_has_no_cohort() -> None:
    assert told(of([])[0]) == {}
    assert told(of([Row("order", GUEST, FIRST, 500)])[0]) == {}


def test_what_came_back_before_the_first_purchase_counts_in_its_month() -> None:
    rows = [Row("loose", 7, FIRST - 90, -30), Row("order", 7, FIRST, 500)]
    assert told(of(rows)[0]) == {(ledgers.begin(FIRST, "month"), 0): (1, 470)}


def test_only_the_latest_cohorts_are_kept() -> None:
    rows = [Row("order", 100 + n, FIRST - 20 * n, 10) for n in range(3 * MOST_COHORTS)]
    rows += [Row("order", 100 + n, FIRST, 5) for n in range(3 * MOST_COHORTS)]
    rows += [Row("loose", 100 + n, FIRST, -1) for n in range(3 * MOST_COHORTS)]
    found, _, _ = of(rows, FIRST + 1)
    expected = {
        cell: figures
        for cell, figures in counted(rows).items()
        if ledgers.months_between(cell[0], FIRST + 1) <= MOST_COHORTS
    }
    assert told(found) == expected
    assert len({start for start, _ in expected}) == MOST_COHORTS


def test_customers_without_their_purchases_are_refused() -> None:
    _, history, _ = ledgers.read([Row("order", 7, FIRST, 500)])
    with pytest.raises(ValueError, match="with their purchases"):
        cohorts(history.customers(FIRST + 1))
