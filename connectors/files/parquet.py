"""Parquet: typed columns, read a slice of a row group at a time."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from connectors.files.batch import Batch, Select
from connectors.files.content import refuse

_ROWS = 65_536


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
            lines = np.arange(done + 1, done + 1 + batch.num_rows, dtype=np.int64)
            done += batch.num_rows
            self.position = self.size * done // total
            yield Batch(lines, [batch.column(name) for name in wanted], [])
