"""Values in a statement's text come back from the server as they went in."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import psycopg
import pytest

from kit.db import Database, Statement

_MOST = 2**63 - 1


async def _back(database: Database, cast: str, value: Any) -> Any:
    async with database.read() as reader:
        asked = Statement(f"SELECT %(value)s::{cast}, '100 %%'", scoped=False, defaults={})
        ((found, percent),) = await reader.fetch(asked, tuple, value=value)
    assert percent == "100 %"
    return found


@pytest.mark.parametrize(
    ("cast", "value"),
    [
        ("int8", -_MOST),
        ("text", "it's 100 % of %(value)s; \\ \" \n é 🙂"),
        ("numeric", Decimal("-12.3400")),
        ("float8", 0.1),
        ("bool", True),
        ("date", date(2026, 2, 28)),
        ("timestamptz", datetime(2026, 2, 28, 12, 0, 0, 5, UTC)),
        ("text", None),
        ("int8[]", []),
        ("int8[]", [1, -2, 0, _MOST, -_MOST]),
        ("numeric[]", [Decimal(10**20), Decimal(1)]),
        ("int8[]", [1, None]),
        ("bool[]", [True, False]),
        ("text[]", ["it's", '"', "\\", "", "NULL", "null", "a,b", "{}", "%s"]),
    ],
    ids=repr,
)
async def test_a_value_comes_back(database: Database, cast: str, value: Any) -> None:
    found = await _back(database, cast, value)
    assert (found, type(found)) == (value, type(value))


async def test_numbers_past_a_bigint_are_numbers_still(database: Database) -> None:
    assert await _back(database, "numeric[]", [_MOST + 1]) == [Decimal(_MOST + 1)]


async def test_a_negative_number_after_a_minus_begins_no_comment(database: Database) -> None:
    async with database.read() as reader:
        asked = Statement("SELECT 1 -%(value)s", scoped=False, defaults={})
        assert await reader.fetch(asked, tuple, value=-1) == [(2,)]


async def test_a_parameter_without_a_value_is_told(database: Database) -> None:
    async with database.read() as reader:
        with pytest.raises(KeyError, match="missing"):
            await reader.fetch(Statement("SELECT %(missing)s", scoped=False, defaults={}), tuple)


async def test_what_cannot_be_written_is_told(database: Database) -> None:
    async with database.read() as reader:
        with pytest.raises(psycopg.ProgrammingError, match="cannot adapt type 'object'"):
            await reader.fetch(
                Statement("SELECT %(value)s", scoped=False, defaults={}), tuple, value=object()
            )
