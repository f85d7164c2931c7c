"""How long VTEX is waited for, and how often it is asked again."""

import random
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 3600.0
"""Seconds that a Retry-After is believed at most."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Seconds, but for `attempts`: how often one request is sent at most."""

    connect: float = 5.0
    read: float = 20.0
    attempts: int = 5
    first_pause: float = 0.5
    longest_pause: float = 30.0
    limited: float = 60.0
    """What a 429 without Retry-After is taken to ask for."""

    def pause(self, attempt: int) -> float:
        """How long to wait after an attempt, counted from 1: doubled each time, half of it by chance.

        By chance, so that clients that failed together do not come back together.
        """
        full = min(self.longest_pause, self.first_pause * float(2 ** (attempt - 1)))
        return full * random.uniform(0.5, 1.0)  # noqa: S311


def retry_after(value: str | None, now: datetime | None = None) -> float | None:
    """Seconds that a Retry-After header asks for by a number or a date; None where it does not.

    Nobody is kept waiting for longer than an hour by one answer.
    """
    if value is None:
        return None
    if value.strip().isdecimal():
        return min(float(value), LONGEST)
    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return min(max(0.0, (when - (now or datetime.now(UTC))).total_seconds()), LONGEST)
