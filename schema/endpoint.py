"""The graph over HTTP, as the GraphQL-over-HTTP specification has it."""

from collections.abc import Callable
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
from kit.http import Asgi, asks_for_page, header_of
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

_TYPES = {JSON: JSON.encode(), RESPONSE: f"{RESPONSE}; charset=utf-8".encode()}


class GraphQLEndpoint(GraphQL[Ctx, None]):
    """POST and GET of operations, streams of events and sockets; a browser gets the page.

    The context comes from `request.state.ctx`. `packed` has answers packed that do not see to it themselves.
    `patience`: seconds that a client may take for one delivery of a stream; `heartbeat`: seconds after which
    a silent stream of events shows that it is still there.
    """

    websocket_adapter_class = BoundedSocket
    graphql_transport_ws_handler_class = GraphQLSocket

    def __init__(
        self,
        page: Path,
        schema: Graph,
        access: Access,
        *,
        packed: Callable[[Asgi], Asgi],
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
        self._packed = packed
        self.graph = schema
        self.access = access
        self.message_bytes = message_bytes
        self.patience = patience
        self._heartbeat = heartbeat

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        kind = JSON
        try:
            accept = header_of(scope, b"accept")
            if accepts_stream(accept):
                await self._packed(await self._stream(scope, receive))(scope, receive, send)
                return
            if asks_for_page(scope):
                page = FileResponse(self._page, headers=PAGE_HEADERS)
                await self._packed(page)(scope, receive, send)
                return
            kind = media_type(accept)
            asked = await read_request(scope, receive)
            with spans.operation():
                answer = await self._answered(asked, scope["state"]["ctx"])
        except BadRequestError as error:
            await self._packed(_refusal(error, kind))(scope, receive, send)
            return
        await _send(answer, kind, scope, send)

    async def _answered(self, asked: GraphQLRequest, ctx: Ctx) -> Answer:
        short = self.graph.short
        found = None if short is None else await short.answer(asked, ctx)
        return Answer(_content(await self._execute(asked, ctx))) if found is None else found

    async def _stream(self, scope: Scope, receive: Receive) -> EventStream:
        """The operation's results as events. A mutation needs POST here as well."""
        trace.streams()
        asked = await read_request(scope, receive)
        asked = asked._replace(allowed=asked.allowed | {OperationType.SUBSCRIPTION})
        ctx: Ctx = scope["state"]["ctx"]
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


async def _send(answer: Answer, kind: str, scope: Scope, send: Send) -> None:
    """Send an answer. Only our own media type tells by the status what was never executed."""
    status = 200 if answer.is_executed or kind == JSON else 400
    body, told = answer.body.fitting(scope["headers"])
    headers = [(b"content-type", _TYPES[kind]), *told]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


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
    headers = {**error.headers, "Vary": "Accept", "Content-Type": _TYPES[kind].decode()}
    return Response(orjson.dumps(content), error.status, headers)
