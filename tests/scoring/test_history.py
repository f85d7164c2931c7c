"""Order rows: samples of customers that any order of rows agrees on, and transactions by day."""

from __future__ import annotations

import numpy as np
import pytest

from scoring.history import History
from tests.scoring.histories import shop_history, shuffled


def small(customer: list[int], day: list[int], amount: list[int]) -> History:
    return History(np.array(customer, np.int64), np.array(day, np.int32), np.array(amount, np.int64))


@pytest.mark.parametrize("size", [1, 100, 1_999])
def test_a_sample_has_all_rows_of_so_many_customers(size: int) -> None:
    history = shop_history(2_000)
    sample = history.sample(size)
    ids, counts = np.unique(sample.customer, return_counts=True)
    assert len(ids) == size
    np.testing.assert_array_equal(counts, np.bincount(history.customer)[ids])


def test_a_smaller_sample_is_part_of_a_larger_one() -> None:
    history = shop_history(2_000)
    large, little = (set(history.sample(size).customer.tolist()) for size in (500, 100))
    assert little < large
    assert set(history.sample(500).sample(100).customer.tolist()) == little


def test_a_sample_does_not_depend_on_the_order_of_rows() -> None:
    history = shop_history(2_000)
    samples = [set(each.sample(300).customer.tolist()) for each in (history, shuffled(history))]
    assert samples[0] == samples[1]


def test_a_sample_of_few_is_everyone() -> None:
    history = small([5, 5, -7], [1, 2, 3], [1, 1, 1])
    assert len(history.sample(2)) == 3
    assert len(history.between(9, 10).sample(2)) == 0


def test_a_sample_takes_the_adjustments_of_its_customers() -> None:
    ids = np.arange(1_000)
    extra = (ids, ids.astype(np.int32), -ids)
    sample = History(ids, ids.astype(np.int32), ids + 1, extra).sample(100)
    assert sample.adjustment is not None
    np.testing.assert_array_equal(sample.adjustment[0], sample.customer)


def test_samples_are_fair_to_regular_ids() -> None:
    ids = np.repeat(np.arange(10_000) * 1024, 2)
    sample = History(ids, np.zeros(20_000, np.int32), ids + 1).sample(2_000)
    tenths = np.bincount(np.unique(sample.customer) * 10 // (10_000 * 1024), minlength=10)
    assert tenths.min() > 150


def test_purchases_are_days_with_a_net_amount() -> None:
    history = small([2, 1, 1, 2, 1], [5, 9, 9, 5, 3], [10, 4, -1, -10, 7])
    ids, days = history.purchases()
    assert (ids.tolist(), days.tolist()) == ([1, 1], [3, 9])


def test_rows_that_can_not_be_are_refused() -> None:
    with pytest.raises(ValueError, match="same length"):
        small([1], [1, 2], [1])
    with pytest.raises(ValueError, match="integers"):
        History(np.array([1]), np.array([1], np.int32), np.array([1.5]))
