"""A column of an export, and how its values are written."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, NamedTuple

Row = tuple[Any, ...]
"""The values of a row, one for each column; None where there is none."""


class Kind(Enum):
    """What a column holds. Every value may be wanting."""

    INTEGER = "integer"
    TEXT = "text"
    NUMBER = "number"
    """A float."""
    MONEY = "money"
    """A decimal of at most four places."""
    INSTANT = "instant"


class Column(NamedTuple):
    name: str
    kind: Kind


def money(amount: Decimal) -> str:
    """Decimal text without an exponent: cents, and further places where there are any."""
    text = format(amount, "f")
    whole, _, places = text.partition(".")
    return f"{whole}.{places.rstrip('0'):0<2}"


def instant(value: datetime) -> str:
    """ISO 8601 in UTC with Z."""
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
