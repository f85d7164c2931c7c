"""A query over HTTP that is checked and priced, and its answer."""

from collections.abc import Callable
from contextvars import Context
from typing import TYPE_CHECKING, Any, NamedTuple

from graphql.execution.values import VariableValues

from resolvers.context import Ctx
from schema.answer import Answer
from schema.execution.asker import Asker
from schema.execution.operation import Operation
from schema.execution.plan import UnservedError
from schema.request import GraphQLRequest

if TYPE_CHECKING:
    from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

Build = Callable[..., Any]


class Found(NamedTuple):
    """An answer, and the tenant that it is about."""

    answer: Answer
    tenant: int | None


class Query(NamedTuple):
    """An operation with its variables, which are `written` as JSON.

    `build` makes executors of graphql-core.
    """

    asked: GraphQLRequest
    operation: Operation
    variables: VariableValues
    written: bytes
    price: int
    build: Build

    def asker(self, context: Ctx, within: Context | None = None) -> Asker:
        """Who asks it of a context, and is told of within another."""

        def made() -> "StrawberryGraphQLCoreExecutionContext":
            executor: StrawberryGraphQLCoreExecutionContext | list[Any] = self.build(
                self.operation.document,
                context_value=context,
                raw_variable_values=self.asked.variables,
                operation_name=self.asked.operation_name,
                operation_extensions=self.asked.extensions,
            )
            if isinstance(executor, list):
                raise UnservedError("what graphql-core refuses to execute")
            return executor

        return Asker(self.operation.node, self.variables, made, within)
