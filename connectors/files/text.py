"""Text: a file's bytes as UTF-8 with LF line ends, block by block, whatever its encoding and packing."""

import codecs
import gzip
import zlib
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO, cast

from connectors.files.content import broken, refuse
from kit.errors import InvalidInputError

BLOCK = 2 << 20
"""Bytes read at a time."""

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class Text:
    """Iterate over its blocks once. `position` is how far in the file the reading is, in bytes."""

    def __init__(self, path: Path, *, packed: bool, encoding: str | None) -> None:
        self.path = path
        self._packed = packed
        self._encoding = encoding
        self._lines = 0
        self._raw: BinaryIO | None = None
        self.position = 0

    def close(self) -> None:
        """Let go of the file, also in the middle of it."""
        if self._raw is not None:
            self._raw.close()

    def __iter__(self) -> Iterator[bytes]:
        self._raw = self.path.open("rb")
        try:
            yield from self._unix(self._decoded(self._read(self._raw)))
        except (EOFError, gzip.BadGzipFile, zlib.error):
            raise broken(self.path) from None
        finally:
            self.close()

    def _read(self, raw: BinaryIO) -> Iterator[bytes]:
        """The blocks of the file and, at its end, an empty one."""
        file = cast("BinaryIO", gzip.GzipFile(fileobj=raw)) if self._packed else raw
        block = b"not at the end"
        while block:
            block = file.read(BLOCK)
            self.position = raw.tell()
            yield block

    def _decoded(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        name, first = self._start(next(blocks))
        decoder = codecs.getincrementaldecoder(name)()
        plain = name == "utf-8"
        for block in chain([first], blocks):
            if plain and block.isascii() and not decoder.getstate()[0]:
                decoded = block
            else:
                try:
                    decoded = decoder.decode(block, final=not block).encode()
                except UnicodeError as error:
                    raise self._undecodable(error, name) from None
            if decoded:
                yield decoded

    def _start(self, first: bytes) -> tuple[str, bytes]:
        """The encoding, and the first block without the byte-order mark."""
        for mark, name in _MARKS:
            if first.startswith(mark) and (self._encoding is None or _same(self._encoding, name)):
                return name, first[len(mark) :]
        return codecs.lookup(self._encoding or "utf-8").name, first

    def _unix(self, blocks: Iterator[bytes]) -> Iterator[bytes]:
        held = b""
        for block in blocks:
            data = held + block
            held = b"\r" if data.endswith(b"\r") else b""
            if b"\r" in data:
                data = data[: len(data) - len(held)].replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            self._lines += data.count(b"\n")
            yield data
        if held:
            yield b"\n"

    def _undecodable(self, error: UnicodeError, name: str) -> InvalidInputError:
        line, what = self._lines + 1, "a part"
        if isinstance(error, UnicodeDecodeError):
            before = error.object[: error.start].decode(name, "ignore")
            line += before.count("\n") or before.count("\r")
            what = f"the byte 0x{error.object[error.start]:02X}" if error.start < len(error.object) else what
        advice = "--encoding cp1252 or --encoding latin-1" if name == "utf-8" else "another --encoding"
        return InvalidInputError(
            "encoding",
            f"Line {line} of {self.path.name} holds {what} that is not {name.upper()}; "
            f"if the file comes from Excel or an older program, add {advice}.",
        )


def check_encoding(name: str | None) -> None:
    """Raises InvalidInputError for an encoding that is not known."""
    try:
        known = name is None or codecs.lookup(name)._is_text_encoding
    except LookupError:
        known = False
    if not known:
        raise InvalidInputError(
            "encoding",
            f"There is no encoding called {name!r}; the usual ones are utf-8, cp1252, latin-1 and utf-16.",
        )


def first_block(text: Text) -> Iterator[bytes]:
    """The blocks of a text that must have something in it."""
    blocks = iter(text)
    for block in blocks:
        if block.strip():
            yield block
            yield from blocks
            return
    raise refuse(text.path, "holds only blank lines")


def _same(encoding: str, name: str) -> bool:
    found = codecs.lookup(encoding).name
    return found in (name, name.rpartition("-")[0], "utf-8-sig" if name == "utf-8" else name)
