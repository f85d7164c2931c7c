"""The short way of a query over HTTP: what has a plan does not pay for the framework's work on it."""

from typing import TYPE_CHECKING, Any

from graphql import ExecutionResult, GraphQLError, OperationType, get_operation_ast
from strawberry.types.graphql import OperationType as Kind

from kit import trace
from resolvers.context import Ctx
from schema.errors import coded
from schema.execution.engine import Engine
from schema.limits import Checks
from schema.request import GraphQLRequest

if TYPE_CHECKING:
    from strawberry import Schema


class Short:
    """Executes queries that are checked, priced and planned; leaves all others, and what refuses them."""

    def __init__(self, schema: "Schema", checks: Checks, engine: Engine) -> None:
        self._schema = schema
        self._checks = checks
        self._engine = engine
        self._executor_class = engine.executor_class()

    async def result(self, asked: GraphQLRequest, context: Ctx) -> dict[str, Any] | None:
        """The answer's content, as graphql-core's would be; None for what must go the long way."""
        core, checks = self._schema._schema, self._checks
        if Kind.QUERY not in asked.allowed:
            return None
        try:
            text = checks.trusted.text(asked.query, asked.extensions)
            document, errors = checks.check(text, core) if text else (None, ())
            operation = document and get_operation_ast(document, asked.operation_name)
            if document is None or errors or not operation or operation.operation is not OperationType.QUERY:
                return None
            price = checks.price(core, document, operation, asked.variables or {})
        except (GraphQLError, RecursionError):
            return None
        if checks.dear(price) is not None:
            return None
        executor: Any = self._executor_class.build(
            core,
            document,
            context_value=context,
            raw_variable_values=asked.variables,
            operation_name=asked.operation_name,
            operation_extensions=asked.extensions,
        )
        if isinstance(executor, list):
            return None
        plan = self._engine.plan(executor, counted=False)
        if plan is None:
            return None
        trace.graph_named(operation.name.value if operation.name else None)
        found = await self._engine.execute(executor, plan, executor.by_value, native=True)
        return _content(found) | {"extensions": checks.told(price)}


def _content(found: ExecutionResult) -> dict[str, Any]:
    if not found.errors:
        return {"data": found.data}
    told = [coded(each, executed=True).formatted for each in found.errors]
    return {"errors": told, "data": found.data}
