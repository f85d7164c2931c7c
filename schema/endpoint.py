"""The graph over HTTP, as the GraphQL-over-HTTP specification has it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types.execution import ExecutionResult
from strawberry.types.graphql import OperationType

from kit import spans, trace
from kit.http import asks_for_page
from kit.pages import PAGE_HEADERS
from resolvers.access import Access
from resolvers.context import Ctx
from schema.answer import Answer
from schema.deliveries import results, until
from schema.event_stream import EventStream, accepts_stream
from schema.request import (
    JSON,
    RESPONSE,
    BadRequestError,
    GraphQLRequest,
    media_type,
    read_request,
)
from schema.root import Graph
from schema.socket import INIT_WITHIN, BoundedSocket, GraphQLSocket


class GraphQLEndpoint(GraphQL[Ctx, None]):
    """POST and GET of operations, streams of events and sockets; a browser gets the page.

    The context comes from `request.state.ctx`. `patience`: seconds that a client may take for one delivery of
    a stream; `heartbeat`: seconds after which a silent stream of events shows that it is still there.
    """

    websocket_adapter_class = BoundedSocket
    graphql_transport_ws_handler_class = GraphQLSocket

    def __init__(
        self,
        page: Path,
        schema: Graph,
        access: Access,
        *,
        message_bytes: int,
        patience: float,
        heartbeat: float,
    ) -> None:
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=(GRAPHQL_TRANSPORT_WS_PROTOCOL,),
            connection_init_wait_timeout=timedelta(seconds=INIT_WITHIN),
        )
        self._page = page
        self.graph = schema
        self.access = access
        self.message_bytes = message_bytes
        self.patience = patience
        self._heartbeat = heartbeat

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        response = await self._answer(Request(scope, receive))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Response | EventStream:
        if accepts_stream(request.headers.get("accept")):
            return await self._stream(request)
        if asks_for_page(request.scope):
            return FileResponse(self._page, headers=PAGE_HEADERS)
        kind = JSON
        try:
            kind = media_type(request.headers.get("accept"))
            asked = await read_request(request)
            with spans.operation():
                return _response(await self._answered(asked, request.state.ctx), kind)
        except BadRequestError as error:
            return _refusal(error, kind)

    async def _answered(self, asked: GraphQLRequest, ctx: Ctx) -> Answer:
        short = self.graph.short
        found = None if short is None else await short.answer(asked, ctx)
        return Answer(_content(await self._execute(asked, ctx))) if found is None else found

    async def _stream(self, request: Request) -> Response | EventStream:
        """The operation's results as events. A mutation needs POST here as well."""
        trace.streams()
        try:
            asked = await read_request(request)
        except BadRequestError as error:
            return _refusal(error, JSON)
        asked = replace(asked, allowed=asked.allowed | {OperationType.SUBSCRIPTION})
        ctx: Ctx = request.state.ctx
        found = results(self.schema, asked, ctx)
        if not self.access.is_open:
            found = until(self.access, ctx, found)
        return EventStream(found, _content, heartbeat=self._heartbeat, patience=self.patience)

    def is_websocket_origin_allowed(self, request: WebSocket, origin: str) -> bool:
        """All that came through: `LoopbackOnly` in front decides on origins, of sockets as of requests."""
        return True

    async def _execute(self, asked: GraphQLRequest, ctx: Ctx) -> ExecutionResult:
        try:
            return await self.schema.execute(
                asked.query,
                variable_values=asked.variables,
                context_value=ctx,
                operation_name=asked.operation_name,
                allowed_operation_types=asked.allowed,
                operation_extensions=asked.extensions,
            )
        except MissingQueryError:
            raise BadRequestError(400, "`query` is empty; send the operation's text.") from None
        except CannotGetOperationTypeError:
            message = "`operationName` must name an operation of the document."
            raise BadRequestError(400, message) from None
        except InvalidOperationTypeError as error:
            raise _not_over_this(error) from None

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Any:
        return request.state.ctx


def _not_over_this(error: InvalidOperationTypeError) -> BadRequestError:
    if error.operation_type.value == "subscription":
        return BadRequestError(
            400, "A subscription needs a WebSocket (graphql-transport-ws) or Accept: text/event-stream."
        )
    return BadRequestError(405, "A mutation must be sent by POST.", Allow="POST")


def _response(answer: Answer, kind: str) -> Response:
    """The answer over HTTP. Only our own media type tells by the status what was never executed."""
    return _made(answer.body, 200 if answer.is_executed or kind == JSON else 400, kind)


def _content(result: ExecutionResult) -> dict[str, Any]:
    errors = result.errors or []
    executed = result.data is not None or any(error.path for error in errors)
    content: dict[str, Any] = {}
    if errors:
        content["errors"] = [error.formatted for error in errors]
    if executed:
        content["data"] = result.data
    if result.extensions:
        content["extensions"] = result.extensions
    return content


def _refusal(error: BadRequestError, kind: str) -> Response:
    content = {"errors": [{"message": error.message, "extensions": {"code": "BAD_REQUEST"}}]}
    return _made(orjson.dumps(content), error.status, kind, error.headers)


def _made(body: bytes, status: int, kind: str, headers: dict[str, str] | None = None) -> Response:
    named = f"{kind}; charset=utf-8" if kind == RESPONSE else kind
    return Response(body, status, headers={**(headers or {}), "Vary": "Accept"}, media_type=named)
