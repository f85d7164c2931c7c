"""Scalars: 64-bit integers and currency codes."""

import re
from typing import NewType

import strawberry
from graphql import GraphQLError

MOST = 2**63 - 1

BigInt = NewType("BigInt", int)
CurrencyCode = NewType("CurrencyCode", str)


def _parse_bigint(value: object) -> int:
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,19}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not -MOST - 1 <= value <= MOST:
        raise GraphQLError("a 64-bit integer is accepted, as a number or as text")
    return value


BIG_INT = strawberry.scalar(
    name="BigInt",
    description="A 64-bit integer, written as text since JSON numbers lose digits past 2^53.",
    serialize=str,
    parse_value=_parse_bigint,
)
CURRENCY_CODE = strawberry.scalar(
    name="CurrencyCode",
    description="A currency's three-letter code.",
    specified_by_url="https://www.iso.org/iso-4217-currency-codes.html",
    serialize=str,
    parse_value=str,
)
