"""The keywords of JSON Schema that a tenant's schema may use, and what their values must be besides."""

from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError
from pydantic_core import SchemaError

PATTERN = "pattern"
_ONE = frozenset({"items", "contains", "additionalProperties", "propertyNames", "not", "if", "then", "else"})
"""Keywords whose value is a schema."""
_SEVERAL = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
_NAMED = frozenset({"properties", "$defs", "dependentSchemas"})
_PLAIN = frozenset(
    [
        "$schema",
        "$comment",
        "$ref",
        "title",
        "description",
        "default",
        "examples",
        "deprecated",
        "readOnly",
        "writeOnly",
        "format",
        "type",
        "enum",
        "const",
        "multipleOf",
        "maximum",
        "exclusiveMaximum",
        "minimum",
        "exclusiveMinimum",
        "maxLength",
        "minLength",
        "maxItems",
        "minItems",
        "uniqueItems",
        "maxContains",
        "minContains",
        "maxProperties",
        "minProperties",
        "required",
        "dependentRequired",
        "pattern",
    ]
)
ACCEPTED = _ONE | _SEVERAL | _NAMED | _PLAIN
_DIALECT = "https://json-schema.org/draft/2020-12/schema"
_DEEPEST = 30


@lru_cache(1_000)
def matcher(pattern: str) -> Callable[[str], bool]:
    """Whether a text holds a match of a pattern, in time linear in its length.

    Raises ValueError for a pattern that cannot be matched so.
    """
    try:
        adapter: TypeAdapter[str] = TypeAdapter(Annotated[str, Field(pattern=pattern)])
    except SchemaError:
        raise ValueError(
            "a pattern is a regular expression without look-around and back-references"
        ) from None

    def matches(text: str) -> bool:
        try:
            adapter.validate_python(text, strict=True)
        except ValidationError:
            return False
        return True

    return matches


def problem_of(schema: dict[str, Any]) -> str | None:
    """The first thing in a schema that is not accepted, with the way to it; None if all is."""
    return next(_problems(schema, schema, ("#",)), None)


def _problems(node: Any, root: dict[str, Any], way: tuple[str, ...]) -> Iterator[str]:
    if not isinstance(node, dict):
        return
    if len(way) > _DEEPEST * 2:
        yield f"schemas may nest {_DEEPEST} deep"
        return
    for keyword, value in node.items():
        here = (*way, keyword)
        if keyword not in ACCEPTED:
            known = ", ".join(sorted(ACCEPTED))
            yield f"{'/'.join(here)[:200]}: this keyword is not accepted; those that are: {known}"
        elif wrong := _wrong(keyword, value, root):
            yield f"{'/'.join(here)[:200]}: {wrong}"
        for step, within in _within(keyword, value):
            yield from _problems(within, root, (*here, *step))


def _within(keyword: str, value: Any) -> Iterator[tuple[tuple[str, ...], Any]]:
    if keyword in _ONE:
        yield (), value
    elif keyword in _SEVERAL and isinstance(value, list):
        yield from (((str(place),), each) for place, each in enumerate(value))
    elif keyword in _NAMED and isinstance(value, dict):
        yield from (((name,), each) for name, each in value.items())


def _wrong(keyword: str, value: Any, root: dict[str, Any]) -> str | None:
    if keyword == "$schema" and value != _DIALECT:
        return f"{_DIALECT} is accepted"
    if keyword == "$ref" and not _leads(value, root):
        return "a reference to a schema in this document is accepted, such as #/$defs/item"
    if keyword == PATTERN and isinstance(value, str):
        try:
            matcher(value)
        except ValueError as error:
            return str(error)
    return None


def _leads(reference: Any, root: dict[str, Any]) -> bool:
    """Whether a reference leads to a schema among the root's definitions."""
    if reference == "#":
        return True
    if not isinstance(reference, str) or not reference.startswith("#/$defs/"):
        return False
    name = reference.removeprefix("#/$defs/")
    definitions = root.get("$defs")
    return isinstance(definitions, dict) and isinstance(definitions.get(name), dict | bool)
