from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from connectors.files.cells import Cells, emails, ids
from connectors.files.numbers import amounts, counts, rates
from connectors.files.words import currencies, kinds, statuses


def reasons(cells: Cells, values: list[Any]) -> dict[Any, str]:
    return {value: cells.why(value) for value, bad in zip(values, cells.bad, strict=True) if bad}


def test_amounts_are_exact_text() -> None:
    values = [
        "12.10",
        " -1.50 ",
        "+2",
        ".5",
        "5.",
        "139.11999999999998",
        "123456789012345.6789",
        "",
        "NULL",
        None,
    ]
    cells = amounts(pa.array(values))
    assert not cells.bad.any()
    assert cells.values.to_pylist() == [
        *("12.10", "-1.50", "+2", ".5", "5.", "139.11999999999998", "123456789012345.6789"),
        *(None, None, None),
    ]


SYMBOL = "a currency symbol is not read here; write 1234.56 and the currency in a column of its own"
THOUSANDS = "thousands separators are not read; write 1234.56"
EITHER = "a comma that may part thousands or decimals; write 1234.56, or add --decimal-comma"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1,234.56", THOUSANDS),
        ("1 234", THOUSANDS),
        ("1'234.50", THOUSANDS),
        ("1.234,56", "a decimal comma; add --decimal-comma"),
        ("12,5", "a decimal comma; add --decimal-comma"),
        ("1,234", EITHER),
        ("$12.00", SYMBOL),
        ("12.00 €", SYMBOL),
        ("GBP 12", SYMBOL),
        ("(12.00)", "brackets are not read as a minus; write -1234.56"),
        ("1234567890123456", "more than 15 digits before the point"),
        ("1e5", "not a number"),
        ("twelve", "not a number"),
        ("--1", "not a number"),
    ],
)
def test_other_amounts_are_refused_with_what_to_do(text: str, reason: str) -> None:
    assert reasons(amounts(pa.array([text])), [text]) == {text: reason}


def test_with_decimal_commas() -> None:
    values = ["1", "-1,50", "1.234,56", "1.234", "12.345.678,9", "1.5", "1234567890123456"]
    cells = amounts(pa.array(values), decimal_comma=True)
    assert cells.values.to_pylist()[:5] == ["1", "-1.50", "1234.56", "1234", "12345678.9"]
    assert reasons(cells, values) == {
        "1.5": "a decimal point, but --decimal-comma was given",
        "1234567890123456": "more than 15 digits before the point",
    }


def test_typed_numbers_are_read_as_they_are_even_with_decimal_commas() -> None:
    column = pa.array([Decimal("1.10"), Decimal("-2.05")], pa.decimal128(10, 2))
    assert amounts(column, decimal_comma=True).values.to_pylist() == ["1.10", "-2.05"]
    assert amounts(pa.array([0.1, 1e-7, 2e14])).values.to_pylist() == ["0.1", "0.0000001", "2" + "0" * 14]


def test_rates_are_above_zero() -> None:
    values = ["1", "0.5", "000.1", "0", "-1", "0.0000000000004", "1234567890123", "x", "1,5"]
    cells = rates(pa.array(values))
    assert cells.values.to_pylist()[:3] == ["1", "0.5", "000.1"]
    wrong = "not a rate above zero and below 10^12"
    assert reasons(cells, values) == dict.fromkeys(values[3:8], wrong) | {
        "1,5": "a decimal comma; add --decimal-comma"
    }


def test_counts_are_whole() -> None:
    values = ["1", "0", "2.0", "+3", "-1", "1.5", "1234567890"]
    cells = counts(pa.array(values))
    assert cells.values.to_pylist()[:4] == ["1", "0", "2", "3"]
    assert cells.bad.tolist() == [False] * 4 + [True] * 3


def test_ids_are_trimmed_and_bounded() -> None:
    values = [" 17850 ", "ñ" * 255, "ñ" * 256, "a\0b", "nan", "NULL", ""]
    cells = ids(pa.array(values))
    assert cells.values.to_pylist() == ["17850", "ñ" * 255, None, None, None, None, None]
    assert reasons(cells, values) == {
        "ñ" * 256: "longer than 255 characters",
        "a\0b": "holds a NUL character",
    }


def test_ids_kept_as_floats_or_categories_are_whole_again() -> None:
    assert ids(pa.array([17850.0, None])).values.to_pylist() == ["17850", None]
    assert ids(pa.array(["a", "b", "a"]).dictionary_encode()).values.to_pylist() == ["a", "b", "a"]


def test_emails() -> None:
    values = ["a@b.c", "a", "@b", "a b@c", ""]
    cells = emails(pa.array(values))
    assert cells.values.to_pylist() == ["a@b.c", None, None, None, None]
    assert reasons(cells, values) == dict.fromkeys(["a", "@b", "a b@c"], "not an e-mail address")


def test_words() -> None:
    assert currencies(pa.array(["gbp", " EUR", None])).values.to_pylist() == ["GBP", "EUR", None]
    assert kinds(pa.array(["Order", "CREDIT", "Devolución", "Nota de crédito"])).values.to_pylist() == [
        *("order", "credit", "credit", "credit")
    ]
    words = ["Invoiced", "completed", "Pagado", "on hold", "Pendiente", "canceled", "Anulado", "refunded"]
    assert statuses(pa.array(words)).values.to_pylist() == ["paid"] * 3 + ["pending"] * 2 + ["cancelled"] * 3


@pytest.mark.parametrize(
    ("read", "reason"),
    [
        (currencies, "not a currency code of ISO 4217, like EUR or ARS"),
        (kinds, "not a kind this knows; write order or credit"),
        (statuses, "not a status this knows; write paid, pending or cancelled"),
    ],
)
def test_unknown_words_are_refused(read: Any, reason: str) -> None:
    assert reasons(read(pa.array(["XYZ"])), ["XYZ"]) == {"XYZ": reason}
