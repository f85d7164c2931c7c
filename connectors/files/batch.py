"""Batches: what a reader gives, some rows at a time."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol, TypeAlias

import numpy as np
import pyarrow.compute
from numpy.typing import NDArray

pc: Any = pyarrow.compute
"""The compute functions. Their stubs know no Python values and take arrays for scalars."""

Column: TypeAlias = Any
"""An Arrow array."""
Select = Callable[[Sequence[str]], Sequence[int]]
"""Told a file's columns, says which are wanted. Called again when a file turns out to have more."""


class Fault(NamedTuple):
    """Something wrong with a row, or (not `fatal`) with a cell that the row can do without."""

    line: int
    column: str
    value: str
    reason: str
    fatal: bool = True


class Batch(NamedTuple):
    """Rows with the line (or, of Parquet, the record) each stands on, from 1, and the wanted columns.

    `faults` are the rows that could not be read at all; the columns do not hold them.
    """

    lines: NDArray[np.int64]
    columns: list[Column]
    faults: list[Fault]


class Reader(Protocol):
    """An open file. `position` and `size` are bytes."""

    format: str
    size: int

    @property
    def position(self) -> int: ...

    def batches(self, select: Select) -> Iterator[Batch]: ...

    def close(self) -> None: ...
