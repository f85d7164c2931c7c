"""One execution of a plan, for one who asks or for several: the variables, and what resolvers are told."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import compress
from typing import TYPE_CHECKING, Any

from graphql import GraphQLResolveInfo, get_argument_values
from graphql.pyutils import Path
from strawberry.types import Info
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

from kit.columns import Columns
from schema.execution.asker import Asker
from schema.selection import Planned

if TYPE_CHECKING:
    from strawberry.schema.schema import Schema

    from schema.execution.plan import Column, Field


class Told(Info[Any, Any], Planned):
    """What a field's resolver is told: once for all objects of a level, whose path has no places."""

    def __init__(self, call: "Call", field: "Field", told: StrawberryField) -> None:
        self._call = call
        self._planned = field
        self._field = told

    @property
    def context(self) -> Any:
        return self._call.context

    @property
    def subfields(self) -> Container[str]:
        return self._planned.completion.subfields

    @property
    def columns(self) -> Columns | None:
        return self._planned.columns

    def columns_below(self, name: str) -> Columns | None:
        return self._planned.below.get(name)

    @cached_property
    def _raw_info(self) -> GraphQLResolveInfo[Any]:  # type: ignore[override]
        field = self._planned
        path = Path(None, field.key, field.parent.name)
        executor = self._call.askers[0].executor
        return executor.build_resolve_info(field.definition, field.nodes, field.parent, path)


@dataclass(frozen=True, slots=True)
class Call:
    """What is the same for all fields of one execution.

    `of` has for each object of a level whose it is, by the place among the `askers`; None where all of a
    level is done alike, for one asker or because no variable matters any more. `native`: whether what is
    answered is written by a writer of JSON that knows days and instants.
    """

    schema: "Schema"
    context: Any
    askers: Sequence[Asker]
    of: Sequence[int] | None = None
    native: bool = False

    def below(self, field: "Field") -> "Call":
        """The same for what is below a field."""
        return self._of(None) if field.alike and self.of is not None else self

    def alone(self, place: int) -> "Call":
        """The same for one of the askers."""
        return Call(self.schema, self.context, (self.askers[place],), None, self.native)

    def there(self, column: "Column") -> "Call":
        """The same for the values of a column that are not missing."""
        return self if self.of is None else self._of([*compress(self.of, map(_is_there, column))])

    def at(self, places: Sequence[int]) -> "Call":
        """The same for the values at some places of a column."""
        return self if self.of is None else self._of([self.of[place] for place in places])

    def spread(self, column: "Column") -> "Call":
        """The same for the items of a column's lists, one after another."""
        if self.of is None:
            return self
        lists = ((whose, each) for whose, each in zip(self.of, column, strict=True) if each is not None)
        return self._of([whose for whose, each in lists for _ in each])

    def by_asker(self) -> dict[int, list[int]]:
        """The askers of a level, with the places of what is theirs."""
        places: dict[int, list[int]] = {}
        for place, whose in enumerate(self.of or ()):
            places.setdefault(whose, []).append(place)
        return places

    def given(self, field: "Field", told: StrawberryField, info: Info, whose: int = 0) -> dict[str, Any]:
        """The arguments of an asker, by its place, as resolvers take them, and as graphql-core coerces them.

        Those that name no variable are made once for a plan. Raises GraphQLError for a wrong one.
        """
        if field.fixed:
            return {**field.fixed[0]}
        if field.direct is not None and (found := self._direct(field.direct, whose)) is not None:
            return found
        found = convert_arguments(
            self._arguments(field, whose),
            told.arguments,
            scalar_registry=self.schema.schema_converter.scalar_registry,
            config=self.schema.config,
            info=info,
        )
        if not field.varies:
            field.fixed.append(found)
            return {**found}
        return found

    def _direct(self, named: Mapping[str, str], whose: int) -> dict[str, Any] | None:
        """The values of variables by the arguments they are given for; None where one is missing or null."""
        values = self.askers[whose].variables.coerced
        found = {name: values.get(variable) for name, variable in named.items()}
        return None if None in found.values() else found

    def _arguments(self, field: "Field", whose: int) -> dict[str, Any]:
        first = field.details[0]
        if not (field.definition.args or first.node.arguments):
            return {}
        return get_argument_values(
            field.definition, first.node, self.askers[whose].variables, first.fragment_variable_values
        )

    def _of(self, of: Sequence[int] | None) -> "Call":
        return Call(self.schema, self.context, self.askers, of, self.native)


def _is_there(value: object) -> bool:
    return value is not None
