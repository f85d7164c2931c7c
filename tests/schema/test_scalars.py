"""Scalars: what is accepted, and how what is not is told."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from graphql import GraphQLError, specified_scalar_types

from schema import create_schema

TYPES: dict[str, Any] = create_schema()._schema.type_map


@pytest.mark.parametrize(
    ("name", "given", "value"),
    [
        ("Date", "2026-01-31", date(2026, 1, 31)),
        ("DateTime", "2026-01-31T12:00:00Z", datetime(2026, 1, 31, 12, tzinfo=UTC)),
        ("Decimal", "12.50", Decimal("12.50")),
        ("Decimal", 0.1, Decimal("0.1")),
        ("Decimal", 7, Decimal(7)),
        ("BigInt", "9223372036854775807", 2**63 - 1),
        ("JSON", {"a": [1, {"b": -(2**63)}]}, {"a": [1, {"b": -(2**63)}]}),
    ],
)
def test_what_is_accepted_is_read_exactly(name, given, value):
    assert TYPES[name].parse_value(given) == value


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("Date", "x"),
        ("Date", 1),
        ("Date", "2026-02-30"),
        ("DateTime", "x"),
        ("DateTime", {}),
        ("Decimal", "x"),
        ("Decimal", True),
        ("Decimal", []),
        ("BigInt", "9223372036854775808"),
        ("BigInt", 1.5),
        ("JSON", {"a": [1, {"b": 2**63}]}),
    ],
)
def test_what_is_not_accepted_is_told_with_what_is(name, given):
    with pytest.raises(GraphQLError, match="is accepted"):
        TYPES[name].parse_value(given)


def test_amounts_are_written_without_an_exponent():
    assert [TYPES["Decimal"].serialize(Decimal(each)) for each in ("0E-10", "1E+3", "12.50")] == [
        "0.0000000000",
        "1000",
        "12.50",
    ]


def test_every_scalar_says_what_specifies_it():
    scalars = {name: each for name, each in TYPES.items() if hasattr(each, "specified_by_url")}
    own = scalars.keys() - specified_scalar_types.keys()
    assert own >= {"BigInt", "Date", "DateTime", "Decimal", "CurrencyCode"}
    assert not [name for name in own if not scalars[name].specified_by_url]
