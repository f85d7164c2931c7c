"""Keyset pages: a cursor names the last row seen by its sort key, so deep pages stay cheap."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from kit import opaque
from kit.errors import InvalidInputError

T = TypeVar("T")

DEFAULT, MOST = 50, 1000


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list. `total` is there only where it was asked for."""

    rows: Sequence[T]
    cursors: Sequence[str]
    has_next: bool
    has_previous: bool
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """Which page: `size` rows after a key, or (backwards) before one; no key means from that end."""

    size: int
    key: int | None
    backwards: bool

    @classmethod
    def of(
        cls, kind: str, *, first: int | None, after: str | None, last: int | None, before: str | None
    ) -> "Window":
        """Check a connection's arguments. Raises InvalidInputError that names the wrong one."""
        if first is not None and last is not None:
            raise InvalidInputError("last", "Give first or last, not both.")
        if after is not None and before is not None:
            raise InvalidInputError("before", "Give after or before, not both.")
        backwards = last is not None or (before is not None and first is None)
        if (backwards and after is not None) or (not backwards and before is not None):
            raise InvalidInputError(
                "after" if backwards else "before", "first goes with after, and last with before."
            )
        name, size = ("last", last) if backwards else ("first", first)
        if size is not None and not 0 <= size <= MOST:
            raise InvalidInputError(name, f"{name} is {size}; accepted are 0 to {MOST}.")
        cursor, where = (before, "before") if backwards else (after, "after")
        key = None if cursor is None else decode(kind, cursor, where)
        return cls(DEFAULT if size is None else size, key, backwards)

    def page(self, kind: str, rows: list[T], keys: list[int], total: int | None) -> Page[T]:
        """Make the page of the `size + 1` rows that were asked for, in the order the query gave them."""
        more = len(rows) > self.size
        rows, keys = rows[: self.size], keys[: self.size]
        if self.backwards:
            rows, keys = rows[::-1], keys[::-1]
        cursors = [encode(kind, key) for key in keys]
        before = more if self.backwards else self.key is not None
        after = self.key is not None if self.backwards else more
        return Page(rows, cursors, has_next=after, has_previous=before, total=total)


def encode(kind: str, key: int) -> str:
    """An opaque cursor of a list of `kind`."""
    return opaque.encode(kind, key)


def decode(kind: str, cursor: str, field: str) -> int:
    """The key in a cursor. Raises InvalidInputError if it was not made by this list."""
    found = opaque.decode(cursor)
    if found is None or found[0] != kind or len(found[1]) != 1:
        raise InvalidInputError(field, f"'{cursor[:60]}' is not a cursor of this list; pass one it gave you.")
    return found[1][0]
