"""Checks of the values in a record; each problem names its field and what is accepted."""

import math
import re
from datetime import UTC, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from kit.errors import InvalidInputError
from kit.money import MINOR_DIGITS, currency
from kit.text import storable
from resolvers.writes.outcome import Problem

LONGEST_ID, LONGEST_EMAIL, LONGEST_TEXT = 255, 320, 1000
_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]+\.[^@\s.]+")
_MOST_DIGITS = 15
_MOST = Decimal(10) ** _MOST_DIGITS
_DEEPEST = 100
_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(2200, 1, 1, tzinfo=UTC)


class Check:
    """Reads the fields of one record and gathers its problems."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def wrong(self, field: str, message: str, code: str = "BAD_USER_INPUT") -> None:
        self.problems.append(Problem(field, message, code))

    def identifier(self, field: str, value: str | None) -> str:
        """Text of 1 to 255 characters, trimmed."""
        found = self.text(field, value, most=LONGEST_ID)
        if found is None and not any(each.field == field for each in self.problems):
            self.wrong(field, "It is empty; text of 1 to 255 characters is accepted.")
        return found or ""

    def text(self, field: str, value: str | None, most: int = LONGEST_TEXT) -> str | None:
        """Trimmed text; None where there is none."""
        if value is None or not value.strip():
            return None
        found = value.strip()
        if len(found) > most or not storable(found):
            self.wrong(field, f"Text of at most {most} characters, without NUL, is accepted.")
            return None
        return found

    def email(self, field: str, value: str | None) -> str | None:
        """An e-mail address; None where there is none."""
        found = self.text(field, value, most=LONGEST_EMAIL)
        if found is not None and not _EMAIL.fullmatch(found):
            self.wrong(field, f"'{found[:60]}' is no address; one such as ana@example.com is accepted.")
        return found

    def moment(self, field: str, value: datetime) -> datetime:
        """An instant with its zone, from 1970 to 2200."""
        if value.tzinfo is None:
            self.wrong(field, "It has no zone; an instant such as 2026-01-31T12:00:00Z is accepted.")
        elif not _FIRST <= value < _LAST:
            self.wrong(field, f"{value.year} is too early or too late; 1970 to 2199 are accepted.")
        return value

    def past(self, field: str, value: datetime) -> datetime:
        """An instant that is at most a day ahead."""
        found = self.moment(field, value)
        if found.tzinfo is not None and found > datetime.now(UTC) + timedelta(days=1):
            self.wrong(field, "It is more than a day in the future.")
        return found

    def currency(self, field: str, value: str) -> str:
        """A code of ISO 4217."""
        try:
            return currency(field, value[:10])
        except InvalidInputError as error:
            self.wrong(field, error.message)
            return "XXX"

    def amount(self, field: str, value: Decimal, code: str, *, above_zero: bool = False) -> Decimal:
        """Money, rounded half to even to the currency's smallest unit."""
        digits = Decimal(1).scaleb(-MINOR_DIGITS.get(code, 2))
        small = value.is_finite() and value.adjusted() < _MOST_DIGITS
        found = value.quantize(digits, ROUND_HALF_EVEN) if small else _MOST
        if abs(found) >= _MOST:
            self.wrong(field, "A number of at most 15 digits before the point is accepted.")
            return Decimal(0)
        if found < 0 or (above_zero and found == 0):
            self.wrong(field, "It must be above 0." if above_zero else "It must not be negative.")
        return found


def is_address(text: str) -> bool:
    """Whether text, without blanks around it, is an e-mail address."""
    return len(text) <= LONGEST_EMAIL and _EMAIL.fullmatch(text) is not None


def storable_json(value: Any) -> bool:
    """Whether a JSON value can be stored: its texts, finite numbers of 64 bits, at most 100 levels."""
    waiting = [(value, 0)]
    while waiting:
        each, depth = waiting.pop()
        if depth > _DEEPEST or not _storable_alone(each):
            return False
        within = each.values() if isinstance(each, dict) else each if isinstance(each, list) else ()
        waiting += [(inner, depth + 1) for inner in within]
    return True


def _storable_alone(value: Any) -> bool:
    """Whether a JSON value can be stored, whatever is within it."""
    if isinstance(value, str):
        return storable(value)
    if isinstance(value, dict):
        return all(map(storable, value))
    if isinstance(value, int):
        return -(2**63) <= value < 2**63
    return not isinstance(value, float) or math.isfinite(value)
