"""Conditions on a customer's attributes and on an event's properties, from JSON."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement

from kit.page import DECIMAL, TEXT
from kit.text import storable
from resolvers.criteria.json_fields import LONGEST_KEY, json_field, presence_field, truth_field
from resolvers.criteria.tree import All, Comparison, Node

if TYPE_CHECKING:
    from resolvers.criteria.parse import Parser

OF_TEXT = ("eq", "in", "not_in", "starts_with", "exists")
OF_NUMBERS = ("eq", "in", "not_in", "gte", "gt", "lte", "lt", "between", "exists")
OF_TRUTHS = ("eq", "exists")


def values_under(parser: "Parser", found: Any, path: str, column: ColumnElement[Any], prefix: str) -> Node:
    """`{"city": "Lima", "points": {"gte": 100}}`: all of the comparisons, each of the type of its value."""
    if not isinstance(found, dict) or not found:
        parser.refuse(path, f"{path} must be an object with a value or comparisons for each key.")
    parts: list[Comparison] = []
    for key, value in found.items():
        here = f"{path}.{str(key)[:60]}"
        if not isinstance(key, str) or not 0 < len(key) <= LONGEST_KEY or not storable(key):
            parser.refuse(here, f"{here}: a key is text of 1 to {LONGEST_KEY} characters.")
        at = _Key(parser, column, f"{prefix}{key}", key, here)
        if not isinstance(value, dict):
            parts.append(at.compared("in" if isinstance(value, list) else "eq", value, here))
            continue
        if not value:
            known = ", ".join(("starts_with", *OF_NUMBERS))
            parser.refuse(here, f"{here} compares with nothing; accepted are {known}.")
        parts += [at.compared(name, each, f"{here}.{str(name)[:60]}") for name, each in value.items()]
    return parts[0] if len(parts) == 1 else All(tuple(parts))


@dataclass(frozen=True, slots=True)
class _Key:
    """One key of a JSON column, `stated` at a path of the criteria."""

    parser: "Parser"
    column: ColumnElement[Any]
    name: str
    key: str
    stated: str

    def compared(self, operator: Any, value: Any, path: str) -> Comparison:
        """One comparison, by the type of its value."""
        if operator == "exists":
            field = presence_field(self.name, self.column, self.key)
            return self.parser.compared(field, operator, value, path, self.stated)
        sample = value[0] if isinstance(value, list) and value else value
        if isinstance(sample, bool):
            self._accept(operator, OF_TRUTHS, "true and false")
            field = truth_field(self.name, self.column, self.key)
            return self.parser.compared(field, operator, str(sample).lower(), path, self.stated)
        text = isinstance(sample, str)
        self._accept(operator, OF_TEXT if text else OF_NUMBERS, "text" if text else "numbers")
        for at, each in enumerate(value if isinstance(value, list) else ()):
            if isinstance(each, str) is not text:
                told = "text" if text else "a number"
                self.parser.refuse(f"{path}[{at}]", f"{path}[{at}] must be {told}, as the first one is.")
        field = json_field(self.name, self.column, self.key, TEXT if text else DECIMAL)
        return self.parser.compared(field, operator, value, path, self.stated)

    def _accept(self, operator: Any, known: tuple[str, ...], what: str) -> None:
        if operator not in known:
            self.parser.unknown(self.stated, operator, f"comparison with {what}", known)
