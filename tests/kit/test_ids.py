"""Global ids."""

import base64
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kit import ids
from kit.errors import InvalidInputError


def test_an_id_comes_back_as_it_went():
    assert ids.decode(ids.encode("Customer", 56, 12345)) == ("Customer", (56, 12345))


@pytest.mark.parametrize(
    "wrong", ["", "56", "nonsense", "é", "W10", "WyJDdXN0b21lciJd", ids.encode("X", -1), "W1tb" * 5000]
)
def test_other_text_is_refused(wrong):
    with pytest.raises(InvalidInputError, match="not an id of this API"):
        ids.decode(wrong)


def test_an_id_of_another_type_is_refused_by_name():
    with pytest.raises(InvalidInputError, match="is the id of a Tenant, not of a Customer"):
        ids.number(ids.encode("Tenant", 56), "Customer", parts=2)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner, max_size=2),
    max_leaves=6,
)
MADE_UP = JSON.map(lambda value: base64.urlsafe_b64encode(json.dumps(value).encode()).decode())


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=30), MADE_UP, MADE_UP.map(lambda text: text.rstrip("="))))
def test_a_made_up_id_is_read_or_refused(text):
    try:
        kind, numbers = ids.decode(text)
    except InvalidInputError:
        return
    assert isinstance(kind, str)
    assert all(type(each) is int and 0 <= each < 2**63 for each in numbers)


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=30), MADE_UP))
def test_a_made_up_id_of_an_event_is_read_or_none(text):
    found = ids.decode_event(text)
    if found is not None:
        assert [type(each) for each in found] == [int, int, str]
