"""Sheet: a batch of rows while its cells are read, and what is found wrong with them."""

from collections.abc import Callable
from typing import Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from connectors.files import Chosen, Column, Fault
from connectors.files.batch import pc
from connectors.files.cells import Cells, Mask, ids, mask, texts, without, written
from connectors.files.dates import Times, is_native, times
from connectors.files.shapes import ISO, Shape, given, recognise
from kit.errors import InvalidInputError
from resolvers.imports.options import ImportOptions

Read = Callable[[Column], Cells]


class Context(Protocol):
    """What a sheet must know of the import: `shapes` of the columns with dates, and the fields `proven` by a
    value that could be read."""

    options: ImportOptions
    chosen: Chosen
    shapes: dict[str, Shape]
    proven: set[str]


class Sheet:
    """Rows with their lines and a column for each field that the file has.

    `rejected` are the rows with something wrong; `telling` those of them that are handed on all the same,
    since something else depends on them.
    """

    def __init__(self, context: Context, lines: NDArray[np.int64], columns: dict[int, Column]) -> None:
        self.lines = lines
        self.rejected: Mask = np.zeros(len(lines), np.bool_)
        self.telling: Mask = np.zeros(len(lines), np.bool_)
        self._context = context
        self._columns = {field: columns[at] for field, at in context.chosen.at.items()}
        self._others = columns
        self._faults: list[tuple[int, Fault]] = []

    def __len__(self) -> int:
        return len(self.lines)

    @property
    def staged(self) -> Mask:
        return ~self.rejected | self.telling

    def faults(self) -> list[Fault]:
        """What was found: of rejected rows only why they are, of the others what they do without."""
        return [fault for at, fault in self._faults if fault.fatal or not self.rejected[at]]

    def has(self, field: str) -> bool:
        return field in self._columns

    def other(self, position: int) -> Column:
        """A column that is no field, as text without NUL; null where empty."""
        values = pc.utf8_trim_whitespace(pc.replace_substring(written(self._others[position]), "\0", ""))
        return without(values, mask(pc.equal(values, "")))

    def read(self, field: str, read: Read = ids, *, required: bool = False, soft: bool = False) -> Column:
        """A field's values, null where there are none. `soft`: a bad cell does not cost the row.

        Raises InvalidInputError where not one of a field's first values can be read.
        """
        column = self._columns.get(field)
        if column is None:
            return pa.nulls(len(self), pa.string())
        cells = read(column)
        empty = ~(mask(pc.is_valid(cells.values)) | cells.bad)
        self._note(field, column, cells.bad, cells.why, soft)
        if required:
            self._note(field, column, empty, lambda text: "is empty", soft=False)
        return cells.values

    def times(self, field: str, *, required: bool = False, soft: bool = False) -> Times:
        """A field's dates. Raises InvalidInputError where it cannot be told how they are written."""
        column = self._columns.get(field)
        if column is None:
            column = pa.nulls(len(self), pa.string())
        found = times(column, self._shape(field, column))
        self._note(field, column, found.bad, found.why, soft)
        if required:
            read = mask(pc.is_valid(found.local)) | mask(pc.is_valid(found.instant))
            self._note(field, column, ~(read | found.bad), lambda text: "is empty", soft=False)
        return found

    def reject(self, field: str, bad: Mask, reason: str) -> None:
        """Reject rows for a value of this field that was readable and is still wrong."""
        column = self._columns.get(field)
        column = pa.nulls(len(self), pa.string()) if column is None else column
        self._note(field, column, bad, lambda text: reason, soft=False)

    def _shape(self, field: str, column: Column) -> Shape:
        known = self._context.shapes.get(field)
        if known is not None or is_native(column):
            return known or ISO
        if self._context.options.date_format is not None:
            shape = given(self._context.options.date_format)
        else:
            values = texts(column)
            if values.null_count == len(values):
                return ISO
            shape = recognise(values, field, self._context.chosen.columns[field])
        self._context.shapes[field] = shape
        return shape

    def _note(self, field: str, column: Column, bad: Mask, why: Callable[[str], str], soft: bool) -> None:
        if not soft:
            self.rejected |= bad
        at = np.flatnonzero(bad)
        if len(at):
            name = self._context.chosen.columns[field]
            values = pc.fill_null(written(column).take(pa.array(at)), "").to_pylist()
            left_out = "; the row is imported without it" if soft else ""
            faults = [
                Fault(int(self.lines[row]), name, value, f"{why(value.strip())}{left_out}", not soft)
                for row, value in zip(at.tolist(), values, strict=True)
            ]
            self._prove(field, column, faults)
            self._faults += zip(at.tolist(), faults, strict=True)
        elif column.null_count < len(column):
            self._context.proven.add(field)

    def _prove(self, field: str, column: Column, faults: list[Fault]) -> None:
        if field in self._context.proven or not faults[0].fatal:
            return
        given = len(column) - texts(column).null_count
        if len(faults) < given or not given or faults[0].reason == "is empty":
            self._context.proven.add(field)
            return
        first = faults[0]
        raise InvalidInputError(
            field,
            f"Not one of the first {given:,} values of column {first.column!r} can be read as {field}: "
            f"line {first.line} holds {first.value[:60]!r}, {first.reason}.",
        )
