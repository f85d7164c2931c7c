"""Dates: a column of days and times as wall-clock times, or as instants where an offset came with them."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

import pyarrow as pa

from connectors.files.batch import Column, pc
from connectors.files.cells import Mask, mask, texts, without
from connectors.files.shapes import Shape

LOCAL, INSTANT = pa.timestamp("us"), pa.timestamp("us", "UTC")

_ZERO = datetime(1970, 1, 1)  # noqa: DTZ001 - wall-clock time, like the next one
_END = datetime(2201, 1, 1)  # noqa: DTZ001
_MICROSECOND = timedelta(microseconds=1)
_ISO = re.compile(r"\d{4}-\d\d-\d\d(?:[T ].+)?")
_YEAR = re.compile(r"(?<!\d)\d{4}(?!\d)|^\d{4}(?=\d{4}(?!\d))")


class Times(NamedTuple):
    """Wall-clock times and instants: of each row one, or neither where it is empty or bad."""

    local: Column
    instant: Column
    bad: Mask
    why: Callable[[str], str]


def times(column: Column, shape: Shape) -> Times:
    """Read a column whose dates are written in this shape; a column of timestamps needs none."""
    if is_native(column):
        local, instant = _native(column)
        given = mask(pc.is_valid(column))
    else:
        values = texts(column)
        local, instant = _parsed(shape.iso(values))
        given = mask(pc.is_valid(values))
    local, instant = _within(local, LOCAL), _within(instant, INSTANT)
    read = mask(pc.is_valid(local)) | mask(pc.is_valid(instant))
    return Times(local, instant, given & ~read, lambda text: _why(text, shape))


def is_native(column: Column) -> bool:
    """Whether a column holds timestamps or days rather than text."""
    return pa.types.is_timestamp(column.type) or pa.types.is_date(column.type)


def _native(column: Column) -> tuple[Column, Column]:
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        instant = pc.cast(column, INSTANT, safe=False)
        return pa.nulls(len(column), LOCAL), instant
    return pc.cast(column, LOCAL, safe=False), pa.nulls(len(column), INSTANT)


def _parsed(iso: Column) -> tuple[Column, Column]:
    """ISO 8601 text: whole columns of one kind at the parser's speed, mixed or bad ones value by value."""
    try:
        return pc.cast(iso, LOCAL), pa.nulls(len(iso), INSTANT)
    except pa.ArrowInvalid:
        pass
    try:
        return pa.nulls(len(iso), LOCAL), pc.cast(iso, INSTANT)
    except pa.ArrowInvalid:
        pass
    coded = iso.dictionary_encode()
    found = [_moment(text) for text in coded.dictionary.to_pylist()]
    local = [_micros(each) if each and each.tzinfo is None else None for each in found]
    instant = [_micros(each) if each and each.tzinfo is not None else None for each in found]
    return (
        pa.array(local, pa.int64()).cast(LOCAL).take(coded.indices),
        pa.array(instant, pa.int64()).cast(INSTANT).take(coded.indices),
    )


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if _ISO.fullmatch(text) else None
    except ValueError:
        return None


def _micros(moment: datetime) -> int:
    # Without `astimezone`: an instant in the last hours of the calendar has no time of day elsewhere.
    since = moment.replace(tzinfo=None) - _ZERO
    return (since - (moment.utcoffset() or timedelta())) // _MICROSECOND


def _within(values: Column, kind: pa.DataType) -> Column:
    first, end = (pa.scalar(edge, LOCAL).cast(pa.int64()).cast(kind) for edge in (_ZERO, _END))
    return without(values, mask(pc.or_(pc.less(values, first), pc.greater_equal(values, end))))


def _why(text: str, shape: Shape) -> str:
    if any(not 1970 <= int(year) <= 2200 for year in _YEAR.findall(text)[:1]):
        return "outside the years 1970 to 2200"
    return f"not a date like {shape.example}"
