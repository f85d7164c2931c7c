"""One execution of a plan: the variables, the context, and what a field's resolver is told."""

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from graphql import GraphQLResolveInfo, get_argument_values
from graphql.execution.values import VariableValues
from graphql.pyutils import Path
from strawberry.types import Info
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

if TYPE_CHECKING:
    from strawberry.schema.schema import Schema, StrawberryGraphQLCoreExecutionContext

    from schema.execution.plan import Field


class Told(Info[Any, Any]):
    """What a field's resolver is told: once for all objects of a level, whose path has no places."""

    def __init__(self, call: "Call", field: "Field", told: StrawberryField) -> None:
        self._call = call
        self._planned = field
        self._field = told

    @property
    def context(self) -> Any:
        return self._call.executor.context_value

    @cached_property
    def _raw_info(self) -> GraphQLResolveInfo[Any]:  # type: ignore[override]
        field = self._planned
        path = Path(None, field.key, field.parent.name)
        return self._call.executor.build_resolve_info(field.definition, field.nodes, field.parent, path)


@dataclass(frozen=True, slots=True)
class Call:
    """What is the same for all fields of one execution.

    `native`: whether what is answered is written by a writer of JSON that knows days and instants; `joins`:
    whether its objects are completed with those of others.
    """

    executor: "StrawberryGraphQLCoreExecutionContext"
    schema: "Schema"
    native: bool = False
    joins: bool = False

    @property
    def context(self) -> Any:
        return self.executor.context_value

    @property
    def variables(self) -> VariableValues:
        return self.executor.variable_values

    def arguments(self, field: "Field") -> dict[str, Any]:
        """The arguments as graphql-core coerces them. Raises GraphQLError for a wrong one."""
        first = field.details[0]
        if not (field.definition.args or first.node.arguments):
            return {}
        return get_argument_values(
            field.definition,
            first.node,
            self.variables,
            first.fragment_variable_values,
            self.executor.hide_suggestions,
        )

    def given(self, field: "Field", told: StrawberryField, info: Info) -> dict[str, Any]:
        """The arguments as resolvers take them. Those that name no variable are made once for a plan."""
        if field.fixed:
            return {**field.fixed[0]}
        found = convert_arguments(
            self.arguments(field),
            told.arguments,
            scalar_registry=self.schema.schema_converter.scalar_registry,
            config=self.schema.config,
            info=info,
        )
        if not field.varies:
            field.fixed.append(found)
            return {**found}
        return found
