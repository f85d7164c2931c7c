"""Bins: every customer in one, round edges, sums that hang together."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.histograms import probability_histogram, value_histogram

MONEY = st.integers(-(2**62), 2**62)


@given(st.lists(MONEY | st.integers(-500, 500_000), min_size=1, max_size=60))
def test_every_value_is_in_one_bin(values: list[int]) -> None:
    bins = value_histogram(np.array([value // 64 for value in values], np.int64))
    for low, high in pairwise(bins):
        assert low.value_below == high.value_from
        assert low.value_below is not None
    for each in bins:
        mine = [
            value // 64
            for value in values
            if (each.value_from is None or value // 64 >= each.value_from)
            and (each.value_below is None or value // 64 < each.value_below)
        ]
        assert (each.customer_count, each.total_value) == (len(mine), sum(mine))
    assert sum(each.customer_count for each in bins) == len(values)
    assert 1 <= len(bins) <= 18


@given(st.lists(MONEY, min_size=1, max_size=9))
def test_the_largest_amounts_have_bins_too(values: list[int]) -> None:
    assert sum(each.customer_count for each in value_histogram(np.array(values, np.int64))) == len(values)


def test_wide_positive_values_get_bins_that_grow() -> None:
    values = (np.exp(np.random.default_rng(3).normal(9, 1.2, 10_000))).astype(np.int64)
    bins = value_histogram(values)
    edges = [each.value_from for each in bins[1:]]
    assert edges == [200, 500, 1000, 2000, 5000, 10000, 20000, 50000, 100000, 200000]
    assert len(edges) >= 8
    assert sum(each.total_value for each in bins) == int(values.sum())


def test_very_wide_values_get_a_bin_a_power_of_ten() -> None:
    values = np.array([10**power for power in range(12)], np.int64)
    edges = [each.value_from for each in value_histogram(values)]
    assert edges == [10**power for power in range(12)]


def test_close_or_negative_values_get_bins_of_equal_width() -> None:
    close = value_histogram(np.arange(52_000, 61_000))
    assert [each.value_from for each in close] == list(range(52_000, 61_000, 1000))
    below = value_histogram(np.arange(-1_000, 9_000))
    widths = {
        each.value_below - each.value_from
        for each in below
        if each.value_from is not None and each.value_below is not None
    }
    assert widths == {1000}


def test_alike_customers_share_the_only_bin() -> None:
    (only,) = value_histogram(np.full(9, 100))
    assert (only.value_from, only.value_below, only.customer_count, only.total_value) == (100, 101, 9, 900)
    assert value_histogram(np.zeros(0, np.int64)) == ()


@pytest.mark.parametrize("seed", [1, 2])
def test_tenths_of_probability(seed: int) -> None:
    values = np.random.default_rng(seed).random(1000)
    values[:3] = 0.0, 1.0, np.nan
    bins = probability_histogram(values)
    assert [(each.probability_from, each.probability_below) for each in bins] == [
        (i / 10, (i + 1) / 10) for i in range(10)
    ]
    for i, each in enumerate(bins):
        expected = sum(1 for value in values.tolist() if value == value and min(int(value * 10), 9) == i)
        assert each.customer_count == expected
    assert sum(each.customer_count for each in bins) == 999


def test_unknown_probabilities_are_in_no_bin() -> None:
    assert sum(each.customer_count for each in probability_histogram(np.full(5, np.nan))) == 0
