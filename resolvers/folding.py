"""Texts that customers are looked up by, folded as the database folds the columns they are compared with.

Each is an expression of constants, so that an index still serves.
"""

from typing import Any

from sqlalchemy import ColumnElement, func

_MARKS = r"[\u0300-\u036f]+"


def folded_email(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """An e-mail: case and edges do not count."""
    return func.lower(func.btrim(value))


def folded_name(value: ColumnElement[Any]) -> ColumnElement[Any]:
    """A name: case, edges and accents do not count."""
    bare = func.pg_catalog.normalize(func.btrim(value), "NFKD")
    return func.lower(func.regexp_replace(bare, _MARKS, "", "g"))
