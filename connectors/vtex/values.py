"""Values of VTEX's JSON: checked, and in our types."""

import math
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from connectors.vtex.records import UnreadableError
from kit.money import MINOR_DIGITS

_CENT = Decimal("0.01")
_LONGEST = 200
_MOST_CENTS = 10**16


def cents(value: Any, field: str) -> Decimal:
    """An amount from whole cents. Raises UnreadableError."""
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        value = int(value)
    if type(value) is not int or abs(value) > _MOST_CENTS:
        raise UnreadableError(f"{field} is no whole number of cents")
    return value * _CENT


def moment(value: Any, field: str) -> datetime:
    """An instant. Without a zone it is UTC. Raises UnreadableError."""
    found = maybe_moment(value)
    if found is None:
        raise UnreadableError(f"{field} is no date and time")
    return found


def maybe_moment(value: Any) -> datetime | None:
    """An instant, or None where there is none that can be read."""
    if not isinstance(value, str):
        return None
    try:
        found = datetime.fromisoformat(value)
        found = found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return found if found.year > 1 else None


def currency(value: Any) -> str:
    """The code of the order's currency. Raises UnreadableError."""
    if not isinstance(value, str) or value.strip().upper() not in MINOR_DIGITS:
        raise UnreadableError("storePreferencesData.currencyCode is no currency")
    return value.strip().upper()


def text(value: Any) -> str | None:
    """A short text without space around it, or None."""
    if not isinstance(value, str):
        return None
    found = value.strip()
    return found[:_LONGEST] if found and found.isprintable() else None


def mapping(value: Any) -> dict[str, Any]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else {}


def listing(value: Any) -> list[Any]:
    """The list, or an empty one."""
    return value if isinstance(value, list) else []
