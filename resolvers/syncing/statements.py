"""Statements: the syncs' SQL by name."""

from functools import cache
from pathlib import Path

from kit.db import Statement, load

_FOLDER = Path(__file__).parent.parent.parent / "models" / "sql"


@cache
def statement(name: str) -> Statement:
    """models/sql/sync_<name>.sql."""
    return load(_FOLDER / f"sync_{name}.sql")
