"""Statements: the imports' SQL by name."""

from functools import cache
from pathlib import Path

from kit.db import Statement, load

_FOLDER = Path(__file__).parent.parent.parent / "models" / "sql"


@cache
def statement(name: str) -> Statement:
    """models/sql/import_<name>.sql. One on the import's own temporary tables alone has no tenant."""
    path = _FOLDER / f"import_{name}.sql"
    text = path.read_text(encoding="utf-8")
    if "%(tenant_id)s" in text:
        return load(path)
    return Statement(text.strip(), scoped=False, defaults={})
