"""Exact means and percentages."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import summaries
from scoring.segments import SEGMENTS


@given(st.integers(-(10**18), 10**18), st.integers(1, 1000))
def test_mean_money_is_rounded_half_to_even(total: int, count: int) -> None:
    exact = Decimal(total) / Decimal(count)
    assert summaries.mean_money(total, count) == int(exact.quantize(Decimal(1), ROUND_HALF_EVEN))


def test_means_of_nobody() -> None:
    assert summaries.mean_money(0, 0) is None
    assert summaries.mean(0, 0) is None


@given(st.lists(st.integers(0, 10**7), min_size=11, max_size=11))
def test_percentages_sum_to_one_hundred(counts: list[int]) -> None:
    parts = summaries.percentages(counts)
    total = sum(counts)
    if total == 0:
        assert parts == [0.0] * 11
        return
    assert sum(Decimal(str(part)) for part in parts) == 100
    assert all(abs(part - 100 * count / total) < 0.01 for part, count in zip(parts, counts, strict=True))


def test_percentages_serve_the_largest_remainders() -> None:
    assert summaries.percentages([1, 1, 1]) == [33.34, 33.33, 33.33]
    assert summaries.percentages([2, 4, 1]) == [28.57, 57.14, 14.29]


def test_distribution_has_a_row_for_every_segment() -> None:
    codes = np.array([0, 0, 10], np.uint8)
    days = np.array([1, 4, 900], np.int32)
    orders = np.array([9, 8, 1], np.int32)
    money = np.array([2**60, 2**60 + 3, 7], np.int64)
    rows = summaries.distribution(codes, days, orders, money)
    assert tuple(row.segment for row in rows) == SEGMENTS
    first, empty, last = rows[0], rows[1], rows[10]
    assert (first.customer_count, first.percentage) == (2, 66.67)
    assert (first.avg_recency, first.avg_frequency, first.avg_monetary) == (2.5, 8.5, 2**60 + 2)
    assert (empty.customer_count, empty.avg_recency, empty.avg_monetary) == (0, None, None)
    assert last.percentage == pytest.approx(33.33)


def test_the_grid_has_every_pair_of_scores() -> None:
    dice = np.random.default_rng(5)
    r, f = (dice.integers(1, 6, 200).astype(np.uint8) for _ in range(2))
    money = dice.integers(-50, 2**50, 200)
    cells = summaries.grid(r, f, money)
    assert [(each.recency_score, each.frequency_score) for each in cells] == [
        (i, j) for i in range(1, 6) for j in range(1, 6)
    ]
    for each in cells:
        mine = [
            int(value)
            for one, other, value in zip(r, f, money, strict=True)
            if (one, other) == (each.recency_score, each.frequency_score)
        ]
        assert (each.customer_count, each.revenue) == (len(mine), sum(mine))
        assert each.avg_monetary == summaries.mean_money(sum(mine), len(mine))
    assert sum(Decimal(str(each.percentage)) for each in cells) == 100
    nobody = summaries.grid(r[:0], f[:0], money[:0])
    assert [(each.customer_count, each.avg_monetary) for each in nobody] == [(0, None)] * 25


def test_values_of_risk_classes() -> None:
    rows = summaries.risk_values(np.array([0, 3, 3], np.uint8), np.array([1, 2**60, 3]), np.array([5, -7, 8]))
    assert [(each.risk, each.expected_value, each.predicted_value) for each in rows] == [
        ("active", 1, 5),
        ("at_risk", 0, 0),
        ("churning", 0, 0),
        ("churned", 2**60 + 3, 1),
    ]
