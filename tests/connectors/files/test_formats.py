import gzip
import zipfile
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from pyarrow import parquet

from connectors.files import open_file, text
from kit.errors import InvalidInputError

if TYPE_CHECKING:
    from tests.connectors.files.conftest import Give, Take


def test_ndjson_becomes_text(give: "Give") -> None:
    found = give(
        "a.ndjson",
        '{"id": 17850, "amount": 12.10, "on": true, "props": {"a": [1, 2.5]}}\n\n{"id": "x", "late": null}\n',
    )
    assert found.format == "NDJSON"
    assert found.names == ["id", "amount", "on", "props", "late"]
    assert found.rows == [
        (1, "17850", "12.1", "true", '{"a":[1,2.5]}', None),
        (3, "x", None, None, None, None),
    ]


def test_numbers_in_ndjson_keep_every_digit(give: "Give") -> None:
    found = give("a.jsonl", '{"a": 123456789012345.6789, "b": 1e-7, "c": 12345678901234567}\n')
    assert found.rows == [(1, "123456789012345.6789", "0.0000001", "12345678901234567")]


def test_keys_that_appear_late_are_columns_too(give: "Give", monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "BLOCK", 50)
    found = give("a.ndjson", '{"id": 1}\n' * 50 + '{"id": 2, "refund_of": "9"}\n')
    assert found.names == ["id", "refund_of"]
    assert found.rows[-1] == (51, "2", "9")


def test_lines_that_are_no_objects_are_faults(give: "Give") -> None:
    found = give("a.ndjson", '{"id": 1}\n{"id": \n[1]\n{"id": 2}\n')
    assert [row[0] for row in found.rows] == [1, 4]
    assert [(fault.line, fault.reason) for fault in found.faults] == [
        (2, "the line is not JSON"),
        (3, "the line is not a JSON object"),
    ]


def test_ndjson_in_gzip(give: "Give") -> None:
    assert give("a.ndjson.gz", gzip.compress(b'{"id": 1}\n')).rows == [(1, "1")]


@pytest.mark.parametrize("name", ["a.parquet", "a.csv"])
def test_parquet_is_read_whatever_it_is_called(tmp_path: Path, take: "Take", name: str) -> None:
    path = tmp_path / name
    parquet.write_table(
        pa.table(
            {
                "id": pa.array([1.0, None]),
                "amount": pa.array([Decimal("1.10"), None], pa.decimal128(10, 2)),
                "at": pa.array([datetime(2024, 1, 31, 8, tzinfo=UTC), None], pa.timestamp("ns", "UTC")),
                "day": pa.array([date(2024, 1, 31), None]),
            }
        ),
        path,
    )
    found = take(path)
    assert found.format == "Parquet"
    assert found.rows[0][:3] == (1, 1.0, Decimal("1.10"))
    assert found.rows[1] == (2, None, None, None, None)


def zipped(path: Path, member: str) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(member, "x")


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "f.csv is empty."),
        (gzip.compress(b"", mtime=0), "f.csv is empty once unpacked."),
        (gzip.compress(b"id,what\n" * 9999, mtime=0)[:60], None),
        (
            b"<!DOCTYPE html><html></html>",
            "f.csv is a web page, not data; perhaps a login page was saved instead of the export.",
        ),
        (b"<?xml version='1.0'?>", "f.csv is XML; export the data as CSV, NDJSON or Parquet."),
        (
            b"\xd0\xcf\x11\xe0\xa1\xb1",
            "f.csv is an old Excel workbook; save it as CSV UTF-8 and import that.",
        ),
        (b"%PDF-1.7", "f.csv is a PDF document; export the data as CSV and import that."),
        (b'[{"id": 1}]', "f.csv is one JSON array; write one object a line, for example with `jq -c '.[]'`."),
        (b"PAR1 and no more", "f.csv is a Parquet file that cannot be read; write or download it again."),
        (
            "id,what\n".encode("utf-16-le"),
            "f.csv is neither text nor Parquet; if it is UTF-16 text, add --encoding utf-16-le.",
        ),
    ],
)
def test_what_is_no_data_gets_one_sentence(give: "Give", content: bytes, sentence: str) -> None:
    sentence = sentence or (
        "f.csv is damaged: its gzip data cannot be unpacked to the end; copy or download it again."
    )
    with pytest.raises(InvalidInputError) as error:
        give("f.csv", content)
    assert (error.value.field, error.value.message) == ("file", sentence)


@pytest.mark.parametrize(
    ("member", "sentence"),
    [
        ("[Content_Types].xml", "f.csv is an Excel workbook; save it as CSV UTF-8 and import that."),
        ("orders.csv", "f.csv is a zip archive; unpack it first and import that."),
    ],
)
def test_archives_get_one_sentence(tmp_path: Path, member: str, sentence: str) -> None:
    zipped(tmp_path / "f.csv", member)
    with pytest.raises(InvalidInputError) as error:
        open_file(tmp_path / "f.csv")
    assert error.value.message == sentence


def test_no_file_and_folders_get_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError) as error:
        open_file(tmp_path / "none.csv")
    assert error.value.message == f"There is no file {tmp_path / 'none.csv'}."
    with pytest.raises(InvalidInputError) as error:
        open_file(tmp_path)
    assert error.value.message == f"{tmp_path.name} is a folder; name a file in it."


@pytest.mark.parametrize("kind", [pa.string(), pa.binary(), pa.dictionary(pa.int32(), pa.binary())])
def test_a_parquet_file_whose_text_is_none(tmp_path: Path, take: "Take", kind: pa.DataType) -> None:
    given = pa.array([b"a", b"\x80b"], pa.binary())
    column = given.view(kind) if kind == pa.string() else given.cast(kind)
    parquet.write_table(pa.table({"id": column}), tmp_path / "f.parquet")
    with pytest.raises(InvalidInputError, match=r"f\.parquet is a Parquet file that cannot be read"):
        take(tmp_path / "f.parquet")


def test_bytes_of_a_parquet_file_are_read_as_text(tmp_path: Path, take: "Take") -> None:
    column = pa.array([b"a", None, "\u00e9".encode()], pa.binary())
    parquet.write_table(pa.table({"id": column}), tmp_path / "f.parquet")
    assert take(tmp_path / "f.parquet").rows == [(1, "a"), (2, None), (3, "\u00e9")]


def test_a_parquet_file_without_rows(tmp_path: Path, take: "Take") -> None:
    parquet.write_table(pa.table({"id": pa.array([], pa.int64())}), tmp_path / "f.parquet")
    with pytest.raises(InvalidInputError, match=r"f\.parquet has columns and no rows\."):
        take(tmp_path / "f.parquet")
