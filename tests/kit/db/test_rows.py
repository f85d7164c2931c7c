"""What is made of rows: the same as a call with the columns would, or the same error."""

from typing import NamedTuple

import pytest

from kit.db.rows import made_of


class Pair(NamedTuple):
    left: int
    right: str | None = "none"


def test_a_row_is_what_a_call_makes_of_it():
    rows = [(1, "a"), (2, None)]
    assert made_of(rows, Pair) == [Pair(1, "a"), Pair(2, None)]
    assert [type(each) for each in made_of(rows, Pair)] == [Pair, Pair]
    assert made_of(rows, lambda left, right: (right, left)) == [("a", 1), (None, 2)]
    assert made_of(rows, tuple) == rows
    assert made_of([(1,)], Pair) == [Pair(1, "none")]
    assert made_of([("5",)], int) == [5]
    assert made_of([], Pair) == []


@pytest.mark.parametrize("row", [(), (1, "a", "more")])
def test_another_number_of_columns_is_an_error(row):
    with pytest.raises(TypeError):
        made_of([row], Pair)
