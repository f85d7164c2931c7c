"""Parquet: typed columns, written a group of rows at a time."""

import io
from collections.abc import Sequence
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from connectors.exports.column import Column, Kind, Row

_GROUP = 32_768
"""Rows of a group: what is held at a time, and what a reader reads at least."""

_TYPES: dict[Kind, Any] = {
    Kind.INTEGER: pa.int64(),
    Kind.TEXT: pa.string(),
    Kind.NUMBER: pa.float64(),
    Kind.MONEY: pa.decimal128(19, 4),
    Kind.INSTANT: pa.timestamp("us", tz="UTC"),
}


class _Sink(io.RawIOBase):
    """Takes what a writer writes, until it is fetched, also when it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self._held = bytearray()
        self._size = 0

    def write(self, content: Any) -> int:
        size = len(content)
        self._held += content
        self._size += size
        return size

    def tell(self) -> int:
        return self._size

    def writable(self) -> bool:
        return True

    def fetch(self) -> bytes:
        held, self._held = bytes(self._held), bytearray()
        return held


class Parquet:
    """Writes rows as a Parquet file, compressed with Snappy, which every reader knows."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._schema = pa.schema([pa.field(each.name, _TYPES[each.kind]) for each in columns])
        self._sink = _Sink()
        self._writer = parquet.ParquetWriter(pa.PythonFile(self._sink, mode="w"), self._schema)
        self._waiting: list[pa.RecordBatch] = []
        self._count = 0

    def head(self) -> bytes:
        return self._sink.fetch()

    def rows(self, rows: Sequence[Row]) -> bytes:
        columns = [
            pa.array(values, field.type)
            for values, field in zip(zip(*rows, strict=True), self._schema, strict=True)
        ]
        self._waiting.append(pa.RecordBatch.from_arrays(columns, schema=self._schema))
        self._count += len(rows)
        if self._count >= _GROUP:
            self._write()
        return self._sink.fetch()

    def tail(self) -> bytes:
        if self._count:
            self._write()
        self._writer.close()
        return self._sink.fetch()

    def _write(self) -> None:
        self._writer.write_table(
            pa.Table.from_batches(self._waiting, self._schema), row_group_size=self._count
        )
        self._waiting, self._count = [], 0
