"""Parses, checks and prices every operation, whatever it came over: HTTP, WebSocket or server-sent events."""

from collections.abc import Callable, Iterator
from typing import Any

from graphql import DocumentNode, GraphQLError, GraphQLSchema, OperationDefinitionNode, get_operation_ast
from strawberry.extensions import SchemaExtension
from strawberry.schema.exceptions import CannotGetOperationTypeError

from kit import trace
from schema.limits.checks import Checks


class Guard(SchemaExtension):
    """One operation's checks; the answer tells its cost in `extensions.cost`."""

    def __init__(self, checks: Checks) -> None:
        self._checks = checks
        self._errors: tuple[GraphQLError, ...] = ()
        self._cost: int | None = None

    def on_operation(self) -> Iterator[None]:
        context = self.execution_context
        context.query = self._checks.trusted.text(context.query, context.operation_extensions)
        yield

    def on_parse(self) -> Iterator[None]:
        context = self.execution_context
        if context.query:
            context.graphql_document, self._errors = self._checks.check(context.query, self._schema)
            trace.graph_named(_named(context.graphql_document, context._provided_operation_name))
        yield

    def on_validate(self) -> Iterator[None]:
        context = self.execution_context
        context.pre_execution_errors = [*self._errors] or self._priced()
        yield

    def get_results(self) -> dict[str, Any]:
        return {} if self._cost is None else self._checks.told(self._cost)

    @property
    def _schema(self) -> GraphQLSchema:
        return self.execution_context.schema._schema

    def _priced(self) -> list[GraphQLError]:
        context = self.execution_context
        document = context.graphql_document
        operation = None if document is None else get_operation_ast(document, context.operation_name)
        if document is None or operation is None:
            return []
        try:
            self._cost = self._checks.price(self._schema, document, operation, context.variables or {})
        except GraphQLError as error:
            return [error]
        dear = self._checks.dear(self._cost)
        return [] if dear is None else [dear]


def _named(document: DocumentNode, name: str | None) -> str | None:
    """The name of the operation that is asked for.

    Raises CannotGetOperationTypeError for a name that is none, or is missing among several operations.
    """
    operations = [each for each in document.definitions if isinstance(each, OperationDefinitionNode)]
    operation = get_operation_ast(document, name)
    if operations and operation is None:
        raise CannotGetOperationTypeError(name)
    return operation.name.value if operation is not None and operation.name is not None else None


def guard(checks: Checks) -> Callable[[], Guard]:
    """What makes the guards of one schema."""
    return lambda: Guard(checks)
