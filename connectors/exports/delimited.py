"""CSV as RFC 4180 has it, in UTF-8, that a spreadsheet takes for text and numbers and for nothing else."""

import csv
import io
from collections.abc import Callable, Sequence
from typing import Any

from connectors.exports.column import Column, Kind, Row, instant, money

RISKY = ("=", "+", "-", "@", "\t", "\r", "\n", *"\uff1d\uff0b\uff0d\uff20")
"""What a text begins with that a spreadsheet may take for a formula, the last four in full width."""


def safe(text: str) -> str:
    """A text that no spreadsheet works out: what could be a formula has an apostrophe before it."""
    return f"'{text}" if text.startswith(RISKY) else text


_WRITTEN: dict[Kind, Callable[[Any], str]] = {
    Kind.INTEGER: str,
    Kind.TEXT: safe,
    Kind.NUMBER: repr,
    Kind.MONEY: money,
    Kind.INSTANT: instant,
}


class Csv:
    """A heading of the columns' names, then a line a row; a value that is wanting is an empty cell."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._names = [each.name for each in columns]
        self._written = [_WRITTEN[each.kind] for each in columns]

    def head(self) -> bytes:
        return _lines([self._names])

    def rows(self, rows: Sequence[Row]) -> bytes:
        return _lines(
            ["" if value is None else write(value) for write, value in zip(self._written, row, strict=True)]
            for row in rows
        )

    def tail(self) -> bytes:
        return b""


def _lines(rows: Any) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()
