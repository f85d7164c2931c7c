"""Exports in each format: what is written is read again by others as it was."""

import csv
import io
import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pyarrow as pa
import pytest
from pyarrow import parquet

from connectors.exports import FORMATS, Column, Kind
from connectors.exports.column import money

COLUMNS = [Column(each.value, each) for each in Kind]
LIMA = timezone(timedelta(hours=-5))
AT = datetime(2024, 1, 31, 19, 30, 0, 250_000, LIMA)
ROWS = [
    (2**62, 'María "Pía", y\nhermana', 0.1, Decimal("1234.5000"), AT),
    (-3, "", -1.5e-9, Decimal("-0.0001"), datetime(2024, 2, 1, tzinfo=UTC)),
    (None, None, None, None, None),
]


def written(name, *blocks, columns=COLUMNS):
    encoder = FORMATS[name].encoder(columns)
    return encoder.head() + b"".join(map(encoder.rows, blocks)) + encoder.tail()


def test_csv_is_read_by_a_reader_of_csv():
    found = [*csv.reader(io.StringIO(written("csv", ROWS[:1], ROWS[1:]).decode(), newline=""))]
    assert found == [
        ["integer", "text", "number", "money", "instant"],
        [str(2**62), ROWS[0][1], "0.1", "1234.50", "2024-02-01T00:30:00.250000Z"],
        ["-3", "", "-1.5e-09", "-0.0001", "2024-02-01T00:00:00Z"],
        ["", "", "", "", ""],
    ]


def test_csv_without_rows_is_its_heading():
    assert written("csv") == b"integer,text,number,money,instant\r\n"


@pytest.mark.parametrize(
    "text", ["=1+1", "+49 30", "-5", "@SUM(A1)", "\t=1", "\r=1", "\n=1", '=HYPERLINK("http://x")', "\uff1d1"]
)
def test_no_text_of_csv_is_a_formula(text):
    found = [*csv.reader(io.StringIO(written("csv", [(text,)], columns=COLUMNS[1:2]).decode(), newline=""))]
    assert found[1] == [f"'{text}"]


@pytest.mark.parametrize("text", ["'t Hooft", "a=b", " =1", "a@example.com"])
def test_other_texts_of_csv_stay_as_they_are(text):
    assert written("csv", [(text,)], columns=COLUMNS[1:2]).decode().split("\r\n")[1] == text


def test_ndjson_has_a_line_a_row_with_money_as_text():
    found = [json.loads(line) for line in written("ndjson", ROWS[:2], ROWS[2:]).splitlines()]
    assert found[0] == {
        "integer": 2**62,
        "text": ROWS[0][1],
        "number": 0.1,
        "money": "1234.50",
        "instant": "2024-02-01T00:30:00.250000Z",
    }
    assert found[1]["money"] == "-0.0001"
    assert [*found[2].values()] == [None] * 5
    assert written("ndjson") == b""


def test_parquet_has_types():
    table = parquet.read_table(pa.BufferReader(written("parquet", ROWS[:1], ROWS[1:])))
    assert table.schema.names == [each.name for each in COLUMNS]
    assert table.schema.types == [
        pa.int64(),
        pa.string(),
        pa.float64(),
        pa.decimal128(19, 4),
        pa.timestamp("us", "UTC"),
    ]
    assert [tuple(each.values()) for each in table.to_pylist()] == ROWS
    assert parquet.read_table(pa.BufferReader(written("parquet"))).num_rows == 0


def test_parquet_is_given_away_group_by_group():
    encoder = FORMATS["parquet"].encoder(COLUMNS)
    assert encoder.head() == b"PAR1"
    pieces = [len(encoder.rows(ROWS * 1000)) for _ in range(40)]
    assert sum(1 for each in pieces if each) == 3
    encoder.tail()


@pytest.mark.parametrize(
    ("amount", "text"),
    [("0.0000", "0.00"), ("5", "5.00"), ("5.1", "5.10"), ("5.1250", "5.125"), ("1E+3", "1000.00")],
)
def test_money_has_cents_and_further_places_where_there_are_any(amount, text):
    assert money(Decimal(amount)) == text
