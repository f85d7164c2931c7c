"""Statements: the merges' SQL by name."""

from functools import cache
from pathlib import Path

from kit.db import Statement, load

_FOLDER = Path(__file__).parent.parent.parent / "models" / "sql"


@cache
def statement(name: str) -> Statement:
    """models/sql/merge_<name>.sql."""
    return load(_FOLDER / f"merge_{name}.sql")
