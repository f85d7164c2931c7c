import csv
import gzip
import io
import random
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from connectors.files import open_file, text
from kit.errors import InvalidInputError

if TYPE_CHECKING:
    from tests.connectors.files.conftest import Give

PLAIN = "id,what\n1,a\n2,b\n"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_recognised(give: "Give", delimiter: str) -> None:
    found = give("a.csv", f"id{delimiter}what\n1{delimiter}a.b\n2{delimiter}c\n")
    assert found.names == ["id", "what"]
    assert found.rows == [(2, "1", "a.b"), (3, "2", "c")]


def test_a_delimiter_as_frequent_in_every_line_wins_over_one_that_is_not(give: "Give") -> None:
    found = give("a.csv", "id;amount, gross, net, all;note\n1;2,5;a,b,c\n2;3,5;d\n")
    assert found.names == ["id", "amount, gross, net, all", "note"]


def test_text_in_columns(give: "Give") -> None:
    found = give(
        "CDNOW.txt", " customer_id  date value\r\n 00001 19970101   11.77\r\n   \r\n 00002 19970112  12\r\n"
    )
    assert found.names == ["customer_id", "date", "value"]
    assert found.rows == [(2, "00001", "19970101", "11.77"), (4, "00002", "19970112", "12")]
    assert found.format == "text in columns"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_are_counted_as_an_editor_does(give: "Give", end: str) -> None:
    rows = ["id,what", "1,a", "", '2,"b', 'c"', "", "3,d"]
    found = give("a.csv", end.join(rows))
    assert found.rows == [(2, "1", "a"), (4, "2", "b\nc"), (7, "3", "d")]


def test_quotes_in_the_middle_of_a_cell_are_letters(give: "Give") -> None:
    found = give("a.csv", 'id,what\n1,5" pipe\n2,"a ""b"""\n3,"x\ny"\n4,6" pipe\n')
    assert found.rows == [(2, "1", '5" pipe'), (3, "2", 'a "b"'), (4, "3", "x\ny"), (6, "4", '6" pipe')]


def test_rows_of_another_width_are_faults_with_their_line(give: "Give") -> None:
    found = give("a.csv", "id,what\n1,a\n\n2\n3,b,c\n , \n4,d\n")
    assert [row[0] for row in found.rows] == [2, 6, 7]
    assert [(fault.line, fault.value, fault.reason) for fault in found.faults] == [
        (4, "2", "the row has 1 cells, the header 2"),
        (5, "3,b,c", "the row has 3 cells, the header 2"),
    ]


def test_a_row_of_separators_alone_is_a_blank_line(give: "Give") -> None:
    assert give("a.csv", "id,what\n1,a\n,,,\n2,b\n").faults == []


@pytest.mark.parametrize(
    "content",
    [
        PLAIN.encode("utf-8-sig"),
        b"\xff\xfe" + PLAIN.encode("utf-16-le"),
        b"\xfe\xff" + PLAIN.encode("utf-16-be"),
        gzip.compress(PLAIN.encode(), mtime=0),
        gzip.compress(PLAIN[:8].encode(), mtime=0) + gzip.compress(PLAIN[8:].encode(), mtime=0),
    ],
    ids=["utf-8 with mark", "utf-16 little", "utf-16 big", "gzip", "gzip of two members"],
)
def test_encodings_and_packing_are_recognised(give: "Give", content: bytes) -> None:
    found = give("a.csv", content)
    assert found.names == ["id", "what"]
    assert found.rows == [(2, "1", "a"), (3, "2", "b")]


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-16-le"])
def test_an_encoding_can_be_given(give: "Give", encoding: str) -> None:
    assert give("a.csv", "id,what\n1,ñandú\n".encode(encoding), encoding).rows == [(2, "1", "ñandú")]


@pytest.mark.parametrize("seed", range(60))
def test_any_mixture_is_read_as_the_standard_library_reads_it(
    give: "Give", monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    rng = random.Random(seed)
    parts = ["a", "é", ",", ",", '"', '""', '"x"', '"x\ny"', '","', "\n", "\n", "\r\n", "b"]
    body = "".join(rng.choice(parts) for _ in range(rng.randint(1, 60)))
    whole = "h1,h2,h3\n" + body
    expected: list[tuple[Any, ...]] = []
    start = 1
    reader = csv.reader(io.StringIO(whole.replace("\r\n", "\n") + "\n", newline=""))
    for cells in reader:
        if cells:
            expected.append((start, *cells))
        start = reader.line_num + 1
    del expected[0]
    monkeypatch.setattr(text, "BLOCK", rng.choice([1, 3, 17, 1000]))
    unclosed = bool(expected) and expected[-1][-1].endswith("\n")
    if unclosed or not expected:
        with pytest.raises(InvalidInputError, match="is never closed" if unclosed else "no rows"):
            give("a.csv", whole)
        return
    found = give("a.csv", whole)
    assert found.rows == [row for row in expected if len(row) == 4]
    wrong = [row for row in expected if len(row) != 4 and any(cell.strip(' ,"') for cell in row[1:])]
    assert [fault.line for fault in found.faults] == [row[0] for row in wrong]


def test_blocks_are_read_one_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "BLOCK", 1000)
    path = tmp_path / "a.csv"
    path.write_text("id,what\n" + "1,a\n" * 1000)
    reader = open_file(path)
    batches = reader.batches(lambda names: [1])
    first = next(batches)
    assert 0 < len(first.lines) < 300
    assert reader.position < reader.size
    assert len(first.columns) == 1
    reader.close()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (
            b"id,what\n1,a\n2,\xf1\n",
            "Line 3 of a.csv holds the byte 0xF1 that is not UTF-8; if the file comes from Excel or an older "
            "program, add --encoding cp1252 or --encoding latin-1.",
        ),
        (
            b'id,what\n1,a\n2,"b\n3,c\n',
            "A quote opened in the row that starts on line 3 of a.csv is never closed; "
            'close it, or double the quotes inside quoted text ("").',
        ),
        (b"\n \n\n", "a.csv holds only blank lines."),
        (b"id,what\n", "a.csv has a header and no rows."),
        (
            b"17850,2010-12-01,139.12\n13047,2010-12-01,70.05\n",
            "a.csv has no header: its first line is '17850, 2010-12-01, 139.12'; "
            "put the columns' names there.",
        ),
    ],
)
def test_what_cannot_be_read_gets_one_sentence(give: "Give", content: bytes, sentence: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        give("a.csv", content)
    assert error.value.message == sentence


def test_a_wrong_byte_far_into_the_file_is_found_on_its_line(
    give: "Give", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(text, "BLOCK", 100)
    with pytest.raises(InvalidInputError, match=r"Line 502 of a\.csv"):
        give("a.csv", b"id,what\n" + b"1,a\n" * 500 + b"1,\xff\n")


def test_an_unknown_encoding(give: "Give") -> None:
    with pytest.raises(InvalidInputError) as error:
        give("a.csv", PLAIN, "klingon")
    assert error.value.message == (
        "There is no encoding called 'klingon'; the usual ones are utf-8, cp1252, latin-1 and utf-16."
    )
