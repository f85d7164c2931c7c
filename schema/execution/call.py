"""One execution of a plan: the variables, the context, and what a field's resolver is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from graphql import get_argument_values
from graphql.execution.values import VariableValues
from graphql.pyutils import Path
from strawberry.types.arguments import convert_arguments
from strawberry.types.field import StrawberryField

if TYPE_CHECKING:
    from strawberry.schema.schema import Schema, StrawberryGraphQLCoreExecutionContext

    from schema.context import Info
    from schema.execution.plan import Field


@dataclass(frozen=True, slots=True)
class Call:
    """What is the same for all fields of one execution."""

    executor: "StrawberryGraphQLCoreExecutionContext"
    schema: "Schema"

    @property
    def context(self) -> Any:
        return self.executor.context_value

    @property
    def variables(self) -> VariableValues:
        return self.executor.variable_values

    def info(self, field: "Field", told: StrawberryField) -> "Info":
        """What is told to a field's resolver: once for all objects of a level, whose path has no places."""
        raw = self.executor.build_resolve_info(
            field.definition, field.nodes, field.parent, Path(None, field.key, field.parent.name)
        )
        info: Info = self.schema.config.info_class(_raw_info=raw, _field=told)
        return info

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

    def converted(self, given: Mapping[str, Any], told: StrawberryField, info: "Info") -> dict[str, Any]:
        """The arguments as resolvers take them."""
        return convert_arguments(
            dict(given),
            told.arguments,
            scalar_registry=self.schema.schema_converter.scalar_registry,
            config=self.schema.config,
            info=info,
        )
