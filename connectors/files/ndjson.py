"""NDJSON: one JSON object a line."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import numpy as np
import orjson
import pyarrow as pa

from connectors.files.batch import Batch, Column, Fault, Select
from connectors.files.content import refuse
from connectors.files.rows import Rows, cut
from connectors.files.text import Text, first_block

_SHOWN = 200
_EXACT = 15
"""Digits that a number read as a float certainly keeps."""

Cell = str | None


class Ndjson:
    """Reads objects into columns of text, one for every key seen so far; nested values stay JSON."""

    format = "NDJSON"

    def __init__(self, text: Text, size: int) -> None:
        self.size = size
        self._text = text

    @property
    def position(self) -> int:
        return self._text.position

    def close(self) -> None:
        self._text.close()

    def batches(self, select: Select) -> Iterator[Batch]:
        """The records. Raises InvalidInputError where the file is one JSON array."""
        names: dict[str, None] = {}
        wanted: list[str] = []
        for rows in cut(first_block(self._text), self._text.path, None):
            lines, records, faults = _records(rows)
            known = len(names)
            for record in records:
                names.update(dict.fromkeys(record))
            if len(names) > known:
                keys = list(names)
                wanted = [keys[at] for at in select(keys)]
            columns: list[Column] = [
                pa.array([record.get(name) for record in records], pa.string()) for name in wanted
            ]
            yield Batch(np.array(lines, np.int64), columns, faults)
        if not names:
            raise refuse(self._text.path, "holds no JSON objects")


def starts_like_json(block: bytes) -> bool:
    """Whether text is JSON rather than delimited."""
    return block.lstrip()[:1] in (b"{", b"[")


def _records(rows: Rows) -> tuple[list[int], list[dict[str, Cell]], list[Fault]]:
    lines: list[int] = []
    records: list[dict[str, Cell]] = []
    faults: list[Fault] = []
    texts = (text for text in rows.data.split(b"\n") if text)
    for line, text in zip(rows.lines.tolist(), texts, strict=True):
        if not text.strip():
            continue
        try:
            record = orjson.loads(text)
        except orjson.JSONDecodeError:
            faults.append(Fault(line, "", _shown(text), "the line is not JSON"))
            continue
        if not isinstance(record, dict):
            faults.append(Fault(line, "", _shown(text), "the line is not a JSON object"))
            continue
        lines.append(line)
        records.append(_cells(record, text))
    return lines, records, faults


def _cells(record: dict[str, Any], text: bytes) -> dict[str, Cell]:
    if any(type(value) is float and len(repr(value)) > _EXACT for value in record.values()):
        exact = json.loads(text, parse_float=Decimal)
        record = {key: exact[key] if type(value) is float else value for key, value in record.items()}
    return {key: value if type(value) is str else _text(value) for key, value in record.items()}


def _text(value: Any) -> Cell:
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float | Decimal):
        return format(Decimal(str(value)), "f")
    if isinstance(value, int):
        return str(value)
    return orjson.dumps(value).decode()


def _shown(text: bytes) -> str:
    return text[:_SHOWN].decode(errors="replace")
