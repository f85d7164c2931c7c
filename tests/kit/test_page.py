"""Pages and their cursors."""

import pytest

from kit import opaque
from kit.errors import InvalidInputError
from kit.page import Window, decode, encode


def window(**arguments):
    return Window.of("thing", **{"first": None, "after": None, "last": None, "before": None} | arguments)


def test_a_page_with_more_behind_it():
    page = window(first=2).page("thing", ["a", "b", "c"], [1, 2, 3], None)
    assert (page.rows, page.has_next, page.has_previous) == (["a", "b"], True, False)
    assert [decode("thing", each, "after") for each in page.cursors] == [1, 2]


def test_the_last_page():
    page = window(first=2, after=encode("thing", 2)).page("thing", ["c"], [3], None)
    assert (page.rows, page.has_next, page.has_previous) == (["c"], False, True)


def test_a_page_backwards_is_in_the_lists_order():
    page = window(last=2, before=encode("thing", 9)).page("thing", ["h", "g", "f"], [8, 7, 6], None)
    assert (page.rows, page.has_next, page.has_previous) == (["g", "h"], True, True)


def test_fifty_rows_unless_told():
    assert window().size == 50


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"first": -1}, "first"),
        ({"first": 1001}, "first"),
        ({"last": 1001}, "last"),
        ({"first": 1, "last": 1}, "last"),
        ({"after": "x", "before": "x"}, "before"),
        ({"last": 1, "after": encode("thing", 1)}, "after"),
        ({"first": 1, "before": encode("thing", 1)}, "before"),
        ({"after": "nonsense"}, "after"),
        ({"after": ""}, "after"),
        ({"after": "é"}, "after"),
        ({"after": encode("other", 1)}, "after"),
        ({"before": "W10"}, "before"),
        ({"after": encode("thing", 2**63)}, "after"),
        ({"after": opaque.encode("thing", 1, 2)}, "after"),
    ],
)
def test_wrong_arguments_are_named(arguments, field):
    with pytest.raises(InvalidInputError) as error:
        window(**arguments)
    assert error.value.field == field
