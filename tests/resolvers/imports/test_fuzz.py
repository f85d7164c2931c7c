"""Files of any kind of content: each is taken in, row by row refused, or refused in one sentence."""

import gzip
import io
import json
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.parquet
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.errors import CdpError

if TYPE_CHECKING:
    from tests.resolvers.imports.conftest import Shop

ROWS = {
    "orders": {
        "order_id": "1",
        "customer_id": "a",
        "placed_at": "2024-01-05 10:00",
        "amount": "12.50",
        "currency": "GBP",
        "status": "paid",
    },
    "customers": {"customer_id": "a", "email": "a@example.com", "created_at": "2024-01-05"},
    "events": {
        "message_id": "m",
        "customer_id": "a",
        "event_type": "view",
        "occurred_at": "2024-01-05 10:00",
        "properties": "{}",
    },
    "rates": {"currency": "EUR", "day": "2024-01-05", "rate": "0.85"},
}
ODD = [
    "",
    "NaN",
    "1e400",
    "-0",
    "99999999999999999999",
    "0001-01-01",
    "9999-12-31T23:59:59-14:00",
    "31/12/24",
]
ODD += ["\0", "\ufeff", '"', "\r\n", ";", "=1+1", "{", "[" * 200, "\u202e", "a" * 5000, "1,5", "1.234,56"]
CELLS = st.one_of(st.sampled_from(ODD), st.text(max_size=8))
SETTINGS = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))


def changed(kind: str) -> st.SearchStrategy[list[dict[str, str]]]:
    """A few rows, most of whose cells are right."""
    row = st.fixed_dictionaries(
        {
            name: st.one_of(st.just(value), st.just(value), st.just(value), CELLS)
            for name, value in ROWS[kind].items()
        }
    )
    return st.lists(row, min_size=1, max_size=4)


def as_csv(rows: list[dict[str, str]]) -> bytes:
    lines = [",".join(rows[0]), *(",".join(json.dumps(cell)[1:-1] for cell in row.values()) for row in rows)]
    return "\n".join(lines).encode(errors="replace")


def as_ndjson(rows: list[dict[str, str]]) -> bytes:
    return "\n".join(json.dumps(row) for row in rows).encode()


def as_gzip(rows: list[dict[str, str]]) -> bytes:
    return gzip.compress(as_ndjson(rows))


def as_parquet(rows: list[dict[str, str]]) -> bytes:
    out = io.BytesIO()
    pyarrow.parquet.write_table(pa.Table.from_pylist(rows), out)
    return out.getvalue()


WRITERS = st.sampled_from([as_csv, as_ndjson, as_gzip, as_parquet])


@st.composite
def files(draw: st.DrawFn, kind: str) -> bytes:
    """A file of rows, sometimes cut, with bytes changed or something else before it."""
    content = draw(WRITERS)(draw(changed(kind)))
    how = draw(st.sampled_from(["whole", "whole", "cut", "changed", "before", "other"]))
    if how == "cut":
        return content[: draw(st.integers(0, len(content)))]
    if how == "changed":
        at = draw(st.integers(0, len(content) - 1))
        return content[:at] + draw(st.binary(min_size=1, max_size=4)) + content[at + 1 :]
    if how == "before":
        return (
            draw(st.sampled_from([b"\xff\xfe", b"\xef\xbb\xbf", b"\x1f\x8b", b"PAR1", b"[", b"\0" * 10]))
            + content
        )
    return draw(st.binary(max_size=200)) if how == "other" else content


@pytest.mark.parametrize("kind", sorted(ROWS))
def test_whatever_a_file_holds_it_is_taken_or_refused(shop: "Shop", kind: str) -> None:
    ended = {"taken": 0, "refused": 0}

    @SETTINGS
    @given(files(kind))
    def check(content: bytes) -> None:
        try:
            shop.take(kind, content)
        except CdpError as error:
            assert error.message.endswith((".", ")", "?"))  # noqa: PT017 - of whichever error comes
            ended["refused"] += 1
        else:
            ended["taken"] += 1

    check()
    assert all(ended.values()), ended
