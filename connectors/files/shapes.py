"""Shapes: the ways a file may write its dates, and how to tell which one it is."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

import pyarrow as pa

from connectors.files.batch import Column, pc
from kit.errors import InvalidInputError

SAMPLE = 10_000
"""Values that decide the shape of a column."""

_CLEAR = 20
"""Times that one order of day and month must be more frequent than the other to be taken."""

_TIME = (
    r"(?:[T ,]+(?P<H>\d{1,2}):(?P<M>\d{2})(?::(?P<S>\d{2})(?:[.,](?P<f>\d{1,9}))?)?"
    r"(?: ?(?P<z>Z|[+-]\d{2}(?::?\d{2})?))?)?"
)
_COMPACT_TIME = (
    r"(?:[T ]?(?P<H>\d{2}):?(?P<M>\d{2})(?::?(?P<S>\d{2})(?:[.,](?P<f>\d{1,9}))?)?"
    r"(?P<z>Z|[+-]\d{2}(?::?\d{2})?)?)?"
)
_YEARS = frozenset("yYGcx")
"""Codes of strptime that have a year in them."""
_PARTS = {"d": r"(?P<d>\d{1,2})", "m": r"(?P<m>\d{1,2})", "Y": r"(?P<Y>\d{4})"} | {
    each: rf"(?P<{each}>\d{{1,2}})" for each in "HMS"
}


class Shape(NamedTuple):
    """How dates are written: an example for people, and what turns them into ISO 8601 (null: not so)."""

    example: str
    iso: Callable[[Column], Column]


def _pattern(example: str, pattern: str) -> Shape:
    return Shape(example, lambda values: _rearranged(values, f"^(?:{pattern})$"))


ISO = Shape("2024-01-31 or 2024-01-31T18:05:00", lambda values: values)
YEAR_FIRST = _pattern("2024/01/31", rf"(?P<Y>\d{{4}})[/.-](?P<m>\d{{1,2}})[/.-](?P<d>\d{{1,2}}){_TIME}")
COMPACT = _pattern("20240131", rf"(?P<Y>\d{{4}})(?P<m>\d{{2}})(?P<d>\d{{2}}){_COMPACT_TIME}")
DAY_FIRST = _pattern("31/01/2024", rf"(?P<d>\d{{1,2}})[/.-](?P<m>\d{{1,2}})[/.-](?P<Y>\d{{4}}){_TIME}")
MONTH_FIRST = _pattern("01/31/2024", rf"(?P<m>\d{{1,2}})[/.-](?P<d>\d{{1,2}})[/.-](?P<Y>\d{{4}}){_TIME}")

_LOOKS = (
    (ISO, r"^\d{4}-\d{2}-\d{2}(?:$|[T ]\d{2}(?::|$))"),
    (YEAR_FIRST, r"^\d{4}[/.-]\d{1,2}[/.-]\d{1,2}(?:$|[T ,])"),
    (COMPACT, r"^(?:19|20|21)\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:$|[T ]|\d{4,6}$)"),
    (DAY_FIRST, r"^\d{1,2}[/.-]\d{1,2}[/.-]\d{4}(?:$|[T ,])"),
)


def recognise(values: Column, field: str, column: str) -> Shape:
    """The shape of most of these texts, of which there is at least one.

    Raises InvalidInputError, in a sentence that says what to give as --date-format, where the texts are no
    dates, or could be day/month as well as month/day.
    """
    sample = values.drop_null().slice(0, SAMPLE).unique()
    counts = [
        (pc.sum(pc.match_substring_regex(sample, look)).as_py() or 0, at)
        for at, (_, look) in enumerate(_LOOKS)
    ]
    most, at = max(counts, key=lambda pair: (pair[0], -pair[1]))
    if not most:
        raise InvalidInputError(field, _unknown(column, str(sample[0].as_py())))
    shape = _LOOKS[at][0]
    return _day_or_month(sample, field, column) if shape is DAY_FIRST else shape


def given(text: str) -> Shape:
    """The shape for --date-format: a strptime format, `epoch` or `epoch_ms` (seconds, milliseconds).

    A format of numbers without a time also takes dates that a time follows.
    """
    if text in ("epoch", "epoch_ms"):
        return _epoch(text)
    probe = datetime(2024, 1, 31, 18, 5, 9, tzinfo=UTC)
    codes = re.findall(r"%(.)", text)
    if not _reads(text, codes, probe):
        raise InvalidInputError(
            "date_format",
            f"--date-format {text!r} is no format for a whole date; write one like '%d/%m/%Y' or "
            "'%m/%d/%Y %H:%M', or epoch or epoch_ms.",
        )
    example = probe.strftime(text)
    if set(codes) <= set(_PARTS) and len(set(codes)) == len(codes):
        pattern = "".join(
            _PARTS[part[1]] if part[0] == "%" else re.escape(part) for part in re.findall("%.|.", text)
        )
        return _pattern(example, pattern if "H" in codes else pattern + _TIME)
    return Shape(example, lambda values: _each(values, text))


def _reads(text: str, codes: list[str], probe: datetime) -> bool:
    """Whether a format of such codes gives a day back. Without a year, newer Pythons warn before it fails."""
    if _YEARS.isdisjoint(codes):
        return False
    try:
        return datetime.strptime(probe.strftime(text), text).date() == probe.date()  # noqa: DTZ007
    except (ValueError, re.error):
        return False


def _day_or_month(sample: Column, field: str, column: str) -> Shape:
    parts = pc.extract_regex(sample, r"^(?P<a>\d{1,2})[/.-](?P<b>\d{1,2})[/.-]\d{4}")
    first, second = (
        pc.sum(pc.greater(pc.cast(pc.struct_field(parts.drop_null(), at), pa.int8()), 12)).as_py() or 0
        for at in ("a", "b")
    )
    if first > _CLEAR * second:
        return DAY_FIRST
    if second > _CLEAR * first:
        return MONTH_FIRST
    seen = f"such as {sample[0].as_py()!r}"
    what = "mix day/month and month/day" if first else "could be day/month or month/day"
    raise InvalidInputError(
        field,
        f"The dates in column {column!r}, {seen}, {what}; "
        "say which with --date-format '%d/%m/%Y' or --date-format '%m/%d/%Y'.",
    )


def _unknown(column: str, text: str) -> str:
    if re.fullmatch(r"\d{9,10}|\d{12,13}", text):
        code = "epoch" if len(text) < 12 else "epoch_ms"
        return (
            f"Column {column!r} holds numbers like {text}; if they count from 1970, add --date-format {code}."
        )
    return (
        f"Column {column!r} holds {text[:60]!r}, which is no date this knows (2024-01-31, 20240131, "
        "31/01/2024); say how its dates are written, for example --date-format '%d %b %Y'."
    )


def _rearranged(values: Column, pattern: str) -> Column:
    parts = pc.extract_regex(values, pattern)
    fields = {parts.type.field(at).name for at in range(parts.type.num_fields)}

    def part(name: str, otherwise: str) -> Column:
        if name not in fields:
            return pa.scalar(otherwise)
        text = pc.struct_field(parts, name)
        if name == "f":
            return pc.utf8_slice_codeunits(text, 0, 6)
        if name not in "YZz":
            text = pc.utf8_lpad(text, 2, "0")
        return text

    day = pc.binary_join_element_wise(part("Y", ""), part("m", ""), part("d", ""), "-")
    clock = pc.binary_join_element_wise(part("H", "00"), part("M", "00"), part("S", "00"), ":")
    fraction = part("f", "")
    fraction = pc.if_else(pc.equal(fraction, ""), "", pc.binary_join_element_wise(".", fraction, ""))
    return pc.binary_join_element_wise(day, "T", clock, fraction, part("z", ""), "")


def _each(values: Column, text: str) -> Column:
    coded = values.dictionary_encode()

    def one(value: str) -> str | None:
        try:
            return datetime.strptime(value, text).isoformat()  # noqa: DTZ007
        except ValueError:
            return None

    return pa.array([one(value) for value in coded.dictionary.to_pylist()], pa.string()).take(coded.indices)


def _epoch(unit: str) -> Shape:
    kind = pa.timestamp("s" if unit == "epoch" else "ms")
    digits, example = (r"^\d{1,10}$", "1706724309") if unit == "epoch" else (r"^\d{1,13}$", "1706724309000")

    def iso(values: Column) -> Column:
        whole = pc.if_else(pc.match_substring_regex(values, digits), values, pa.scalar(None, pa.string()))
        moments = pc.cast(pc.cast(pc.cast(whole, pa.int64()), kind), pa.string())
        return pc.binary_join_element_wise(moments, "Z", "")

    return Shape(f"{example} ({unit})", iso)
