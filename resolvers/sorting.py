"""Orders of a list: the keys that rows are sorted by, and what lies beyond a cursor."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    DateTime,
    Double,
    Numeric,
    Text,
    and_,
    bindparam,
    false,
    or_,
    tuple_,
)

from kit.page import DAY, DECIMAL, FLOAT, INSTANT, INTEGER, TEXT, Cursors, Key, Kind, Window

SQL_TYPES: dict[Kind, Any] = {
    INTEGER: BigInteger(),
    TEXT: Text(),
    DECIMAL: Numeric(),
    FLOAT: Double(),
    DAY: Date(),
    INSTANT: DateTime(timezone=True),
}
"""The type of a parameter of each kind; wide enough for any value, whatever its column holds."""


@dataclass(frozen=True, slots=True, eq=False)
class SortKey:
    """A column that rows are sorted by. Nulls stand last, up and down."""

    name: str
    column: ColumnElement[Any]
    kind: Kind
    nullable: bool = False
    descending: bool = False
    source: ColumnElement[Any] | None = None
    """The column that `column` is null with, where it is an expression."""

    @property
    def bind(self) -> ColumnElement[Any]:
        """The parameter that holds the cursor's value."""
        return bindparam(f"key_{self.name}", type_=SQL_TYPES[self.kind])

    def past(self, *, backwards: bool) -> ColumnElement[bool]:
        """Whether a value that is not null comes after the cursor's, or (backwards) before it."""
        return self.column < self.bind if self.descending is not backwards else self.column > self.bind

    def reaches(self, *, backwards: bool) -> ColumnElement[bool]:
        """The same, or equal to it."""
        return self.column <= self.bind if self.descending is not backwards else self.column >= self.bind


Nulls = tuple[bool, ...] | None
"""Which values of a cursor's key are null; None where there is no cursor."""


class Span(NamedTuple):
    """What of a window makes another statement: its direction, and the nulls of the cursors that bound it."""

    backwards: bool = False
    nulls: Nulls = None
    stops: Nulls = None

    @classmethod
    def of(cls, window: Window) -> "Span":
        return cls(window.backwards, _nulls(window.key), _nulls(window.stop))


def _nulls(key: Key | None) -> Nulls:
    return None if key is None else tuple(value is None for value in key)


class Part(NamedTuple):
    """A stretch of a list that an index can hold: what is in it, and how it is sorted."""

    conditions: list[ColumnElement[bool]]
    sorting: list[ColumnElement[Any]]
    known: bool = False
    """Whether all its rows have the first key, where some of the list may not."""


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """Sort keys, of which the last, the id, is unique; and the cursors of a list that is sorted so."""

    cursors: Cursors
    keys: tuple[SortKey, ...]
    labels: tuple[str, ...]

    @classmethod
    def of(cls, name: str, number: ColumnElement[Any], *keys: SortKey, descending: bool = False) -> "Order":
        """The order by `keys`, then by the id, which runs the way of the last key before it."""
        down = keys[-1].descending if keys else descending
        every = (*keys, SortKey("id", number, INTEGER, descending=down))
        named = every if down and not keys else keys
        title = ":".join([name, *(f"{'-' if key.descending else ''}{key.name}" for key in named)])
        cursors = Cursors(title, tuple(key.kind for key in every), tuple(key.nullable for key in every))
        return cls(cursors, every, tuple(f"sort_{key.name}" for key in every))

    def by(self, number: ColumnElement[Any]) -> "Order":
        """The same order where ids stand in another column."""
        return replace(self, keys=(*self.keys[:-1], replace(self.keys[-1], column=number)))

    def values(self, window: Window) -> dict[str, Any]:
        """The parameters of the cursors' keys; a null is no parameter but a part of the statement."""
        found = zip(self.keys, window.key or (), strict=window.key is not None)
        stops = zip(map(_stop, self.keys), window.stop or (), strict=window.stop is not None)
        return {f"key_{each.name}": value for each, value in (*found, *stops) if value is not None}

    def sorting(self, columns: Mapping[str, Any] | Any, *, backwards: bool) -> list[ColumnElement[Any]]:
        """ORDER BY over columns that bear the labels of the keys."""
        found = zip(self.keys, self.labels, strict=True)
        return [_sorted(key, columns[label], backwards=backwards) for key, label in found]

    def parts(self, span: Span) -> list[Part]:
        """What lies between the cursors of a span, in the order it is read.

        Rows without a first key are a part of their own, so that a plain index serves both directions.
        """
        backwards, nulls, stops = span
        head, *rest = self.keys
        if not head.nullable:
            return [_part(self.keys, span)]
        known = SortKey(head.name, head.column, head.kind, descending=head.descending)
        source = head.column if head.source is None else head.source
        has, lacks = source.is_not(None), source.is_(None)
        with_key = _part((known, *rest), Span(backwards, _known(nulls), _known(stops)), has)
        bare = _part(rest, Span(backwards, _bare(nulls), _bare(stops)), lacks)
        full = with_key._replace(known=True)
        # Rows without the key stand last: a cursor among them, or among the others, shuts one part out.
        low, high = (stops, nulls) if backwards else (nulls, stops)
        found = [*([] if low and low[0] else [full]), *([] if high and not high[0] else [bare])]
        if not found:
            return [bare._replace(conditions=[false()])]
        return found[::-1] if backwards else found

    def whole(self, span: Span) -> Part:
        """The same as one part, for lists that are short or whose first key is never null."""
        return _part(self.keys, span)


def _known(nulls: Nulls) -> Nulls:
    """The nulls of a cursor as rows that have the first key see them."""
    return None if nulls is None or nulls[0] else nulls


def _bare(nulls: Nulls) -> Nulls:
    """The nulls of a cursor's further keys as rows without the first key see them."""
    return nulls[1:] if nulls is not None and nulls[0] else None


def _stop(key: SortKey) -> SortKey:
    """The key with the parameter of the cursor that the page ends at."""
    return replace(key, name=f"stop_{key.name}")


def _part(keys: Sequence[SortKey], span: Span, *conditions: ColumnElement[bool]) -> Part:
    backwards = span.backwards
    between = [
        *_bound(keys, span.nulls, backwards=backwards),
        *_bound([_stop(key) for key in keys], span.stops, backwards=not backwards),
    ]
    sorting = [_sorted(key, key.column, backwards=backwards) for key in keys]
    return Part([*conditions, *between], sorting)


def _bound(keys: Sequence[SortKey], nulls: Nulls, *, backwards: bool) -> list[ColumnElement[bool]]:
    if nulls is None:
        return []
    found, head = [_beyond(keys, nulls, backwards=backwards)], keys[0]
    if len(keys) > 1 and head.kind is INSTANT and not head.nullable:
        # A comparison of rows does not tell which months' partitions are out of the question.
        found.append(head.reaches(backwards=backwards))
    return found


def _sorted(key: SortKey, column: ColumnElement[Any], *, backwards: bool) -> ColumnElement[Any]:
    down = key.descending is not backwards
    found = column.desc() if down else column.asc()
    if not key.nullable:
        return found
    return found.nulls_first() if backwards else found.nulls_last()


def _beyond(keys: Sequence[SortKey], nulls: Sequence[bool], *, backwards: bool) -> ColumnElement[bool]:
    """Whether a row comes strictly after the cursor's, or (backwards) before it."""
    head, *rest = keys
    if not any(key.nullable for key in keys) and len({key.descending for key in keys}) == 1:
        ours, theirs = tuple_(*(key.column for key in keys)), tuple_(*(key.bind for key in keys))
        return ours < theirs if head.descending is not backwards else ours > theirs
    same: ColumnElement[bool]
    past: ColumnElement[bool]
    if nulls[0]:
        same, past = head.column.is_(None), head.column.is_not(None) if backwards else false()
    else:
        same, past = head.column == head.bind, head.past(backwards=backwards)
        if head.nullable and not backwards:
            past = or_(past, head.column.is_(None))
    return or_(past, and_(same, _beyond(rest, nulls[1:], backwards=backwards))) if rest else past
