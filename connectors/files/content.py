"""Content: what a file is by its first bytes, whatever it is called."""

import gzip
import zlib
from pathlib import Path
from typing import Literal

from kit.errors import InvalidInputError

Kind = Literal["parquet", "text"]

_HEAD = 4096
_GZIP = b"\x1f\x8b"
_MARKS = (b"\xff\xfe", b"\xfe\xff")
"""Byte-order marks of UTF-16 (and, in part, UTF-32)."""

_KNOWN = (
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook; save it as CSV UTF-8"),
    (b"%PDF", "a PDF document; export the data as CSV"),
    (b"BZh", "packed with bzip2; unpack it first"),
    (b"\xfd7zXZ", "packed with xz; unpack it first"),
    (b"\x28\xb5\x2f\xfd", "packed with zstd; unpack it first"),
    (b"7z\xbc\xaf", "a 7-Zip archive; unpack it first"),
    (b"Rar!", "a RAR archive; unpack it first"),
    (b"SQLite format 3", "an SQLite database; export the table as CSV"),
    (b"ORC", "an ORC file; convert it to Parquet"),
    (b"Obj\x01", "an Avro file; convert it to Parquet"),
)


def refuse(path: Path, what: str) -> InvalidInputError:
    """The error for a file that cannot be imported: `what` completes the sentence "<name> ..."."""
    return InvalidInputError("file", f"{path.name} {what}.")


def kind_of(path: Path, encoding: str | None = None) -> tuple[Kind, bool]:
    """What the file is, and whether it is packed with gzip. `encoding` is the one it is said to have.

    Raises InvalidInputError, in one sentence, for what is missing, empty or none of the accepted formats.
    """
    try:
        if path.is_dir():
            raise refuse(path, "is a folder; name a file in it")
        if not path.exists():
            raise InvalidInputError("file", f"There is no file {path}.")
        if not path.is_file():
            raise refuse(path, "is not a regular file; save the data to a file and import that")
        with path.open("rb") as file:
            head = file.read(_HEAD)
    except PermissionError:
        raise InvalidInputError("file", f"{path} may not be read by this user.") from None
    if not head:
        raise refuse(path, "is empty")
    if not head.startswith(_GZIP):
        return _kind(path, head, encoding), False
    return _packed(path, encoding), True


def _packed(path: Path, encoding: str | None) -> Kind:
    try:
        with gzip.open(path) as file:
            head = file.read(_HEAD)
    except (OSError, EOFError, zlib.error):
        raise broken(path) from None
    if not head:
        raise refuse(path, "is empty once unpacked")
    if _kind(path, head, encoding) == "parquet":
        raise refuse(path, "is a Parquet file packed with gzip; unpack it first")
    if head[257:262] == b"ustar":
        raise refuse(path, "is a tar archive; unpack it first")
    return "text"


def broken(path: Path) -> InvalidInputError:
    """The error for gzip data that ends early or is damaged."""
    return refuse(path, "is damaged: its gzip data cannot be unpacked to the end; copy or download it again")


def _kind(path: Path, head: bytes, encoding: str | None) -> Kind:
    if head.startswith(b"PAR1"):
        return "parquet"
    if head.startswith(b"PK\x03\x04"):
        workbook = b"[Content_Types].xml" in head or b"xl/" in head
        what = "an Excel workbook; save it as CSV UTF-8" if workbook else "a zip archive; unpack it first"
        raise refuse(path, f"is {what} and import that")
    for mark, what in _KNOWN:
        if head.startswith(mark):
            raise refuse(path, f"is {what} and import that")
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    if start.startswith((b"<!doctype", b"<html", b"<head", b"<body")):
        raise refuse(path, "is a web page, not data; perhaps a login page was saved instead of the export")
    if start.startswith(b"<"):
        raise refuse(path, "is XML; export the data as CSV, NDJSON or Parquet")
    if encoding is None and head.count(0) > len(head) // 50 and not head.startswith(_MARKS):
        raise refuse(path, "is neither text nor Parquet; if it is UTF-16 text, add --encoding utf-16-le")
    return "text"
