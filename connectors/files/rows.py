"""Rows: text cut where rows end, each with the number of the line it starts on."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kit.errors import InvalidInputError

LONGEST = 16 << 20
"""Bytes one row may have; a longer one is a quote that was never closed."""

_NEWLINE, _QUOTE = ord("\n"), ord('"')
_EDGES = np.isin(np.arange(256), list(b',;\t|\n"'))
"""What may stand before a quote that opens and after one that closes."""


class Rows(NamedTuple):
    """Whole rows: UTF-8 text, and of every row that is not blank the line it starts on (from 1)."""

    data: bytes
    lines: NDArray[np.int64]


def cut(
    blocks: Iterable[bytes], path: Path, delimiter: str | None, tidy: Callable[[bytes], bytes] | None = None
) -> Iterator[Rows]:
    """Cut text into whole rows. With a delimiter, a line end inside a quoted cell does not end a row.

    `tidy` is applied to whole lines and keeps their number. Raises InvalidInputError for a quote that is
    never closed.
    """
    rest, at = b"", 1
    for block in chain(blocks, [None]):
        if block is None and not rest:
            return
        data = rest + (b"\n" if block is None else block)
        ends, line_ends = _ends(data, delimiter)
        size = int(ends[-1]) + 1 if len(ends) else 0
        rest = data[size:]
        if size:
            whole = data[:size] if tidy is None else tidy(data[:size])
            rows, at = _rows(whole, *((ends, line_ends) if tidy is None else _ends(whole, None)), at)
            yield rows
        if len(rest) > LONGEST or (rest and block is None):
            raise _endless(path, at)


def _rows(data: bytes, ends: NDArray[np.int64], line_ends: NDArray[np.int64], at: int) -> tuple[Rows, int]:
    last = np.searchsorted(line_ends, ends)
    starts = np.empty_like(ends)
    starts[0], starts[1:] = 0, ends[:-1] + 1
    lines = np.empty_like(ends)
    lines[0], lines[1:] = at, at + last[:-1] + 1
    return Rows(data, lines[ends > starts]), at + int(last[-1]) + 1


def _ends(data: bytes, delimiter: str | None) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Where rows end and where lines end. Without a delimiter every line is a row."""
    text = np.frombuffer(data, np.uint8)
    line_ends = np.flatnonzero(text == _NEWLINE)
    if delimiter is None or b'"' not in data:
        return line_ends, line_ends
    quotes = np.flatnonzero(text == _QUOTE)
    if _paired(text, quotes):
        outside = np.searchsorted(quotes, line_ends) % 2 == 0
        return line_ends[outside], line_ends
    row: Any = _row(delimiter)
    scanner = row.scanner(data)
    ends = np.fromiter((match.end() - 1 for match in iter(scanner.match, None)), np.int64)
    return ends, line_ends


def _paired(text: NDArray[np.uint8], quotes: NDArray[np.int64]) -> bool:
    """Whether quotes stand at the edges of cells only, so that counting them tells what is inside."""
    opening, closing = quotes[::2], quotes[1::2]
    before = text[opening[opening > 0] - 1]
    after = text[closing[closing < len(text) - 1] + 1]
    return bool(_EDGES[before].all() and _EDGES[after].all())


@cache
def _row(delimiter: str) -> re.Pattern[bytes]:
    """A whole row as the CSV parser reads it: a quote in the middle of a cell is a character like others."""
    mark = re.escape(delimiter)
    cell = rf'(?:"[^"]*+(?:""[^"]*+)*+"[^{mark}\n]*+|(?!")[^{mark}\n]*+)'
    return re.compile(rf"{cell}(?:{mark}{cell})*+\n".encode())


def _endless(path: Path, line: int) -> InvalidInputError:
    return InvalidInputError(
        "file",
        f"A quote opened in the row that starts on line {line} of {path.name} is never closed; "
        'close it, or double the quotes inside quoted text ("").',
    )
