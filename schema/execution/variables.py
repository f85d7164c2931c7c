"""An operation's variables: their declarations are read once, values are as graphql-core coerces them."""

from collections.abc import Mapping, Sequence
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLID,
    GraphQLSchema,
    GraphQLString,
    OperationDefinitionNode,
    coerce_input_value,
    get_nullable_type,
)
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource, get_variable_values
from graphql.pyutils import Undefined

_MOST_ERRORS = 50
_PLAIN = frozenset({str, int, bool, float})

Signatures = Sequence[GraphQLVariableSignature]


class Variables:
    """The variables of one operation."""

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode) -> None:
        self._schema = schema
        self._declared = operation.variable_definitions or ()
        self._signatures = _signatures(schema, operation)
        self._texts = {
            each.name
            for each in self._signatures or ()
            if get_nullable_type(each.type) in (GraphQLString, GraphQLID)
        }

    def values(self, given: dict[str, Any]) -> VariableValues | None:
        """The values that are given for them; None where some are refused."""
        found = self._plain(given)
        if found is not None:
            return found
        values = get_variable_values(self._schema, self._declared, given, _MOST_ERRORS)
        return None if isinstance(values, list) else values

    def _plain(self, given: Mapping[str, Any]) -> VariableValues | None:
        """The values where all are given, and each is a plain one of JSON; None for others."""
        if self._signatures is None:
            return None
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        for each in self._signatures:
            value = given.get(each.name)
            if type(value) not in _PLAIN:
                return None
            if type(value) is str and each.name in self._texts:
                found = value
            elif (found := coerce_input_value(value, each.type)) is Undefined:
                return None
            sources[each.name] = VariableValueSource(each, value)
            coerced[each.name] = found
        return VariableValues(sources, coerced)


def _signatures(schema: GraphQLSchema, operation: OperationDefinitionNode) -> Signatures | None:
    """How the variables are declared; None where one is declared wrongly."""
    found = [get_variable_signature(schema, each) for each in operation.variable_definitions or ()]
    signatures = [each for each in found if not isinstance(each, GraphQLError)]
    return signatures if len(signatures) == len(found) else None
