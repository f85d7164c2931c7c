"""Columns to PostgreSQL and back."""

import numpy as np
import pytest

from kit.db import Statement, connect_for_work
from kit.db.arrays import (
    COPY_HEAD,
    COPY_TAIL,
    Amount,
    Date,
    Float8,
    Instant,
    Int2,
    Int4,
    Int8,
    Known,
    Label,
    Text,
    rows,
)


@pytest.fixture
def work(urls):
    with connect_for_work(urls.app) as opened:
        yield opened


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (Int8, [0, -1, 2**63 - 1, -(2**63)]),
        (Int4, [0, -1, 2**31 - 1, -(2**31)]),
        (Float8, [0.0, -1.5, 1e300, float("inf")]),
        (Int8, []),
    ],
)
def test_columns_come_back_as_they_went(work, kind, values):
    query = Statement(f"SELECT %(values)b::{_name(kind)}[]", scoped=False, defaults={})
    ((found,),) = work.stream(query, {"values": kind(np.array(values))})
    assert found.tolist() == values


@pytest.mark.parametrize(
    ("units", "text"),
    [
        (0, "0.0000"),
        (1, "0.0001"),
        (-1, "-0.0001"),
        (123_4500, "123.4500"),
        (-99_990_001, "-9999.0001"),
        (10_000 * 10_000, "10000.0000"),
        (2**63 - 1, "922337203685477.5807"),
    ],
)
def test_amounts_are_exact_numerics(work, units, text):
    ((found,),) = work.run("SELECT (%(values)b)[1]::text", {"values": Amount(np.array([units]))})
    assert found == text


def test_small_integers(work):
    ((found,),) = work.run("SELECT %(values)b::text", {"values": Int2(np.array([1, -2, 32767]))})
    assert found == "{1,-2,32767}"


def test_instants_come_as_microseconds_since_1970(work):
    query = Statement("SELECT ARRAY['1970-01-01 00:00:01Z', '1969-12-31Z']::timestamptz[]", False, {})
    ((found,),) = work.stream(query, {})
    assert found.tolist() == [1_000_000, -86_400_000_000]


def test_instants_go_as_microseconds_since_1970(work):
    values = np.array([0, 946_684_800_000_001, 7_258_118_399_999_999])
    query = Statement("SELECT %(values)b::timestamptz[]", scoped=False, defaults={})
    ((found,),) = work.stream(query, {"values": Instant(values)})
    assert found.tolist() == values.tolist()


@pytest.mark.parametrize("values", [[], ["a"], ["", 'é "quoted", {}', None, "null"]])
def test_texts(work, values):
    sent = Text([None if each is None else each.encode() for each in values])
    assert work.run("SELECT %(values)b", {"values": sent}) == [(values,)]


def test_a_null_in_an_array_is_refused(work):
    with pytest.raises(ValueError, match="nulls"):
        list(work.stream(Statement("SELECT ARRAY[1, NULL]::bigint[]", False, {}), {}))


def test_rows_of_every_kind_go_in_by_copy(work):
    columns = [
        Int8(np.array([1, -(2**63)])),
        Date(np.array([0, 19_782])),
        Label(np.array([1, 0]), ("Lost", "Cannot Lose Them")),
        Known(np.array([np.nan, 0.25])),
        Amount(np.array([-123_4500, 1])),
    ]
    with work.transaction(None):
        work.run("CREATE TEMP TABLE kinds (a bigint, b date, c text, d float8, e numeric) ON COMMIT DROP")
        with work.copy_in("COPY kinds FROM STDIN (FORMAT binary)") as copy:
            copy.write(COPY_HEAD + rows(columns) + COPY_TAIL)
        found = work.run("SELECT a, b::text, c, d, e::text FROM kinds")
    assert found == [
        (1, "1970-01-01", "Cannot Lose Them", None, "-123.4500"),
        (-(2**63), "2024-02-29", "Lost", 0.25, "0.0001"),
    ]


def _name(kind):
    return {Int8: "bigint", Int4: "integer", Float8: "float8"}[kind]
