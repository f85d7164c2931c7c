"""By what stored answers to idempotency keys tell of a person is known."""

from pathlib import Path

import orjson

from kit.db import load

NAMES = load(Path(__file__).parent.parent.parent / "models" / "sql" / "person_names.sql")
"""The identifiers of what is held on a customer."""


def mentions(names: list[str], email: str | None) -> dict[str, list[str]]:
    """What an answer tells of a person by: identifiers, as they stand in it, and their e-mail anywhere."""
    marks = [mark for name in names for mark in _quoted(name)]
    if email is not None:
        marks.append(_escaped(email.strip()))
    return {"marks": marks}


def _quoted(name: str) -> tuple[str, str]:
    return f'"{_escaped(name)}"', f"'{_escaped(name)[:60]}'"


def _escaped(text: str) -> str:
    return orjson.dumps(text).decode()[1:-1]
