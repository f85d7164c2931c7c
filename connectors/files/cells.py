"""Cells: a column's values after reading them, and which could not be read and why."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from connectors.files.batch import Column, pc

Mask = NDArray[np.bool_]

LONGEST_ID = 255
"""Characters an id may have."""

LONGEST_TEXT = 1000
"""Characters a name, telephone or e-mail may have."""

_NOTHING = pa.array(
    [
        *("", "NULL", "null", "Null", "(null)", "(NULL)", "\\N", "NaN", "nan", "NAN", "None", "none"),
        *("N/A", "n/a", "#N/A", "<NA>", "<null>"),
    ]
)
"""What programs write for "no value": a customer called NULL would be the best one of many shops."""


class Cells(NamedTuple):
    """Values, null where there was none or it was bad; `why` says what is wrong with a bad text."""

    values: Column
    bad: Mask
    why: Callable[[str], str]


def texts(column: Column) -> Column:
    """Any column as trimmed text; what means "no value" becomes null."""
    trimmed = pc.utf8_trim_whitespace(written(column))
    return pc.if_else(pc.is_in(trimmed, value_set=_NOTHING), pa.scalar(None, pa.string()), trimmed)


def written(column: Column) -> Column:
    """Any column as text: numbers without exponent, and whole floats without `.0`."""
    kind = column.type
    if pa.types.is_dictionary(kind):
        return written(column.dictionary_decode())
    if pa.types.is_string(kind):
        return column
    if pa.types.is_floating(kind):
        shown = pc.cast(column, pa.string())
        if pc.any(pc.match_substring(shown, "e")).as_py():
            return pa.array([_plain(value) for value in shown.to_pylist()], pa.string())
        return shown
    if pa.types.is_nested(kind):
        return pa.array([None if value is None else str(value) for value in column.to_pylist()], pa.string())
    return pc.cast(column, pa.string())


def ids(column: Column) -> Cells:
    """Ids: any text of at most 255 characters."""
    values = texts(column)
    long = mask(pc.greater(pc.utf8_length(values), LONGEST_ID))
    bad = long | mask(pc.match_substring(values, "\0"))
    return Cells(without(values, bad), bad, _why_id)


def names(column: Column) -> Cells:
    """Names and telephone numbers: any text of at most 1,000 characters."""
    trimmed = pc.utf8_trim_whitespace(written(column))
    values = pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)
    bad = mask(pc.greater(pc.utf8_length(values), LONGEST_TEXT)) | mask(pc.match_substring(values, "\0"))
    return Cells(without(values, bad), bad, _why_name)


def emails(column: Column) -> Cells:
    """E-mail addresses: something, an @ and something."""
    values = texts(column)
    fits = pc.match_substring_regex(values, r"^[^@\s\x00]+@[^@\s\x00]+$")
    bad = mask(pc.invert(fits)) | mask(pc.greater(pc.utf8_length(values), 320))
    return Cells(without(values, bad), bad, lambda text: "not an e-mail address")


def mask(flags: Column) -> Mask:
    """Flags as an array; null counts as no."""
    filled: Mask = pc.fill_null(flags, False).to_numpy(zero_copy_only=False)
    return filled


def without(values: Column, bad: Mask) -> Column:
    """The values with null in place of the bad ones."""
    if not bad.any():
        return values
    return pc.if_else(pa.array(bad), pa.scalar(None, values.type), values)


def _why_id(text: str) -> str:
    if "\0" in text:
        return "holds a NUL character"
    return f"longer than {LONGEST_ID} characters"


def _why_name(text: str) -> str:
    if "\0" in text:
        return "holds a NUL character"
    return f"longer than {LONGEST_TEXT} characters"


def _plain(value: str | None) -> str | None:
    if value is None or "e" not in value:
        return value
    try:
        return format(Decimal(value), "f")
    except InvalidOperation:
        return value
