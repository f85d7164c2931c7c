"""Parquet: typed columns, read a slice of a row group at a time."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import parquet

from connectors.files.batch import Batch, Column, Select
from connectors.files.content import refuse

_ROWS = 65_536
_BYTES = pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary


class Parquet:
    """Reads the columns that are wanted, in their own types. A record's number stands for its line."""

    format = "Parquet"

    def __init__(self, path: Path) -> None:
        self.size = path.stat().st_size
        self.position = 0
        self._path = path

    def close(self) -> None:
        """Nothing is held between batches that is not let go of by itself."""

    def batches(self, select: Select) -> Iterator[Batch]:
        """The records. Raises InvalidInputError for a damaged file or one without rows."""
        try:
            with parquet.ParquetFile(self._path, memory_map=False, pre_buffer=False) as file:
                yield from self._batches(file, select)
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError, UnicodeError):
            raise refuse(
                self._path, "is a Parquet file that cannot be read; write or download it again"
            ) from None

    def _batches(self, file: parquet.ParquetFile, select: Select) -> Iterator[Batch]:
        names = file.schema_arrow.names
        total = file.metadata.num_rows
        if not total:
            raise refuse(self._path, "has columns and no rows")
        wanted = [names[at] for at in select(names)]
        done = 0
        for batch in file.iter_batches(batch_size=_ROWS, columns=wanted, use_threads=False):
            # What is called text may hold any bytes, which nobody looks at while it is read.
            batch.validate(full=True)
            lines = np.arange(done + 1, done + 1 + batch.num_rows, dtype=np.int64)
            done += batch.num_rows
            self.position = self.size * done // total
            yield Batch(lines, [_read(batch.column(name)) for name in wanted], [])


def _read(column: Column) -> Column:
    """A column as it is, but bytes as the text that they are. Raises ArrowInvalid where they are none."""
    kind = column.type.value_type if pa.types.is_dictionary(column.type) else column.type
    return pc.cast(column, pa.string()) if any(each(kind) for each in _BYTES) else column
