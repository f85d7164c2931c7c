"""Keyset pages: a cursor names the last row seen by its sort keys, so deep pages stay cheap."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, Generic, TypeAlias, TypedDict, TypeVar, overload

from kit import opaque
from kit.columns import Columns
from kit.errors import InvalidInputError

T = TypeVar("T")

DEFAULT, MOST = 50, 1000

Key: TypeAlias = tuple[Any, ...]
"""The values that a row is sorted by, its id last. None stands last, whichever way the list runs."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of sort key: how a value is written in a cursor, exactly, and read back.

    `read` raises ValueError for what `write` could not have written.
    """

    name: str
    write: Callable[[Any], opaque.Value]
    read: Callable[[opaque.Value], Any]


def microseconds(value: datetime) -> int:
    """Microseconds since 1970, exactly."""
    since = value - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _number(found: opaque.Value) -> int:
    if isinstance(found, int):
        return found
    raise ValueError


def _text(found: opaque.Value) -> str:
    if isinstance(found, str):
        return found
    raise ValueError


def _decimal(found: opaque.Value) -> Decimal:
    if not re.fullmatch(r"-?[0-9]{1,40}(\.[0-9]{1,40})?", _text(found), re.ASCII):
        raise ValueError
    return Decimal(_text(found))


def _instant(found: opaque.Value) -> datetime:
    try:
        return _EPOCH + _number(found) * _MICROSECOND
    except OverflowError:
        raise ValueError from None


INTEGER = Kind("integer", int, _number)
TEXT = Kind("text", str, _text)
DECIMAL = Kind("decimal", lambda value: format(value, "f"), _decimal)
FLOAT = Kind("float", repr, lambda found: float(_text(found)))
DAY = Kind("day", date.isoformat, lambda found: date.fromisoformat(_text(found)))
INSTANT = Kind("instant", microseconds, _instant)


@dataclass(frozen=True, slots=True)
class Cursors:
    """The cursors of one list in one order: those of another list or order are refused."""

    name: str
    kinds: tuple[Kind, ...] = (INTEGER,)
    nullable: tuple[bool, ...] = (False,)

    def write(self, key: Key) -> str:
        """The cursor of a row."""
        values = (
            None if value is None else kind.write(value) for kind, value in zip(self.kinds, key, strict=True)
        )
        return opaque.seal(self.name, *values)

    def read(self, cursor: str, field: str) -> Key:
        """The key in a cursor. Raises InvalidInputError if it was not made by this list in this order."""
        kind, values = opaque.unseal(cursor) or ("", ())
        try:
            parts = zip(self.kinds, self.nullable, values if kind == self.name else (), strict=True)
            return tuple(_read(*each) for each in parts)
        except ValueError:
            raise InvalidInputError(
                field, f"'{cursor[:60]}' is not a cursor of this list and order; pass one it gave you."
            ) from None


def _read(kind: Kind, nullable: bool, found: opaque.Value) -> Any:
    return None if found is None and nullable else kind.read(found)


class Asked(TypedDict, total=False):
    """A connection's arguments, as use cases hand them on."""

    first: int | None
    after: str | None
    last: int | None
    before: str | None
    with_total: bool


class AskedColumns(Asked, total=False):
    """The same, and the `columns` of its rows that suffice: a page may have no others."""

    columns: Columns | None


class Keys(Sequence[Key]):
    """The keys of rows, taken out of what was read where they are asked for: most pages' cursors are not."""

    def __init__(self, found: Sequence[tuple[Any, ...]], place: slice) -> None:
        self._found = found
        self._place = place

    def __len__(self) -> int:
        return len(self._found)

    @overload
    def __getitem__(self, at: int) -> Key: ...
    @overload
    def __getitem__(self, at: slice) -> "Keys": ...
    def __getitem__(self, at: int | slice) -> "Key | Keys":
        if isinstance(at, slice):
            return Keys(self._found[at], self._place)
        return self._found[at][self._place]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and [*self] == [*other]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a list. `total` is there only where it was asked for; `write` makes a key's cursor.

    Where `columns` are named, rows have no others; where these are not `keyed` there may be no keys, and who
    asks for a cursor gets a ValueError.
    """

    rows: Sequence[T]
    keys: Sequence[Key]
    write: Callable[[Key], str]
    has_next: bool
    has_previous: bool
    total: int | None = None
    columns: Columns | None = None

    @property
    def is_bare(self) -> bool:
        """Whether rows are plain tuples of the columns."""
        return self.columns is not None and self.columns.bare

    @property
    def cursors(self) -> list[str]:
        """The cursors of all rows."""
        return [self.write(key) for key in self.keys]

    @property
    def start(self) -> str | None:
        """The cursor of the first row; None on an empty page."""
        return self.write(self.keys[0]) if self.keys else None

    @property
    def end(self) -> str | None:
        """The cursor of the last row; None on an empty page."""
        return self.write(self.keys[-1]) if self.keys else None


@dataclass(frozen=True, slots=True)
class Window:
    """Which page: `size` rows after a key, or (backwards) before one; no key means from that end.

    Rows from `stop` on (backwards: up to it) are beyond the page, however few there are before it.
    """

    size: int
    key: Key | None
    backwards: bool
    stop: Key | None = None

    @classmethod
    def of(
        cls, cursors: Cursors, *, first: int | None, after: str | None, last: int | None, before: str | None
    ) -> "Window":
        """Check a connection's arguments. Raises InvalidInputError that names the wrong one.

        `after` and `before` bound the list, alone or together; `first` takes from its start, `last` from its
        end, and neither of them, from the end that alone is bounded.
        """
        if first is not None and last is not None:
            raise InvalidInputError("last", "Give first or last, not both.")
        backwards = last is not None or (first is None and after is None and before is not None)
        name, size = ("last", last) if backwards else ("first", first)
        if size is not None and not 0 <= size <= MOST:
            raise InvalidInputError(name, f"{name} is {size}; accepted are 0 to {MOST}.")
        start = None if after is None else cursors.read(after, "after")
        end = None if before is None else cursors.read(before, "before")
        key, stop = (end, start) if backwards else (start, end)
        return cls(DEFAULT if size is None else size, key, backwards, stop)

    def page(
        self,
        cursors: Cursors,
        rows: list[T],
        keys: Sequence[Key],
        total: int | None,
        columns: Columns | None = None,
    ) -> Page[T]:
        """Make the page of the `size + 1` rows that were asked for, in the order the query gave them."""
        more = len(rows) > self.size
        if more:
            rows, keys = rows[: self.size], keys[: self.size]
        if self.backwards:
            rows, keys = rows[::-1], keys[::-1]
        ahead, behind = more or self.stop is not None, self.key is not None
        before, after = (ahead, behind) if self.backwards else (behind, ahead)
        return Page(rows, keys, cursors.write, after, before, total, columns)
