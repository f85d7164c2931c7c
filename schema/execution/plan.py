"""What a compiled operation consists of: selections of fields, each taken and completed by the column."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as dataclass_field
from typing import Any, Protocol

from graphql import FieldNode, GraphQLField, GraphQLObjectType
from graphql.execution.collect_fields import FieldDetails

from kit.columns import Columns
from schema.execution.call import Call

Column = list[Any]
"""One value for each object of a level, in their order."""
Maker = Callable[[Sequence[Column], int], Column]


class UnservedError(Exception):
    """What this engine leaves to graphql-core: it knows the answer, or the error, for sure."""


class AskersError(Exception):
    """Some of those who ask cannot be answered with the others: `failed`, by their places, and why."""

    def __init__(self, failed: dict[int, BaseException]) -> None:
        super().__init__(*failed.values())
        self.failed = failed


class Take(Protocol):
    """How a field's values come off the objects of a level. `waits`: whether `later` is needed."""

    @property
    def waits(self) -> bool: ...

    def now(self, call: Call, field: "Field", sources: Sequence[Any]) -> Column: ...

    async def later(self, call: Call, field: "Field", sources: Sequence[Any]) -> Column: ...


class Completion(Protocol):
    """How values become what is answered. `waits`: whether something below them is waited for.

    `subfields`: the names of the schema of what is selected on them.
    """

    @property
    def waits(self) -> bool: ...

    @property
    def subfields(self) -> frozenset[str]: ...

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
    varies: bool
    """Whether the arguments depend on variables."""
    alike: bool
    """Whether what is below it is the same whatever the variables are."""
    direct: Mapping[str, str] | None
    """Its arguments by what resolvers call them, where each is the value of a variable as it stands."""
    columns: Columns | None
    """What `schema.selection.columns_of` tells of it."""
    below: Mapping[str, Columns | None]
    """What `schema.selection.columns_below` tells, by the names that it is asked for."""
    fixed: list[dict[str, Any]] = dataclass_field(default_factory=list)
    """Its arguments, once they are made, where they do not."""

    @property
    def waits(self) -> bool:
        return self.take.waits or self.completion.waits

    @property
    def nodes(self) -> list[FieldNode]:
        """Every place of the document that selects it."""
        return [each.node for each in self.details]


@dataclass(frozen=True, slots=True)
class Selection:
    """What is selected on the objects of one type; `make` builds so many answers of their fields' columns.

    `steps` are its fields that wait, those together that read the same. `columns`: those of the objects' rows
    that suffice for all fields; None where all may be needed.
    """

    kind: GraphQLObjectType
    fields: tuple[Field, ...]
    make: Maker
    waits: bool
    steps: tuple[tuple[Field, ...], ...]
    columns: Columns | None

    @property
    def names(self) -> frozenset[str]:
        """What the schema calls its fields."""
        return frozenset(each.nodes[0].name.value for each in self.fields)


@dataclass(frozen=True, slots=True)
class Plan:
    """An operation, compiled, and the names of its fields that wait."""

    selection: Selection
    reads: frozenset[str]
