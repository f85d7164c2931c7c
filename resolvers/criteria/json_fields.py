"""What a shop put into a JSON column of its own: attributes of customers, properties of events."""

from typing import Any

from sqlalchemy import ColumnElement, Numeric, Text, bindparam, case, cast, func, literal_column, type_coerce

from kit.page import DECIMAL, TEXT, Kind
from models import TABLES
from resolvers.criteria.fields import Field, Source
from resolvers.standing import CUSTOMERS

ATTRIBUTES = CUSTOMERS.c.attributes
PROPERTIES = TABLES["event"].c.properties
LONGEST_KEY = 200

_NULL: ColumnElement[Any] = literal_column("'null'::jsonb")
_TYPES: dict[Kind, str] = {TEXT: "string", DECIMAL: "number"}


def json_field(name: str, column: ColumnElement[Any], key: str, kind: Kind) -> Field:
    """The values of one key that are of a kind, text or numbers; others are as if there were none."""
    found, text = _of(column, key)
    value = type_coerce(text, Text()) if kind is TEXT else cast(text, Numeric)
    right = case((func.jsonb_typeof(found) == literal_column(f"'{_TYPES[kind]}'"), value))
    return Field(name, right, kind, "", _source(column))


def truth_field(name: str, column: ColumnElement[Any], key: str) -> Field:
    """The values of one key that are true or false, as these words."""
    found, text = _of(column, key)
    right = case((func.jsonb_typeof(found) == literal_column("'boolean'"), type_coerce(text, Text())))
    return Field(name, right, TEXT, "", _source(column))


def presence_field(name: str, column: ColumnElement[Any], key: str) -> Field:
    """Whatever stands under one key, null left out."""
    found, _ = _of(column, key)
    return Field(name, func.nullif(found, _NULL), TEXT, "", _source(column))


def _of(column: ColumnElement[Any], key: str) -> tuple[ColumnElement[Any], ColumnElement[Any]]:
    """What stands under a key, as JSON and as text."""
    given = bindparam(None, key, type_=Text(), unique=True)
    return column.op("->")(given), column.op("->>")(given)


def _source(column: ColumnElement[Any]) -> Source:
    return Source.CUSTOMER if column is ATTRIBUTES else Source.TALLIED
