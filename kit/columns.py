"""Which columns of rows suffice for what is asked, and rows that have no others."""

from collections import namedtuple
from collections.abc import Callable, Collection, Sequence
from functools import lru_cache
from itertools import starmap
from operator import attrgetter
from typing import Any, NamedTuple

_KEPT = 1_000


class Columns(NamedTuple):
    """The columns that suffice, by their names.

    `bare`: whether plain tuples of them do, or what has them as attributes is wanted; `keyed`: whether it
    is asked for as well where rows stand in their list.
    """

    names: tuple[str, ...]
    bare: bool = False
    keyed: bool = True

    @property
    def row(self) -> Callable[..., Any]:
        """What rows are made with."""
        return tuple if self.bare else light(self.names)

    def cut(self, rows: Sequence[Any]) -> list[Any]:
        """Rows that have more columns, without those."""
        if not self.names:
            return [self.row() for _ in rows]
        cut = zip(*([*map(attrgetter(name), rows)] for name in self.names), strict=True)
        return [*cut] if self.bare else [*starmap(self.row, cut)]


def among(columns: Columns | None, names: Collection[str]) -> Columns | None:
    """The columns, if all of them are among the names; None for whole rows."""
    return None if columns is None or not {*columns.names} <= {*names} else columns


def made_with(columns: Columns | None, whole: Callable[..., Any]) -> Callable[..., Any]:
    """What makes rows of these columns; where None are named, what makes whole ones."""
    return whole if columns is None else columns.row


@lru_cache(_KEPT)
def light(names: tuple[str, ...]) -> type[tuple[Any, ...]]:
    """The class of rows that have these columns alone."""
    return namedtuple("Light", names)
