"""What is made of rows, as they come off a connection."""

from collections.abc import Callable, Sequence
from itertools import starmap
from typing import Any, TypeVar

T = TypeVar("T")


def made_of(rows: Sequence[tuple[Any, ...]], make: Callable[..., T]) -> list[T]:
    """What `make(*columns)` is of each row; `tuple` leaves it as it is, a named tuple takes no call."""
    if make is tuple:
        return [*rows]  # type: ignore[list-item]
    if isinstance(make, type) and issubclass(make, tuple) and _fits(make, rows):
        made: list[Any] = [tuple.__new__(make, each) for each in rows]
        return made
    return [*starmap(make, rows)]


def _fits(kind: type, rows: Sequence[tuple[Any, ...]]) -> bool:
    """Whether rows have a column for each field; what has a wrong number of them fails as it is made."""
    return bool(rows) and len(rows[0]) == len(getattr(kind, "_fields", ()))
