"""Global ids."""

import pytest

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
