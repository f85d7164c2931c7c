"""The values of criteria, checked by the kind of their field."""

import math
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from kit.page import DAY, DECIMAL, FLOAT, INSTANT, INTEGER, TEXT, Kind
from kit.text import storable
from resolvers.criteria.fields import Field

_MOST = 2**63 - 1
_LONGEST = 1000
_DIGITS = 30


def checked(field: Field, value: Any) -> Any:
    """The value as it is compared. Raises ValueError that says what is accepted."""
    if field.choices:
        return _choice(field, value)
    found = _CHECKS[field.kind](value)
    if found is None:
        raise ValueError(ACCEPTED[field.kind])
    return found


def _choice(field: Field, value: Any) -> str:
    known = {each.lower().replace("_", " "): each for each in field.choices}
    if isinstance(value, str) and value in field.choices:
        return value
    nearest = known.get(value.lower().replace("_", " ")) if isinstance(value, str) else None
    raise ValueError(f"one of {', '.join(field.choices)}" + (f"; did you mean {nearest}?" if nearest else ""))


def _integer(value: Any) -> int | None:
    return value if type(value) is int and -_MOST <= value <= _MOST else None


def _decimal(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str | Decimal):
        return None
    try:
        found = Decimal(repr(value) if isinstance(value, float) else value)
    except InvalidOperation:
        return None
    if not found.is_finite() or found.adjusted() >= _DIGITS or _places(found) > _DIGITS:
        return None
    return found


def _places(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    return -exponent if isinstance(exponent, int) else _DIGITS + 1


def _float(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _MOST:
        return None
    return float(value) if math.isfinite(value) else None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and len(value) <= _LONGEST and storable(value) else None


def day(value: Any) -> date | None:
    """A day, or None for what is none."""
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or len(value) != len("2024-12-31"):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _instant(value: Any) -> datetime | None:
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else value
        if not isinstance(found, datetime) or found.tzinfo is None:
            return None
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


_CHECKS: dict[Kind, Callable[[Any], Any]] = {
    INTEGER: _integer,
    DECIMAL: _decimal,
    FLOAT: _float,
    TEXT: _text,
    DAY: day,
    INSTANT: _instant,
}
ACCEPTED = {
    INTEGER: "a whole number",
    DECIMAL: f"an amount of at most {_DIGITS} digits, as a number or as text",
    FLOAT: "a number",
    TEXT: f"text of at most {_LONGEST:,} characters",
    DAY: "a day such as 2024-12-31",
    INSTANT: "an instant with its offset, such as 2024-12-31T00:00:00Z",
}
"""What each kind accepts, in words."""
