"""How the values of a column become what is answered, by the type that the schema gives them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import chain, compress, islice
from math import isfinite
from types import NoneType
from typing import Any

from graphql import GraphQLLeafType

from schema.execution.call import Call
from schema.execution.plan import Column, Completion, Selection, UnservedError
from schema.execution.running import run_later, run_now

_PLAIN: Mapping[str, type] = {
    "String": str,
    "ID": str,
    "Boolean": bool,
    "Int": int,
    "Float": float,
    "Decimal": str,
}
"""Types whose values of this very class are answered as they are."""
_NATIVE: Mapping[str, type] = {"DateTime": datetime, "Date": date}
"""Types whose values JSON's writer writes as their scalars do."""
_LEAST, _MOST = -(2**31), 2**31 - 1


@dataclass(frozen=True, slots=True)
class Required:
    """Nothing may be missing; what is there is never completed to nothing."""

    of: Completion
    waits: bool

    @property
    def subfields(self) -> frozenset[str]:
        return self.of.subfields

    def now(self, call: Call, column: Column) -> Column:
        return self.of.now(call, _none_missing(column))

    async def later(self, call: Call, column: Column) -> Column:
        return await self.of.later(call, _none_missing(column))


@dataclass(frozen=True, slots=True)
class Leaf:
    """Scalars and enumerations: as they are where that is what they are written as, else serialised."""

    kind: GraphQLLeafType
    serialize: Callable[[Any], Any]
    waits: bool = False
    subfields: frozenset[str] = frozenset()

    def now(self, call: Call, column: Column) -> Column:
        types = {*map(type, column)}
        missing = NoneType in types
        types.discard(NoneType)
        plain = _PLAIN.get(self.kind.name)
        if types == {plain} and _in_range(self.kind.name, column):
            return column
        if call.native and types == {_NATIVE.get(self.kind.name)}:
            return column
        serialize = self.serialize
        if missing:
            return [None if each is None else _defined(serialize(each)) for each in column]
        made = [*map(serialize, column)]
        if NoneType in {*map(type, made)}:
            raise UnservedError("a value that is serialised to nothing")
        return made

    async def later(self, call: Call, column: Column) -> Column:
        return self.now(call, column)


@dataclass(frozen=True, slots=True)
class Choice:
    """An enumeration's members, whose names are looked up by the members' identity: their hash is dear."""

    names: Mapping[int, str | None]
    waits: bool = False
    subfields: frozenset[str] = frozenset()

    def now(self, call: Call, column: Column) -> Column:
        try:
            return [*map(self.names.__getitem__, map(id, column))]
        except KeyError:
            raise UnservedError("what is no member of its enumeration") from None

    async def later(self, call: Call, column: Column) -> Column:
        return self.now(call, column)


@dataclass(frozen=True, slots=True)
class Many:
    """Lists: what they hold is completed in one column, and given back to each."""

    of: Completion
    waits: bool

    @property
    def subfields(self) -> frozenset[str]:
        return self.of.subfields

    def now(self, call: Call, column: Column) -> Column:
        lists = _lists(column)
        return _split(column, lists, self.of.now(call.spread(column), [*chain.from_iterable(lists)]))

    async def later(self, call: Call, column: Column) -> Column:
        lists = _lists(column)
        flat = await self.of.later(call.spread(column), [*chain.from_iterable(lists)])
        return _split(column, lists, flat)


@dataclass(frozen=True, slots=True)
class Single:
    """Objects of one type."""

    selection: Selection
    python: type
    waits: bool

    @property
    def subfields(self) -> frozenset[str]:
        return self.selection.names

    @property
    def _takes_tuples(self) -> bool:
        columns = self.selection.columns
        return columns is not None and columns.bare

    def now(self, call: Call, column: Column) -> Column:
        there = self._there(column)
        made = run_now(call.there(column), self.selection, there) if there else []
        return _scattered(column, there, made)

    async def later(self, call: Call, column: Column) -> Column:
        there = self._there(column)
        made = await run_later(call.there(column), self.selection, there) if there else []
        return _scattered(column, there, made)

    def _there(self, column: Column) -> Column:
        there = _present(column)
        for each in {*map(type, there)}:
            if not issubclass(each, self.python) and (each is not tuple or not self._takes_tuples):
                raise UnservedError(f"a {each.__name__} in the place of a {self.selection.kind.name}")
        return there


@dataclass(frozen=True, slots=True)
class OneOf:
    """Objects of several types, each type's completed in one column."""

    by_type: Mapping[type, Single]
    waits: bool

    @property
    def subfields(self) -> frozenset[str]:
        return frozenset().union(*(each.subfields for each in self.by_type.values()))

    def now(self, call: Call, column: Column) -> Column:
        found = dict.fromkeys(range(len(column)))
        for kind, places in self._places(column).items():
            made = self.by_type[kind].now(call.at(places), [column[place] for place in places])
            found.update(zip(places, made, strict=True))
        return [*found.values()]

    async def later(self, call: Call, column: Column) -> Column:
        found = dict.fromkeys(range(len(column)))
        for kind, places in self._places(column).items():
            mine = [column[place] for place in places]
            made = await self.by_type[kind].later(call.at(places), mine)
            found.update(zip(places, made, strict=True))
        return [*found.values()]

    def _places(self, column: Column) -> dict[type, list[int]]:
        places: dict[type, list[int]] = {}
        for place, each in enumerate(column):
            if each is not None:
                places.setdefault(type(each), []).append(place)
        if not places.keys() <= self.by_type.keys():
            raise UnservedError("an object of a type that is not among the possible ones")
        return places


def _none_missing(column: Column) -> Column:
    if NoneType in {*map(type, column)}:
        raise UnservedError("null where there must be a value")
    return column


def _in_range(kind: str, column: Column) -> bool:
    if kind == "Int":
        return all(_LEAST <= each <= _MOST for each in column if each is not None)
    return kind != "Float" or all(isfinite(each) for each in column if each is not None)


def _defined(value: Any) -> Any:
    if value is None:
        raise UnservedError("a value that is serialised to nothing")
    return value


def _lists(column: Column) -> list[Column]:
    there = _present(column)
    if not {*map(type, there)} <= {list, tuple}:
        raise UnservedError("what is no list in the place of one")
    return there


def _present(column: Column) -> Column:
    return [each for each in column if each is not None] if NoneType in {*map(type, column)} else column


def _split(column: Column, lists: list[Column], flat: Column) -> Column:
    rest = iter(flat)
    return _scattered(column, lists, [[*islice(rest, len(each))] for each in lists])


def _scattered(column: Column, there: Column, made: Iterable[Any]) -> Column:
    """What was made of those that are there, in their places."""
    if there is column:
        return [*made]
    found: Column = [None] * len(column)
    places = compress(range(len(column)), (each is not None for each in column))
    for place, each in zip(places, made, strict=True):
        found[place] = each
    return found
