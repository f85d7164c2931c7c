"""Criteria from JSON: a tree, or a sentence about what is wrong, where, and which name was meant."""

from collections.abc import Callable, Iterable
from difflib import get_close_matches
from typing import Any as Anything
from typing import NoReturn

from kit.errors import InvalidInputError
from resolvers.criteria.consents import consents
from resolvers.criteria.fields import AGES, FIELDS, Field
from resolvers.criteria.json_fields import ATTRIBUTES
from resolvers.criteria.parse_json import values_under
from resolvers.criteria.parse_tally import event_tally, order_tally
from resolvers.criteria.tree import All, Any, Comparison, Membership, Node, Not
from resolvers.criteria.values import checked

DEEPEST, MOST_CONDITIONS, MOST_VALUES, MOST_ALTOGETHER = 8, 100, 1000, 5000
MOST_TALLIES, MOST_DAYS = 10, 36_500
_SEGMENTS, _QUANTITIES = "segments", ("any", "all", "none")
GROUPS, TALLIED = ("all", "any", "not"), ("orders", "event")
_LISTS = ("in", "not_in", "between")


def parse(criteria: Anything, *, root: str = "criteria") -> Node:
    """The tree of criteria that a caller knows as `root`.

    Raises InvalidInputError, whose field is the path, for anything that is not accepted.
    """
    return Parser(root).whole(criteria)


class Parser:
    """Reads one criteria. `spell` gives names as the caller writes them.

    `segment` makes the number of a segment of what the caller names it by, at a path. Only where it is given
    may conditions be about segments: one that is made of criteria cannot be about others, or itself.
    """

    def __init__(
        self,
        root: str,
        *,
        spell: Callable[[str], str] = str,
        segment: Callable[[Anything, str], int] | None = None,
    ) -> None:
        self._root = root
        self.spell = spell
        self._segment = segment
        self._conditions = 0
        self._compared_with = 0
        self._tallies = 0

    def whole(self, criteria: Anything) -> Node:
        """The tree. Raises InvalidInputError for anything that is not accepted, and for no condition."""
        return self._group(criteria, self._root, 1)

    def _group(self, found: Anything, path: str, depth: int) -> Node:
        """An object: all of its conditions."""
        if not isinstance(found, dict):
            self.refuse(path, f"{path} must be an object of conditions, not {shown(found)}.")
        if depth > DEEPEST:
            self.refuse(path, f"{path} is nested too deeply; at most {DEEPEST} levels are accepted.")
        if not found:
            self.refuse(path, f"{path} names no condition; give at least one field.")
        if "event" in found:
            return event_tally(self, found, path)
        parts = [self._condition(name, value, path, depth) for name, value in found.items()]
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _condition(self, name: Anything, value: Anything, path: str, depth: int) -> Node:
        if name in ("all", "any"):
            return self._several(name, value, f"{path}.{name}", depth)
        if name == "not":
            here = f"{path}.not"
            return Not(here, self._group(value, here, depth + 1))
        if name == _SEGMENTS:
            return self._memberships(value, f"{path}.{name}")
        if name == "orders":
            return order_tally(self, value, f"{path}.orders")
        if name == "consent":
            return consents(self, value, f"{path}.consent")
        if name == "attributes":
            return values_under(self, value, f"{path}.attributes", ATTRIBUTES, "attributes.")
        if name not in FIELDS:
            self.unknown(path, name, "field", [*FIELDS, *GROUPS, *TALLIED, "attributes", "consent"])
        return self.comparisons(FIELDS[name], value, f"{path}.{self.spell(name)}")

    def _memberships(self, found: Anything, path: str) -> Node:
        if self._segment is None:
            self.refuse(path, f"{path}: what a segment is made of cannot be segments.")
        if not isinstance(found, dict) or not found:
            self.refuse(path, f"{path} compares with nothing; accepted are {', '.join(_QUANTITIES)}.")
        parts: list[Node] = []
        for name, given in found.items():
            here = f"{path}.{name}"
            if not isinstance(given, list) or not 0 < len(given) <= MOST_CONDITIONS:
                self.refuse(here, f"{here} must be a list of 1 to {MOST_CONDITIONS} segments.")
            numbers = [self._segment(each, f"{here}[{at}]") for at, each in enumerate(given)]
            groups = [(each,) for each in numbers] if name == "all" else [tuple(numbers)]
            parts += [Membership(path, each, name != "none") for each in groups]
        self._conditions += len(parts)
        if self._conditions > MOST_CONDITIONS:
            self._too_many(path)
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def _several(self, name: str, found: Anything, path: str, depth: int) -> Node:
        if not isinstance(found, list) or not found:
            self.refuse(path, f"{path} must be a list of conditions, with at least one.")
        if len(found) > MOST_CONDITIONS:
            self._too_many(path)
        parts = tuple(self._group(each, f"{path}[{at}]", depth + 1) for at, each in enumerate(found))
        return Any(parts) if name == "any" else All(parts)

    def comparisons(self, field: Field, value: Anything, path: str) -> Node:
        """A value: that one. A list: any of them. An object: all of its comparisons."""
        if isinstance(value, list):
            return self.compared(field, "in", value, path, path)
        if not isinstance(value, dict):
            return self.compared(field, "eq", value, path, path)
        if not value:
            self.refuse(path, f"{path} compares with nothing; accepted are {self.names(field.operators)}.")
        for name in value:
            if name not in field.operators:
                self.unknown(path, name, "comparison", field.operators)
        parts = [
            self.compared(field, name, each, f"{path}.{self.spell(name)}", path)
            for name, each in value.items()
        ]
        return parts[0] if len(parts) == 1 else All(tuple(parts))

    def compared(self, field: Field, operator: str, value: Anything, path: str, stated: str) -> Comparison:
        """One comparison, whose value is at `path`; `stated` is where its field is."""
        self._conditions += 1
        if self._conditions > MOST_CONDITIONS:
            self._too_many(path)
        if operator == "exists":
            return Comparison(stated, field, operator, self.truth(value, path))
        if operator in AGES:
            return Comparison(stated, field, operator, self.days(value, path))
        if operator not in _LISTS:
            return Comparison(stated, field, operator, self._value(field, value, path))
        return Comparison(stated, field, operator, self._values(field, operator, value, path))

    def truth(self, value: Anything, path: str) -> bool:
        """True or false."""
        if not isinstance(value, bool):
            self.refuse(path, f"{path} is {shown(value)}; accepted are true and false.")
        return value

    def days(self, value: Anything, path: str) -> int:
        """A number of days."""
        if type(value) is not int or not 0 <= value <= MOST_DAYS:
            self.refuse(path, f"{path} is {shown(value)}; accepted is a number of days, 0 to {MOST_DAYS:,}.")
        return value

    def _values(self, field: Field, operator: str, found: Anything, path: str) -> list[Anything]:
        if not isinstance(found, list) or not 0 < len(found) <= MOST_VALUES:
            self.refuse(path, f"{path} must be a list of 1 to {MOST_VALUES:,} values.")
        self._compared_with += len(found)
        if self._compared_with > MOST_ALTOGETHER:
            self.refuse(path, f"{self._root} names more than {MOST_ALTOGETHER:,} values altogether.")
        if operator == "between" and len(found) != 2:
            self.refuse(path, f"{path} must be a list of two values, the lower one first.")
        values = [self._value(field, each, f"{path}[{at}]") for at, each in enumerate(found)]
        if operator == "between" and values[0] > values[1]:
            self.refuse(path, f"{path} must have the lower value first.")
        return values

    def _value(self, field: Field, value: Anything, path: str) -> Anything:
        if value is None:
            absent = self.spell("exists")
            hint = f"{self.spell(field.name)}: {{{absent}: {'false' if absent == 'exists' else 'true'}}}"
            self.refuse(path, f"{path} is null; to find those without a value, give {hint}.")
        try:
            return checked(field, value)
        except ValueError as error:
            self.refuse(path, f"{path} is {shown(value)}; accepted is {error}")

    def count_tally(self, path: str) -> None:
        """Count a tally. Refuses one too many."""
        self._tallies += 1
        if self._tallies > MOST_TALLIES:
            told = f"{self._root} asks for orders or events more than {MOST_TALLIES} times."
            self.refuse(path, told)

    def unknown(self, path: str, name: Anything, what: str, known: Iterable[str]) -> NoReturn:
        """Refuse a name, with the nearest of those that are known."""
        names = {self.spell(each): each for each in known}
        near = get_close_matches(str(name)[:60].lower(), names, n=1, cutoff=0.5)
        hint = f" did you mean {near[0]}?" if near else ""
        told = f"{shown(name)} is not a {what};{hint or f' accepted are {self.names(known)}.'}"
        self.refuse(f"{path}.{str(name)[:60]}", f"{path}: {told}")

    def _too_many(self, path: str) -> NoReturn:
        self.refuse(path, f"{self._root} has too many conditions; at most {MOST_CONDITIONS} are accepted.")

    def names(self, names: Iterable[str]) -> str:
        """Names in a message, as the caller writes them."""
        return ", ".join(map(self.spell, names))

    def refuse(self, path: str, message: str) -> NoReturn:
        """Raises InvalidInputError, whose field is the path."""
        raise InvalidInputError(path, message if message.endswith(("?", ".")) else f"{message}.")


def shown(value: object) -> str:
    """A wrong value in a message, cut short."""
    if value is None or isinstance(value, bool):
        return str(value).lower().replace("none", "null")
    text = f"'{value}'" if isinstance(value, str) else f"{value}"
    return text if len(text) <= 60 else f"{text[:57]}..."
