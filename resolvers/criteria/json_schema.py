"""The language of criteria as a JSON Schema (draft 2020-12), from the fields that there are."""

from typing import Any

from kit.page import DAY, DECIMAL, FLOAT, INSTANT, INTEGER, TEXT, Kind
from resolvers.criteria.consents import COMPARISONS, CONSENTS
from resolvers.criteria.fields import AGES, FIELDS, Field
from resolvers.criteria.json_fields import LONGEST_KEY
from resolvers.criteria.parse import MOST_CONDITIONS, MOST_DAYS, MOST_VALUES
from resolvers.criteria.parse_json import OF_NUMBERS
from resolvers.criteria.parse_tally import LONGEST_TYPE
from resolvers.criteria.tallies import OF_EVENTS, OF_ORDERS

Schema = dict[str, Any]

_VALUES: dict[Kind, Schema] = {
    TEXT: {"type": "string", "maxLength": 1000},
    INTEGER: {"type": "integer"},
    FLOAT: {"type": "number"},
    DECIMAL: {"type": ["number", "string"]},
    DAY: {"type": "string", "format": "date"},
    INSTANT: {"type": "string", "format": "date-time"},
}
_DAYS: Schema = {"type": "integer", "minimum": 0, "maximum": MOST_DAYS}


def json_schema() -> Schema:
    """The whole language: an object of conditions, all of which hold."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Criteria",
        "description": "Who belongs to an audience: customers of whom all of an object's conditions hold.",
        "$ref": "#/$defs/conditions",
        "$defs": {
            "conditions": {"if": {"required": ["event"]}, "then": _events(), "else": _conditions()},
            "several": _several(),
            "values": _under("A value or comparisons for each key, compared by the type of the value."),
        },
    }


def _conditions() -> Schema:
    group = {"$ref": "#/$defs/several"}
    return {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {
            **{field.name: {"description": field.meaning, **_field(field)} for field in FIELDS.values()},
            "all": group | {"description": "All of these hold"},
            "any": group | {"description": "At least one of these holds"},
            "not": {"$ref": "#/$defs/conditions", "description": "This does not hold"},
            "attributes": {"$ref": "#/$defs/values", "description": "What the shop has told of the customer"},
            "consent": _consent(),
            "orders": _orders(),
        },
    }


def _several() -> Schema:
    items = {"$ref": "#/$defs/conditions"}
    return {"type": "array", "minItems": 1, "maxItems": MOST_CONDITIONS, "items": items}


def _field(field: Field) -> Schema:
    value: Schema = {"enum": list(field.choices)} if field.choices else _VALUES[field.kind]
    return _compared(value, field.operators)


def _compared(value: Schema, operators: tuple[str, ...]) -> Schema:
    """A value, a list of values, or an object of comparisons."""
    many = {"type": "array", "minItems": 1, "maxItems": MOST_VALUES, "items": value}
    pair = {"type": "array", "minItems": 2, "maxItems": 2, "items": value}
    special = {"exists": {"type": "boolean"}, "in": many, "not_in": many, "between": pair}
    special |= dict.fromkeys(AGES, _DAYS)
    compared = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {name: special.get(name, value) for name in operators},
    }
    return {"anyOf": [value, many, compared]}


def _under(description: str) -> Schema:
    """Values and comparisons under keys of a shop's own, of text, numbers or truths."""
    text, number, truth = {"type": "string", "maxLength": 1000}, {"type": "number"}, {"type": "boolean"}
    many = {"type": "array", "minItems": 1, "maxItems": MOST_VALUES}
    listed = {"anyOf": [many | {"items": text}, many | {"items": number}]}
    compared: Schema = dict.fromkeys(OF_NUMBERS, number) | {
        "eq": {"anyOf": [text, number, truth]},
        "in": listed,
        "not_in": listed,
        "between": {"type": "array", "minItems": 2, "maxItems": 2, "items": number},
        "starts_with": text,
        "exists": truth,
    }
    whole = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": compared,
    }
    return {
        "description": description,
        "type": "object",
        "minProperties": 1,
        "propertyNames": {"minLength": 1, "maxLength": LONGEST_KEY},
        "additionalProperties": {"anyOf": [text, number, truth, listed, whole]},
    }


def _consent() -> Schema:
    truth = {"type": "boolean"}
    compared = {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": dict.fromkeys(COMPARISONS, truth),
    }
    channels = {
        channel: {"description": field.meaning, "anyOf": [truth, compared]}
        for channel, field in CONSENTS.items()
    }
    return {
        "description": "What the customer has agreed to or refused, by channel",
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": channels,
    }


def _window() -> Schema:
    day = {"type": "string", "format": "date"}
    return {
        "within_days": _DAYS | {"description": "Of the last so many days and today"},
        "since": day | {"description": "From this day of the tenant"},
        "until": day | {"description": "Up to this day of the tenant, included"},
    }


def _tally(aggregates: dict[str, Field], **more: Schema) -> Schema:
    compared = {name: {"description": field.meaning, **_field(field)} for name, field in aggregates.items()}
    return {
        "type": "object",
        "minProperties": 1,
        "additionalProperties": False,
        "properties": {**more, **compared, **_window()},
        "not": {"required": ["within_days"], "anyOf": [{"required": ["since"]}, {"required": ["until"]}]},
    }


def _orders() -> Schema:
    return {"description": "What the customer's paid orders come to; at least one unless told"} | _tally(
        OF_ORDERS
    )


def _events() -> Schema:
    name = {"type": "string", "minLength": 1, "maxLength": LONGEST_TYPE, "description": "Type of the events"}
    where = {"$ref": "#/$defs/values", "description": "Only events whose properties are so"}
    return _tally(OF_EVENTS, event=name, where=where)
