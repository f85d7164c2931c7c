"""The properties that known types of events carry: what each means, and which values it takes."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from kit.money import MINOR_DIGITS

MOST_TEXT = 2_000
"""Characters of a text."""
MOST_AMOUNT = 10**15
_DECIMAL = re.compile(r"[0-9]{1,15}(\.[0-9]{1,9})?")


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of value: what it takes in words and as JSON Schema, and whether a value is of it."""

    accepted: str
    json_schema: Mapping[str, Any]
    fits: Callable[[Any], bool]


class Property(NamedTuple):
    """A property of a type of events. None of them must be there."""

    name: str
    kind: Kind
    meaning: str


def _is_text(value: Any) -> bool:
    return type(value) is str and len(value) <= MOST_TEXT


def _is_name(value: Any) -> bool:
    return type(value) is str and 0 < len(value) <= 255 and not value.isspace()


def _is_identifier(value: Any) -> bool:
    return _is_name(value) or (type(value) is int and value >= 0)


def _is_count(value: Any) -> bool:
    return type(value) is int and 0 <= value < 2**31


def _is_items(value: Any) -> bool:
    return _is_count(value) or (type(value) is list and all(type(each) is dict for each in value))


def _is_amount(value: Any) -> bool:
    if type(value) is str:
        return _DECIMAL.fullmatch(value) is not None
    return type(value) in (int, float, Decimal) and 0 <= value < MOST_AMOUNT


def _is_currency(value: Any) -> bool:
    return type(value) is str and value in MINOR_DIGITS


TEXT = Kind(f"text of at most {MOST_TEXT:,} characters", {"type": "string", "maxLength": MOST_TEXT}, _is_text)
NAME = Kind("text of 1 to 255 characters", {"type": "string", "minLength": 1, "maxLength": 255}, _is_name)
IDENTIFIER = Kind(
    "text of 1 to 255 characters, or a whole number",
    {"type": ["string", "integer"], "minLength": 1, "maxLength": 255, "minimum": 0},
    _is_identifier,
)
COUNT = Kind("a whole number from 0", {"type": "integer", "minimum": 0, "exclusiveMaximum": 2**31}, _is_count)
ITEMS = Kind(
    "a whole number from 0, or a list of objects",
    {
        "type": ["integer", "array"],
        "minimum": 0,
        "exclusiveMaximum": 2**31,
        "items": {"type": "object"},
    },
    _is_items,
)
AMOUNT = Kind(
    "a number from 0 with at most 15 digits before the point, or such a number as text",
    {
        "type": ["number", "string"],
        "minimum": 0,
        "exclusiveMaximum": MOST_AMOUNT,
        "pattern": "^[0-9]{1,15}(\\.[0-9]{1,9})?$",
    },
    _is_amount,
)
CURRENCY = Kind(
    "a currency's code of ISO 4217, such as EUR", {"type": "string", "pattern": "^[A-Z]{3}$"}, _is_currency
)
