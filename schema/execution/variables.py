"""The values of a query's variables, as graphql-core coerces them; how they are declared is read once."""

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

from graphql import GraphQLError, GraphQLSchema, OperationDefinitionNode, coerce_input_value
from graphql.execution.get_variable_signature import GraphQLVariableSignature, get_variable_signature
from graphql.execution.values import VariableValues, VariableValueSource, get_variable_values
from graphql.pyutils import Undefined

from schema.execution.plans import keep
from schema.limits.measure import is_of_long

_KEPT = 512
_MOST_ERRORS = 50
_PLAIN = frozenset({str, int, bool, float})

Signatures = Sequence[GraphQLVariableSignature]


class Variables:
    """Values for the queries of one schema. A query is known by its identity, and kept for that."""

    def __init__(self, schema: GraphQLSchema) -> None:
        self._schema = schema
        self._declared: OrderedDict[int, tuple[OperationDefinitionNode, Signatures]] = OrderedDict()

    def of(self, operation: OperationDefinitionNode, given: dict[str, Any]) -> VariableValues | None:
        """The values that are given for an operation's variables; None where some are refused."""
        found = self._plain(operation, given)
        if found is not None:
            return found
        declared = operation.variable_definitions or ()
        values = get_variable_values(self._schema, declared, given, _MOST_ERRORS)
        return None if isinstance(values, list) else values

    def _plain(self, operation: OperationDefinitionNode, given: Mapping[str, Any]) -> VariableValues | None:
        """The values where all are given, and each is a plain one of JSON; None for others."""
        signatures = self._signatures(operation)
        if signatures is None:
            return None
        sources: dict[str, VariableValueSource] = {}
        coerced: dict[str, Any] = {}
        for each in signatures:
            value = given.get(each.name)
            if type(value) not in _PLAIN:
                return None
            found = coerce_input_value(value, each.type)
            if found is Undefined:
                return None
            sources[each.name] = VariableValueSource(each, value)
            coerced[each.name] = found
        return VariableValues(sources, coerced)

    def _signatures(self, operation: OperationDefinitionNode) -> Signatures | None:
        """How the variables are declared; None where one is declared wrongly."""
        known = self._declared.get(id(operation))
        if known is not None and known[0] is operation:
            self._declared.move_to_end(id(operation))
            return known[1]
        declared = operation.variable_definitions or ()
        found = [get_variable_signature(self._schema, each) for each in declared]
        signatures = [each for each in found if not isinstance(each, GraphQLError)]
        if len(signatures) < len(found):
            return None
        if not is_of_long(operation):
            keep(self._declared, id(operation), (operation, signatures), _KEPT)
        return signatures
