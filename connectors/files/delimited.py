"""CSV and its relatives: rows of cells with a header, separated by , ; tab | or white space."""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from itertools import chain
from typing import Literal

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import csv as arrow

from connectors.files.batch import Batch, Column, Fault, Select
from connectors.files.content import refuse
from connectors.files.rows import Rows, cut
from connectors.files.text import Text, first_block

DELIMITERS = ",;\t|"
_NAMES = {",": "CSV", ";": "CSV with semicolons", "\t": "tab-separated text", "|": "CSV with bars"}
_SAMPLE = 50
_SHOWN = 200
_GAPS = re.compile(rb"[ \t]+")
_MARGINS = re.compile(rb"(?m)^[ \t]+|[ \t]+$")
_NUMBER = re.compile(r"[+-]?[\d.,:/ -]*\d[\d.,:/ -]*")


class Delimited:
    """Reads delimited text whose first line names the columns."""

    def __init__(self, text: Text, size: int) -> None:
        self.size = size
        self.format = ""
        self._text = text

    @property
    def position(self) -> int:
        return self._text.position

    def close(self) -> None:
        self._text.close()

    def batches(self, select: Select) -> Iterator[Batch]:
        """The rows. Raises InvalidInputError for a file without a header or without rows."""
        blocks = first_block(self._text)
        first = next(blocks)
        delimiter = sniff(first)
        self.format = _NAMES.get(delimiter or "", "text in columns")
        blocks = chain([first], blocks)
        cuts = cut(blocks, self._text.path, delimiter, _tabbed if delimiter is None else None)
        names, rows = self._header(next(cuts), delimiter or "\t")
        self._check(names)
        wanted = select(names)
        empty = True
        for each in chain([rows], cuts):
            if len(each.lines):
                empty = False
                yield _parse(each, delimiter, len(names), wanted)
        if empty:
            raise refuse(self._text.path, "has a header and no rows")

    def _header(self, rows: Rows, delimiter: str) -> tuple[list[str], Rows]:
        data = rows.data.lstrip(b"\n").decode()
        source = io.StringIO(data, newline="\n")
        try:
            names = next(csv.reader(source, delimiter=delimiter))
        except csv.Error:
            raise refuse(self._text.path, "has a first line that cannot be read as column names") from None
        rest = data[source.tell() :].encode()
        return [name.strip() for name in names], Rows(rest, rows.lines[1:])

    def _check(self, names: Sequence[str]) -> None:
        if any(names) and all(not name or _NUMBER.fullmatch(name) for name in names):
            raise refuse(
                self._text.path,
                f"has no header: its first line is {', '.join(names[:5])!r}; put the columns' names there",
            )


def sniff(block: bytes) -> str | None:
    """The delimiter: the one most steadily as frequent as in the header. None is white space."""
    lines = [re.sub('"[^"]*"', "", line) for line in _head(block)]
    header = lines[0]
    best, most = "", (0.0, 0)
    for mark in DELIMITERS:
        count = header.count(mark)
        steady = sum(line.count(mark) == count for line in lines) / len(lines)
        if count and (steady, count) > most:
            best, most = mark, (steady, count)
    if best:
        return best
    words = len(header.split())
    aligned = sum(len(line.split()) == words for line in lines)
    return None if words > 1 and aligned > len(lines) * 0.8 else ","


def _head(block: bytes) -> list[str]:
    """The first lines that are not blank, without one that the end of the block may have cut."""
    lines = block[: 1 << 18].split(b"\n")
    whole = lines[:-1] if len(lines) > 1 else lines
    return [line.decode(errors="replace") for line in whole if line.strip()][:_SAMPLE]


def _tabbed(lines: bytes) -> bytes:
    """Text in columns as tab-separated text."""
    return _GAPS.sub(b"\t", _MARGINS.sub(b"", lines))


def _parse(rows: Rows, delimiter: str | None, width: int, wanted: Sequence[int]) -> Batch:
    data = rows.data
    bad: list[arrow.InvalidRow] = []

    def skip(row: arrow.InvalidRow) -> Literal["skip"]:
        bad.append(row)
        return "skip"

    table = arrow.read_csv(
        io.BytesIO(data),
        read_options=arrow.ReadOptions(
            use_threads=False, block_size=len(data) + 1, column_names=[str(at) for at in range(width)]
        ),
        parse_options=arrow.ParseOptions(
            delimiter=delimiter or "\t",
            quote_char='"' if delimiter else False,
            newlines_in_values=b'"' in data,
            invalid_row_handler=skip,
        ),
        convert_options=arrow.ConvertOptions(
            check_utf8=False,
            include_columns=[str(at) for at in wanted],
            column_types={str(at): pa.string() for at in wanted},
        ),
    )
    columns: list[Column] = [column.combine_chunks() for column in table.columns]
    return Batch(*_matched(rows.lines, bad, columns))


def _matched(
    lines: NDArray[np.int64], bad: list[arrow.InvalidRow], columns: list[Column]
) -> tuple[NDArray[np.int64], list[Column], list[Fault]]:
    if not bad:
        return lines, columns, []
    at = [(row.number or 0) - 1 for row in bad]
    faults = [
        Fault(
            int(lines[place]),
            "",
            row.text[:_SHOWN],
            f"the row has {row.actual_columns} cells, the header {row.expected_columns}",
        )
        for place, row in zip(at, bad, strict=True)
        if row.text.strip(' ,;\t|"')
    ]
    return np.delete(lines, at), columns, faults
