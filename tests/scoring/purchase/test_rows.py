"""Grouping of equal histories."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.purchase.rows import Rows, group

HISTORIES = st.lists(
    st.tuples(st.integers(0, 3), st.integers(0, 5), st.integers(0, 5)).map(
        lambda row: (row[0], row[1] if row[0] else 0, row[1] + row[2])
    ),
    min_size=1,
    max_size=40,
)


def counted(rows: Rows) -> dict[tuple[float, float, float], float]:
    histories = zip(rows.x.tolist(), rows.t_x.tolist(), rows.T.tolist(), strict=True)
    return dict(zip(histories, rows.weight.tolist(), strict=True))


@given(HISTORIES)
def test_integers_floats_and_weights_group_alike(histories: list[tuple[int, int, int]]) -> None:
    expected: dict[tuple[float, float, float], float] = {}
    for row in histories:
        expected[row] = expected.get(row, 0.0) + 1.0
    x, t_x, T = np.array(histories).T
    whole = group(x, t_x, T)
    assert counted(whole) == expected
    assert counted(group(x.astype(float), t_x.astype(float), T.astype(float))) == expected
    once = np.array(list(expected))
    assert counted(group(once[:, 0], once[:, 1], once[:, 2], list(expected.values()))) == expected
    assert np.repeat(whole.xs, whole.runs).tolist() == whole.x.tolist()
    assert whole.xs_weight.sum() == whole.customers == len(histories)
    assert whole.without_t_x().customers == len(histories)


def test_a_sample_is_even_and_of_customers() -> None:
    rows = group([0, 0, 1], [0, 0, 2], [4, 9, 9], [500, 300, 200])
    sample = rows.sample(100)
    assert sample.weight.tolist() == [50, 30, 20]
    assert counted(rows.sample(1)) == {(0.0, 0.0, 4.0): 1.0}


@pytest.mark.parametrize(
    ("rows", "weights", "message"),
    [
        (([1], [1], [1, 2]), None, "same length"),
        (([-1], [0], [1]), None, "whole numbers"),
        (([0.5], [0], [1]), None, "whole numbers"),
        (([1], [3], [2]), None, "between 0 and T"),
        (([1], [np.nan], [2]), None, "between 0 and T"),
        (([0], [1], [2]), None, "where x = 0"),
        (([1], [1], [np.inf]), None, "finite"),
        (([1], [1], [2]), [-1], "weights"),
        (([1], [1], [2]), [1, 1], "weights"),
    ],
)
def test_histories_that_can_not_be_are_refused(rows: Any, weights: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        group(rows[0], rows[1], rows[2], weights)
