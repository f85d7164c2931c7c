"""Small files, and what the readers make of them."""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from connectors.files import Fault, open_file


@dataclass
class Content:
    """All that a reader gave of a file: column names, (line, *cells) of each row, faults."""

    format: str
    names: list[str]
    rows: list[tuple[object, ...]]
    faults: list[Fault]


Give = Callable[..., Content]
Take = Callable[[Path], Content]


@pytest.fixture
def give(tmp_path: Path) -> Give:
    """Write bytes or text to a file of this name and read it back through its reader."""

    def give(name: str, content: bytes | str, encoding: str | None = None) -> Content:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read(path, encoding)

    return give


@pytest.fixture
def take() -> Take:
    """Read a file that is there."""
    return read


def read(path: Path, encoding: str | None = None) -> Content:
    reader = open_file(path, encoding)
    found = Content("", [], [], [])

    def everything(names: object) -> list[int]:
        found.names = list(names)  # type: ignore[call-overload]
        return list(range(len(found.names)))

    with closing(reader):
        for batch in reader.batches(everything):
            cells = [column.to_pylist() for column in batch.columns]
            found.rows += zip(batch.lines.tolist(), *cells, strict=True)
            found.faults += batch.faults
    found.format = reader.format
    return found
