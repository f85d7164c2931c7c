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

    Where nothing is asked of the objects but what their `held` fields make of these attributes, a plan takes
    the columns as they stand for the attributes, and no object is made.
    """

    def __init__(self, attributes: tuple[str, ...], make: Callable[..., Any]) -> None:
        self.attributes = attributes
        self._make = make

    def __call__(self, *columns: Values) -> list[Any]:
        """The objects."""
        return [*map(self._make, *columns)]

    def bare(self, attributes: tuple[str, ...]) -> Callable[..., list[tuple[Any, ...] | None]]:
        """What makes tuples of these of the attributes in place of objects."""
        places = [self.attributes.index(each) for each in attributes]

        def made(*columns: Values) -> list[tuple[Any, ...] | None]:
            return tuples([columns[each] for each in places], columns[0])

        return made


def tuples(columns: Sequence[Values], first: Values) -> list[tuple[Any, ...] | None]:
    """The columns side by side, and null where the first one is."""
    found: Iterable[tuple[Any, ...]] = zip(*columns, strict=True) if columns else ((),) * len(first)
    if NoneType not in {*map(type, first)}:
        return [*found]
    return [None if value is None else each for value, each in zip(first, found, strict=True)]
