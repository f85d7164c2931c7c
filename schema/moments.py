"""Instants that callers give."""

from datetime import datetime

from kit.errors import InvalidInputError


def aware(moment: datetime | None, field: str) -> datetime | None:
    """The instant, if it says its zone. Raises InvalidInputError under the caller's name if it does not."""
    if moment is not None and moment.tzinfo is None:
        raise InvalidInputError(
            field, f"{field} has no zone; an instant such as 2026-01-31T12:00:00Z is accepted."
        )
    return moment
