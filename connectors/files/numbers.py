"""Numbers: amounts, quantities and rates as exact decimal text; never floats."""

import re

import pyarrow as pa

from connectors.files.batch import Column, pc
from connectors.files.cells import Cells, mask, texts, without

_PLAIN = r"^[+-]?(?:0*\d{1,15}(?:\.\d{0,30})?|\.\d{1,30})$"
_COMMA = r"^[+-]?(?:0*\d{1,15}|\d{1,3}(?:\.\d{3}){1,4})(?:,\d{0,30})?$"
_COUNT = r"^\+?\d{1,9}(?:\.0*)?$"
_RATE = r"^\+?(?:0*[1-9]\d{0,11}(?:\.\d*)?|0*\.\d{0,11}[1-9]\d*)$"

_LONG = re.compile(r"[+-]?\d{16,}(?:[.,]\d*)?")
_GROUPED = re.compile(
    r"[+-]?\d{1,3}(?:[,' \u2019\u00a0\u202f]\d{3})+\.\d+|[+-]?\d{1,3}(?:[' \u2019\u00a0\u202f]\d{3})+"
)
_COMMAS = re.compile(r"[+-]?\d{1,3}(?:\.\d{3})+,\d+|[+-]?\d+,(?:\d{1,2}|\d{4,})")
_EITHER = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+")
_BRACKETS = re.compile(r"\([\d.,]+\)")
_SYMBOL = re.compile(
    r"(?:[^\w\s.,()-]|[A-Z]{1,3})\s*[+-]?\d[\d.,]*|[+-]?\d[\d.,]*\s*(?:[^\w\s.,()-]|[A-Z]{1,3})"
)


def amounts(column: Column, *, decimal_comma: bool = False) -> Cells:
    """Signed decimal numbers of at most 15 digits before the point, as text that PostgreSQL reads."""
    values = texts(column)
    comma = decimal_comma and pa.types.is_string(column.type)
    bad = mask(pc.invert(pc.match_substring_regex(values, _COMMA if comma else _PLAIN)))
    good = without(values, bad)
    if comma:
        good = pc.replace_substring(pc.replace_substring(good, ".", ""), ",", ".")
    return Cells(good, bad, _why_comma if comma else _why_plain)


def rates(column: Column, *, decimal_comma: bool = False) -> Cells:
    """Numbers above zero, to 12 decimals, with at most 12 digits before the point."""
    cells = amounts(column, decimal_comma=decimal_comma)
    wrong = mask(pc.invert(pc.match_substring_regex(cells.values, _RATE)))

    def why(text: str) -> str:
        reason = cells.why(text)
        return "not a rate above zero and below 10^12" if reason == NOT_A_NUMBER else reason

    return Cells(without(cells.values, wrong), cells.bad | wrong, why)


def counts(column: Column) -> Cells:
    """Whole numbers from 0 to 999,999,999."""
    values = texts(column)
    bad = mask(pc.invert(pc.match_substring_regex(values, _COUNT)))
    good = pc.replace_substring_regex(without(values, bad), r"^\+|\..*$", "")
    return Cells(good, bad, lambda text: "not a whole number of 0 or more")


NOT_A_NUMBER = "not a number"


def _why_plain(text: str) -> str:
    if _COMMAS.fullmatch(text):
        return "a decimal comma; add --decimal-comma"
    if _EITHER.fullmatch(text):
        return "a comma that may part thousands or decimals; write 1234.56, or add --decimal-comma"
    return _why_number(text, "1234.56")


def _why_comma(text: str) -> str:
    if re.fullmatch(r"[+-]?\d*\.\d+", text):
        return "a decimal point, but --decimal-comma was given"
    return _why_number(text, "1234,56")


def _why_number(text: str, example: str) -> str:
    if _LONG.fullmatch(text):
        return "more than 15 digits before the point"
    if _GROUPED.fullmatch(text):
        return f"thousands separators are not read; write {example}"
    if _BRACKETS.fullmatch(text):
        return f"brackets are not read as a minus; write -{example}"
    if _SYMBOL.fullmatch(text):
        return f"a currency symbol is not read here; write {example} and the currency in a column of its own"
    return NOT_A_NUMBER
