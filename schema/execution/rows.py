"""The rows of a level, by the column."""

from collections.abc import Sequence
from functools import cached_property
from operator import attrgetter
from typing import Any

from kit.columns import Columns
from schema.execution.plan import Column

_ROW = attrgetter("row")


class Rows:
    """The rows of a level by the column, each of which is taken off them once.

    The sources are objects that hold them, or tuples of these columns.
    """

    def __init__(self, sources: Sequence[Any], columns: Columns | None = None) -> None:
        self._sources = sources
        self._columns: dict[str, Column] = {}
        if columns is not None and type(sources[0]) is tuple:
            self._columns = dict(zip(columns.names, map(list, zip(*sources, strict=True)), strict=True))

    def column(self, name: str) -> Column:
        """What the rows hold under a name."""
        found = self._columns.get(name)
        if found is None:
            found = self._columns[name] = [*map(attrgetter(name), self._rows)]
        return found

    @cached_property
    def _rows(self) -> list[Any]:
        return [*map(_ROW, self._sources)]
