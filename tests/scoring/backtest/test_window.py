"""What was known at an origin, and what came after."""

from __future__ import annotations

import numpy as np

from scoring.backtest.window import cut
from scoring.history import History
from tests.scoring.histories import customers_of, shop_history, shuffled

ROWS = [
    (1, 3, 10), (1, 12, 5), (1, 12, 6), (1, 19, 4),  # returns on days 12 and 19
    (2, 9, 7), (2, 10, 8), (2, 20, 9),  # returns on the origin itself; day 20 is beyond
    (3, 1, 5), (3, 11, 5), (3, 11, -5),  # the order of day 11 was given back
    (4, 15, 50),  # unknown at the origin
    (5, 2, 3), (5, 2, -3), (5, 13, 3),  # no transaction before the origin
]  # fmt: skip


def history(adjustment: list[tuple[int, int, int]] | None = None) -> History:
    def columns(rows: list[tuple[int, int, int]]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        customer, day, amount = np.array(rows).T
        return customer, day.astype(np.int32), amount

    return History(*columns(ROWS), None if adjustment is None else columns(adjustment))


def test_only_days_before_the_origin_are_known() -> None:
    window = cut(history(), 10, 10)
    assert window.calibration.id.tolist() == [1, 2, 3]
    assert window.calibration.frequency.tolist() == [1, 1, 1]
    assert window.calibration.as_of == window.origin == 10


def test_what_came_after() -> None:
    window = cut(history(), 10, 10)
    assert window.transactions.tolist() == [2, 1, 0]
    assert window.after.tolist() == [2, 0, 10]
    assert window.spend.tolist() == [15, 8, 0]


def test_a_return_counts_within_the_days_asked_for() -> None:
    window = cut(history(), 10, 10)
    assert window.returned().tolist() == [True, True, False]
    assert window.returned(2).tolist() == [False, True, False]
    assert window.returned(99).tolist() == [True, True, False]


def test_adjustments_fall_on_their_own_day() -> None:
    window = cut(history([(1, 4, -1), (1, 15, -2), (3, 16, -4), (4, 16, -9), (2, 25, -5)]), 10, 10)
    assert window.calibration.monetary.tolist() == [9, 7, 5]
    assert window.spend.tolist() == [13, 8, -4]
    assert window.transactions.tolist() == [2, 1, 0]


def test_known_and_held_out_make_the_whole() -> None:
    rows = shop_history(500)
    whole, window = customers_of(rows, 730), cut(rows, 600, 130)
    at = np.searchsorted(whole.id, window.calibration.id)
    np.testing.assert_array_equal(whole.frequency[at], window.calibration.frequency + window.transactions)
    np.testing.assert_array_equal(whole.monetary[at], window.calibration.monetary + window.spend)


def test_row_order_does_not_matter() -> None:
    rows = shop_history(500)
    one, other = cut(rows, 600, 130), cut(shuffled(rows), 600, 130)
    for name in ("transactions", "after", "spend"):
        assert getattr(one, name).tobytes() == getattr(other, name).tobytes()


def test_nobody_known() -> None:
    window = cut(history(), 0, 10)
    assert len(window.calibration) == len(window.spend) == len(window.returned()) == 0
