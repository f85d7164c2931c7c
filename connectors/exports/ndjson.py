"""Lines of JSON: an object a row with every column, null where a value is wanting, money as text."""

from collections.abc import Callable, Sequence
from typing import Any

import orjson

from connectors.exports.column import Column, Kind, Row, instant, money

_WRITTEN: dict[Kind, Callable[[Any], Any]] = {Kind.MONEY: money, Kind.INSTANT: instant}


class Ndjson:
    """Writes rows as lines of JSON."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._names = [each.name for each in columns]
        self._written = [
            (place, _WRITTEN[each.kind]) for place, each in enumerate(columns) if each.kind in _WRITTEN
        ]

    def head(self) -> bytes:
        return b""

    def rows(self, rows: Sequence[Row]) -> bytes:
        return b"".join(map(self._line, rows))

    def tail(self) -> bytes:
        return b""

    def _line(self, row: Row) -> bytes:
        values = [*row]
        for place, write in self._written:
            if values[place] is not None:
                values[place] = write(values[place])
        return orjson.dumps(dict(zip(self._names, values, strict=True)), option=orjson.OPT_APPEND_NEWLINE)
