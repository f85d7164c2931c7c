"""Statements prepared once: SQLAlchemy Core or a .sql file in, text with named parameters out.

Every statement on a tenant's tables must say `tenant_id =` itself; row-level security is the second lock,
not the first. `prepare` refuses one that does not.
"""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from sqlalchemy import BigInteger, Column, Table, bindparam
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.sql import operators
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import BinaryExpression, ClauseElement
from sqlalchemy.sql.selectable import Alias, FromClause
from sqlalchemy.sql.visitors import iterate

TENANT = bindparam("tenant_id", type_=BigInteger)
"""Stands for the tenant in every statement; the reader fills it in along with the scope."""

_DIALECT = psycopg.dialect()  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class Statement:
    """Text with `%(name)s` parameters; `defaults` are the values that were literals in it."""

    text: str
    scoped: bool
    defaults: dict[str, object]


def prepare(clause: ClauseElement) -> Statement:
    """Compile a Core statement.

    Raises ValueError if a table that has a tenant_id takes part without `tenant_id =` in the statement.
    """
    tables = _tenant_tables(clause)
    loose = tables - _constrained(clause)
    if loose:
        names = ", ".join(sorted(str(getattr(each, "name", each)) for each in loose))
        raise ValueError(f"no `tenant_id =` for {names} in: {clause}")
    kwargs = {"render_postcompile": True}
    compiled = cast("SQLCompiler", clause.compile(dialect=_DIALECT, compile_kwargs=kwargs))
    defaults = {name: bind.value for bind, name in compiled.bind_names.items() if not bind.required}
    return Statement(str(compiled), bool(tables), defaults)


def load(path: Path) -> Statement:
    """Read a statement from a .sql file. Raises ValueError if it does not name `%(tenant_id)s`."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"^\s*--.*\n", "", text, flags=re.MULTILINE).strip().removesuffix(";")
    if "%(tenant_id)s" not in text:
        raise ValueError(f"no %(tenant_id)s in {path.name}")
    return Statement(text, scoped=True, defaults={})


def _tenant_tables(clause: ClauseElement) -> set[FromClause]:
    """The tables of tenants that take part: each by each of its aliases, and by itself where it has none."""
    columns = (each for each in iterate(clause) if isinstance(each, Column))
    named: set[FromClause] = {each.table for each in columns if isinstance(each.table, Table)}
    aliases = {
        each for each in iterate(clause) if isinstance(each, Alias) and isinstance(each.element, Table)
    }
    apart = {each.element for each in aliases} - named
    found = {each for each in iterate(clause) if isinstance(each, Table)} - apart
    return {each for each in found | named | aliases if "tenant_id" in each.c}


def _constrained(clause: ClauseElement) -> set[FromClause]:
    found: set[FromClause] = set()
    for each in iterate(clause):
        if isinstance(each, BinaryExpression) and each.operator is operators.eq:
            for side in (each.left, each.right):
                if isinstance(side, Column) and side.name == "tenant_id":
                    found.add(side.table)
    return found
