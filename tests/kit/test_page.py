"""Pages and their cursors."""

import contextlib
from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit import opaque
from kit.errors import InvalidInputError
from kit.page import DAY, DECIMAL, FLOAT, INSTANT, INTEGER, TEXT, Cursors, Keys, Window

THINGS = Cursors("thing")
ALL_KINDS = Cursors(
    "all", (INTEGER, TEXT, DECIMAL, FLOAT, DAY, INSTANT, INTEGER), (True, True, True, True, True, True, False)
)
BIGINTS = st.integers(1 - 2**63, 2**63 - 1)
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
KEYS = st.tuples(
    *(
        st.none() | each
        for each in (
            BIGINTS,
            TEXTS,
            st.decimals(-(10**15), 10**15, places=4),
            st.floats(allow_nan=False),
            st.dates(),
            st.datetimes(timezones=st.just(UTC)),
        )
    ),
    BIGINTS,
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text()


def encode(kind, number):
    return opaque.encode(kind, number)


def window(**arguments):
    return Window.of(THINGS, **{"first": None, "after": None, "last": None, "before": None} | arguments)


def test_a_page_with_more_behind_it():
    page = window(first=2).page(THINGS, ["a", "b", "c"], [(1,), (2,), (3,)], None)
    assert (page.rows, page.has_next, page.has_previous) == (["a", "b"], True, False)
    assert [THINGS.read(each, "after") for each in page.cursors] == [(1,), (2,)]


def test_the_last_page():
    page = window(first=2, after=encode("thing", 2)).page(THINGS, ["c"], [(3,)], None)
    assert (page.rows, page.has_next, page.has_previous) == (["c"], False, True)


def test_a_page_backwards_is_in_the_lists_order():
    page = window(last=2, before=encode("thing", 9)).page(THINGS, ["h", "g", "f"], [(8,), (7,), (6,)], None)
    assert (page.rows, page.has_next, page.has_previous) == (["g", "h"], True, True)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ({"first": 2, "before": 9}, (2, None, False, (9,))),
        ({"last": 2, "after": 1}, (2, None, True, (1,))),
        ({"first": 2, "after": 1, "before": 9}, (2, (1,), False, (9,))),
        ({"last": 2, "after": 1, "before": 9}, (2, (9,), True, (1,))),
        ({"after": 1, "before": 9}, (50, (1,), False, (9,))),
        ({"before": 9}, (50, (9,), True, None)),
    ],
)
def test_both_cursors_bound_a_page_whichever_end_it_is_taken_from(arguments, expected):
    given = {
        name: encode("thing", at) if name in ("after", "before") else at for name, at in arguments.items()
    }
    found = window(**given)
    assert (found.size, found.key, found.backwards, found.stop) == expected


def test_rows_beyond_the_cursor_that_ends_a_page_are_told():
    whole = window(first=2, before=encode("thing", 3)).page(THINGS, ["a", "b"], [(1,), (2,)], None)
    assert (whole.has_next, whole.has_previous) == (True, False)
    back = window(last=2, after=encode("thing", 1)).page(THINGS, ["c", "b"], [(3,), (2,)], None)
    assert (back.rows, back.has_next, back.has_previous) == (["b", "c"], False, True)


def test_fifty_rows_unless_told():
    assert window().size == 50


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"first": -1}, "first"),
        ({"first": 1001}, "first"),
        ({"last": 1001}, "last"),
        ({"first": 1, "last": 1}, "last"),
        ({"after": "x", "before": encode("thing", 1)}, "after"),
        ({"after": encode("thing", 1), "before": "x"}, "before"),
        ({"first": 1, "before": "x"}, "before"),
        ({"last": 1, "after": "x"}, "after"),
        ({"after": "nonsense"}, "after"),
        ({"after": ""}, "after"),
        ({"after": "é"}, "after"),
        ({"after": encode("other", 1)}, "after"),
        ({"before": "W10"}, "before"),
        ({"after": encode("thing", 2**63)}, "after"),
        ({"after": opaque.encode("thing", 1, 2)}, "after"),
        ({"after": opaque.seal("thing", "1")}, "after"),
        ({"after": opaque.seal("thing", None)}, "after"),
    ],
)
def test_wrong_arguments_are_named(arguments, field):
    with pytest.raises(InvalidInputError) as error:
        window(**arguments)
    assert error.value.field == field


@given(KEYS)
def test_a_cursor_holds_its_key_exactly(key):
    assert ALL_KINDS.read(ALL_KINDS.write(key), "after") == key


@given(st.lists(SCALARS, min_size=7, max_size=7) | st.lists(SCALARS, max_size=9))
def test_a_made_up_cursor_is_read_or_refused(values):
    try:
        cursor = opaque.seal("all", *values)
    except TypeError:
        return
    with contextlib.suppress(InvalidInputError):
        ALL_KINDS.read(cursor, "before")


@given(st.text() | st.binary().map(lambda found: found.decode("latin-1")))
def test_any_other_text_is_refused(text):
    with pytest.raises(InvalidInputError):
        ALL_KINDS.read(text, "after")


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (INTEGER, 2**63),
        (INTEGER, -(2**63)),
        (INTEGER, "1"),
        (TEXT, 1),
        (TEXT, "a\0"),
        (DECIMAL, "NaN"),
        (DECIMAL, "1e9"),
        (DECIMAL, "9" * 41),
        (FLOAT, "one"),
        (DAY, "2024-02-30"),
        (DAY, 1),
        (INSTANT, 2**62),
        (INSTANT, "2024-01-01"),
    ],
)
def test_a_value_of_another_kind_is_refused(kind, value):
    cursor = opaque.seal("one", value)
    with pytest.raises(InvalidInputError, match="list and order"):
        Cursors("one", (kind,)).read(cursor, "after")


def test_keys_are_a_list_of_what_stands_in_their_place():
    keys = Keys([("x", 1, "a", "row"), ("x", 2, "b", "row"), ("x", 3, "c", "row")], slice(1, 3))
    assert [*keys] == [(1, "a"), (2, "b"), (3, "c")]
    assert [*keys[:2][::-1]] == [(2, "b"), (1, "a")]
    assert keys[-1] == (3, "c")
    assert len(keys[1:]) == 2
    assert keys == [(1, "a"), (2, "b"), (3, "c")]
    assert keys[:2] != keys
