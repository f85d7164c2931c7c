"""The results of an operation over a stream. Each is read by itself: what it read ends before it is sent."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, suppress
from typing import Any

from graphql import GraphQLError
from strawberry.extensions import SchemaExtension
from strawberry.schema import BaseSchema
from strawberry.types.execution import ExecutionResult, PreExecutionError

from kit.errors import UnauthenticatedError
from resolvers.access import Access
from resolvers.access.access import OVER
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


async def until(
    access: Access, context: Ctx, found: AsyncGenerator[ExecutionResult, None]
) -> AsyncGenerator[ExecutionResult, None]:
    """Results until the caller's credentials are no longer good, which the last one then says."""
    ending = asyncio.ensure_future(access.over(context.actor, context.db))
    following: asyncio.Future[ExecutionResult | None] | None = None
    try:
        async with aclosing(found):
            while True:
                following = asyncio.ensure_future(anext(found, None))
                await asyncio.wait((following, ending), return_when=asyncio.FIRST_COMPLETED)
                if ending.done():
                    error = GraphQLError(OVER, original_error=UnauthenticatedError(OVER))
                    await _given_up(following)
                    yield PreExecutionError(data=None, errors=[coded(error, executed=False)])
                    return
                if (result := following.result()) is None:
                    return
                yield result
    finally:
        ending.cancel()
        if following is not None:
            await _given_up(following)


async def _given_up(task: asyncio.Future[Any]) -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
