"""Prices are remembered by the variables that they hang on, and by no others."""

import pytest
from graphql import get_operation_ast

from schema.limits import Bounds, Checks
from schema.limits import checks as checks_module
from schema.limits.cost import price as reckon
from schema.limits.measure import LONGEST
from schema.root import create_schema
from schema.trusted import TrustedDocuments

BY_NAME = "query ($name: String!) { tenant(databaseId: 1) { customer(externalId: $name) { email } } }"
PAGE = "query ($size: Int) { tenant(databaseId: 1) { customers(first: $size) { nodes { email } } } }"
SKIPPED = (
    "query ($no: Boolean!, $size: Int) { tenant(databaseId: 1) { name "
    "customers(first: $size) @skip(if: $no) { nodes { email } } } }"
)


class Asking:
    """Asks for prices; `reckoned` tells how often one was reckoned."""

    def __init__(self) -> None:
        self._checks, self._schema = Checks(Bounds(), TrustedDocuments()), create_schema()._schema
        self.reckoned = 0

    def __call__(self, query: str, **variables: object) -> int:
        document, errors = self._checks.check(query, self._schema)
        operation = get_operation_ast(document)
        assert operation is not None
        assert not errors
        return self._checks.price(self._schema, document, operation, variables)


@pytest.fixture
def price(monkeypatch):
    asking = Asking()

    def counted(*arguments):
        asking.reckoned += 1
        return reckon(*arguments)

    monkeypatch.setattr(checks_module, "price", counted)
    return asking


def test_what_the_price_does_not_hang_on_is_not_reckoned_again(price):
    assert {price(BY_NAME, name=f"C{each}") for each in range(20)} == {2}
    assert price.reckoned == 1


def test_a_page_costs_by_its_size_however_often_it_is_asked_for(price):
    for _ in range(2):
        assert price(PAGE, size=10) < price(PAGE, size=20) < price(PAGE, size=100)
        assert price(PAGE, size=None) == price(PAGE)
    assert price.reckoned == 5


def test_variables_that_are_looked_at_later_count_from_then_on(price):
    skipped = price(SKIPPED, no=True, size=10)
    assert price(SKIPPED, no=True, size=20) == skipped
    assert price.reckoned == 1
    ten, twenty = price(SKIPPED, no=False, size=10), price(SKIPPED, no=False, size=20)
    assert skipped < ten < twenty
    assert price(SKIPPED, no=True, size=20) == skipped
    assert (price(SKIPPED, no=False, size=10), price(SKIPPED, no=False, size=20)) == (ten, twenty)


def test_nothing_is_kept_of_a_long_document(price):
    long = BY_NAME + " #" + "." * LONGEST
    assert [price(long, name="C1") for _ in range(2)] == [2, 2]
    assert price.reckoned == 2
    assert price._checks._kept.cache_info().currsize == 0
    assert price._checks._costs.count == 0
