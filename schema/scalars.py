"""Scalars: what they are written as, and what is accepted of them."""

import re
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, NewType, TypeVar

import strawberry
from graphql import GraphQLError, ValueNode, value_from_ast_untyped
from strawberry.scalars import JSON

T = TypeVar("T")

MOST = 2**63 - 1

BigInt = NewType("BigInt", int)
CurrencyCode = NewType("CurrencyCode", str)


def _parse_bigint(value: object) -> int:
    if isinstance(value, str) and re.fullmatch(r"-?[0-9]{1,19}", value):
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int) or not -MOST - 1 <= value <= MOST:
        raise GraphQLError("a 64-bit integer is accepted, as a number or as text")
    return value


def _read(value: object, read: Callable[[str], T], accepted: str) -> T:
    try:
        return read(value if isinstance(value, str) else "")
    except (ValueError, InvalidOperation):
        raise GraphQLError(f"'{str(value)[:60]}' is not {accepted}") from None


def _parse_date(value: object) -> date:
    return _read(value, date.fromisoformat, "a day; one such as 2026-01-31 is accepted.")


def _parse_instant(value: object) -> datetime:
    return _read(value, datetime.fromisoformat, "an instant; one such as 2026-01-31T12:00:00Z is accepted.")


def _parse_decimal(value: object) -> Decimal:
    number = isinstance(value, int | float) and not isinstance(value, bool)
    text = str(value) if number else value
    return _read(text, Decimal, "a decimal number; one such as 12.50 is accepted, as a number or as text.")


def _literal(parse: Callable[[object], Any]) -> Callable[[ValueNode, dict[str, Any] | None], Any]:
    """Parses what stands in the document itself; what is wrong is told with its place."""

    def read(node: ValueNode, variables: dict[str, Any] | None = None) -> Any:
        try:
            return parse(value_from_ast_untyped(node, variables))
        except GraphQLError as error:
            raise GraphQLError(error.message, node) from None

    return read


def _plain(value: Decimal | int) -> str:
    """Without an exponent, whatever the amount is."""
    return format(Decimal(value), "f")


BIG_INT = strawberry.scalar(
    name="BigInt",
    description="A 64-bit integer, written as text since JSON numbers lose digits past 2^53.",
    specified_by_url="https://www.w3.org/TR/xmlschema11-2/#long",
    serialize=str,
    parse_value=_parse_bigint,
    parse_literal=_literal(_parse_bigint),
)
CURRENCY_CODE = strawberry.scalar(
    name="CurrencyCode",
    description="A currency's three-letter code.",
    specified_by_url="https://www.iso.org/iso-4217-currency-codes.html",
    serialize=str,
    parse_value=str,
)


def _parse_json(value: object) -> object:
    waiting = [value]
    while waiting:
        each = waiting.pop()
        if isinstance(each, dict):
            waiting += each.values()
        elif isinstance(each, list):
            waiting += each
        elif isinstance(each, int) and not -MOST - 1 <= each <= MOST:
            raise GraphQLError(f"{str(each)[:30]} is too large; in JSON an integer of 64 bits is accepted")
    return value


DATE = strawberry.scalar(
    name="Date",
    description="A day, as in 2026-01-31.",
    specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
    serialize=date.isoformat,
    parse_value=_parse_date,
    parse_literal=_literal(_parse_date),
)
DATE_TIME = strawberry.scalar(
    name="DateTime",
    description="An instant with its offset from UTC, as in 2026-01-31T12:00:00Z.",
    specified_by_url="https://www.rfc-editor.org/rfc/rfc3339#section-5.6",
    serialize=datetime.isoformat,
    parse_value=_parse_instant,
    parse_literal=_literal(_parse_instant),
)
DECIMAL = strawberry.scalar(
    name="Decimal",
    description="An exact decimal number, written as text.",
    specified_by_url="https://www.w3.org/TR/xmlschema11-2/#decimal",
    serialize=_plain,
    parse_value=_parse_decimal,
    parse_literal=_literal(_parse_decimal),
)
JSON_VALUE = strawberry.scalar(
    name="JSON",
    description="Any JSON: an object, a list, text, a number of 64 bits, true, false or null.",
    specified_by_url="https://ecma-international.org/wp-content/uploads/ECMA-404_2nd_edition_december_2017.pdf",
    serialize=lambda value: value,
    parse_value=_parse_json,
    parse_literal=_literal(_parse_json),
)
SCALARS: dict[object, Any] = {
    BigInt: BIG_INT,
    CurrencyCode: CURRENCY_CODE,
    date: DATE,
    datetime: DATE_TIME,
    Decimal: DECIMAL,
    JSON: JSON_VALUE,
}
