"""The formats there are."""

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from connectors.exports.column import Column, Row
from connectors.exports.delimited import Csv
from connectors.exports.ndjson import Ndjson
from connectors.exports.parquet import Parquet


class Encoder(Protocol):
    """Writes one file. Each call gives the bytes that are ready, which may be none."""

    def head(self) -> bytes:
        """What stands before the rows."""
        ...

    def rows(self, rows: Sequence[Row]) -> bytes:
        """Some more rows."""
        ...

    def tail(self) -> bytes:
        """What stands after the last row."""
        ...


class Format(NamedTuple):
    """A format by its name, which is what its files' names end with."""

    name: str
    media_type: str
    encoder: Callable[[Sequence[Column]], Encoder]


FORMATS = {
    each.name: each
    for each in (
        Format("csv", "text/csv; charset=utf-8", Csv),
        Format("ndjson", "application/x-ndjson", Ndjson),
        Format("parquet", "application/vnd.apache.parquet", Parquet),
    )
}
"""By their names."""
