"""What a compiled operation consists of: selections of fields, each taken and completed by the column."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from graphql import FieldNode, GraphQLField, GraphQLObjectType, OperationDefinitionNode
from graphql.execution.collect_fields import FieldDetails

from schema.execution.call import Call

Column = list[Any]
"""One value for each object of a level, in their order."""
Maker = Callable[[Sequence[Column], int], Column]


class UnservedError(Exception):
    """What this engine leaves to graphql-core: it knows the answer, or the error, for sure."""


class Take(Protocol):
    """How a field's values come off the objects of a level. `waits`: whether `later` is needed."""

    @property
    def waits(self) -> bool: ...

    def now(self, call: Call, field: "Field", sources: Sequence[Any]) -> Column: ...

    async def later(self, call: Call, field: "Field", sources: Sequence[Any]) -> Column: ...


class Completion(Protocol):
    """How values become what is answered. `waits`: whether something below them is waited for."""

    @property
    def waits(self) -> bool: ...

    def now(self, call: Call, column: Column) -> Column: ...

    async def later(self, call: Call, column: Column) -> Column: ...


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a selection, under its name in the answer."""

    key: str
    parent: GraphQLObjectType
    definition: GraphQLField
    details: list[FieldDetails]
    take: Take
    completion: Completion

    @property
    def waits(self) -> bool:
        return self.take.waits or self.completion.waits

    @property
    def nodes(self) -> list[FieldNode]:
        """Every place of the document that selects it."""
        return [each.node for each in self.details]


@dataclass(frozen=True, slots=True)
class Selection:
    """What is selected on the objects of one type; `make` builds so many answers of their fields' columns."""

    kind: GraphQLObjectType
    fields: tuple[Field, ...]
    make: Maker
    waits: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """An operation, compiled. It keeps the operation, so that the identity of that stays its own."""

    operation: OperationDefinitionNode
    selection: Selection
