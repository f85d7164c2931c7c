"""The results of an operation over a stream. Each is read by itself: what it read ends before it is sent."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import Any

from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.schema import BaseSchema
from strawberry.types.execution import ExecutionResult, PreExecutionError

from resolvers.context import Ctx
from schema.errors import coded
from schema.request import GraphQLRequest


class Deliveries(SchemaExtension):
    """Ends the transaction of a delivery: neither a slow client nor an idle one holds a connection."""

    async def on_stream_result(self, result: Any) -> AsyncIterator[None]:
        context = self.execution_context.context
        if isinstance(context, Ctx):
            await context.refresh()
        yield


async def results(
    schema: BaseSchema, asked: GraphQLRequest, context: Ctx
) -> AsyncGenerator[ExecutionResult, None]:
    """The results of an operation, one for a query or mutation. What refuses it is a PreExecutionError."""
    try:
        found: Any = await schema.stream(
            asked.query,
            variable_values=asked.variables,
            context_value=context,
            operation_name=asked.operation_name,
            allowed_operation_types=asked.allowed,
            operation_extensions=asked.extensions,
        )
        async with aclosing(found):
            async for each in found:
                yield each
    except Exception as error:
        located = error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
        yield PreExecutionError(data=None, errors=[coded(located, executed=False)])
