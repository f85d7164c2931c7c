"""Objects that are made of columns of rows, such as an amount and its currency."""

from collections.abc import Callable, Iterable, Sequence
from types import NoneType
from typing import Any, NamedTuple

Values = Sequence[Any]


class Bare(NamedTuple):
    """What makes tuples in place of objects, of objects and what was read of them.

    `columns`: those of what is read that suffice for it.
    """

    columns: tuple[str, ...]
    make: Callable[[Sequence[Any], Sequence[Any]], Values]


class Parts:
    """Makes objects of columns of their attributes, by `make(value, ...)`: null where the first value is.

    `columns` works the columns of the attributes out of those of the rows, where these are others. Where
    nothing is asked of the objects but what their `held` fields make of these attributes, a plan takes the
    columns as they stand for the attributes, and no object is made.
    """

    def __init__(
        self,
        attributes: tuple[str, ...],
        make: Callable[..., Any],
        columns: Callable[..., tuple[Values, ...]] | None = None,
    ) -> None:
        self.attributes = attributes
        self._make = make
        self._columns = columns or _as_they_are

    def of(self, columns: Callable[..., tuple[Values, ...]]) -> "Parts":
        """The same objects, whose attributes are worked out of other columns."""
        return Parts(self.attributes, self._make, columns)

    def __call__(self, *columns: Values) -> list[Any]:
        """The objects."""
        return [*map(self._make, *self._columns(*columns))]

    def bare(self, attributes: tuple[str, ...]) -> Callable[..., list[tuple[Any, ...] | None]]:
        """What makes tuples of these of the attributes in place of objects."""
        places = [self.attributes.index(each) for each in attributes]

        def made(*columns: Values) -> list[tuple[Any, ...] | None]:
            worked_out = self._columns(*columns)
            return tuples([worked_out[each] for each in places], worked_out[0])

        return made


def _as_they_are(*columns: Values) -> tuple[Values, ...]:
    return columns


def tuples(columns: Sequence[Values], first: Values) -> list[tuple[Any, ...] | None]:
    """The columns side by side, and null where the first one is."""
    found: Iterable[tuple[Any, ...]] = zip(*columns, strict=True) if columns else ((),) * len(first)
    if NoneType not in {*map(type, first)}:
        return [*found]
    return [None if value is None else each for value, each in zip(first, found, strict=True)]
