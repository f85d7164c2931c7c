"""GraphQL over WebSocket by the protocol graphql-transport-ws, within bounds."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, suppress
from typing import Any

import orjson
from graphql import GraphQLError
from starlette.websockets import WebSocket, WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import NonJsonMessageReceived, NonTextMessageReceived, WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import (
    BaseGraphQLTransportWSHandler,
    Operation,
)
from strawberry.subscriptions.protocols.graphql_transport_ws.types import ConnectionInitMessage, PingMessage
from strawberry.types.graphql import OperationType

from kit import credentials, trace
from kit.errors import OverloadedError, UnauthenticatedError, UnavailableError
from kit.rate_limit.meter import METER, Meter
from resolvers.access import Access
from resolvers.access.access import OVER
from resolvers.context import NOBODY, Ctx
from schema.deliveries import results
from schema.request import GraphQLRequest

MOST_OPERATIONS = 50
"""Of one socket at a time."""
INIT_WITHIN = 5.0
"""Seconds in which a socket must send connection_init."""

_PAYLOAD: dict[str, tuple[type, ...]] = {
    "query": (str, type(None)),
    "variables": (dict, type(None)),
    "operationName": (str, type(None)),
    "extensions": (dict, type(None)),
}


class BoundedSocket(ASGIWebSocketAdapter):
    """A socket whose messages are bounded: in size those that come, in time those that go."""

    def __init__(self, view: Any, request: WebSocket, response: WebSocket) -> None:
        super().__init__(view, request, response)
        self._message_bytes: int = view.message_bytes
        self._patience: float = view.patience
        self._given_up = asyncio.Event()

    async def iter_json(self, *, ignore_parsing_errors: bool = False) -> AsyncGenerator[object, None]:
        most = self._message_bytes
        while (text := await self._text()) is not None:
            if len(text.encode()) > most:
                await self.close(1009, f"A message may have at most {most} bytes")
                return
            try:
                yield orjson.loads(text)
            except orjson.JSONDecodeError:
                raise NonJsonMessageReceived from None

    async def _text(self) -> str | None:
        """The next message; None where no more comes, or the client was too slow to go on with it."""
        coming = asyncio.ensure_future(self.ws.receive_text())
        giving_up = asyncio.ensure_future(self._given_up.wait())
        try:
            await asyncio.wait((coming, giving_up), return_when=asyncio.FIRST_COMPLETED)
            return coming.result() if coming.done() else None
        except KeyError:
            raise NonTextMessageReceived from None
        except (WebSocketDisconnect, RuntimeError):
            return None
        finally:
            for each in (coming, giving_up):
                each.cancel()

    async def send_json(self, message: Mapping[str, object]) -> None:
        """Send. Who takes longer for it than it may loses the socket, with all its operations."""
        try:
            async with asyncio.timeout(self._patience):
                await self.ws.send_text(orjson.dumps(message, default=str).decode())
        except TimeoutError:
            await self.end(1013, "Too slow (lagged): connect anew and go on from the last cursor")
            raise WebSocketDisconnected from None
        except (WebSocketDisconnect, RuntimeError) as error:
            raise WebSocketDisconnected from error

    async def end(self, code: int, reason: str) -> None:
        """Close, and read no more, whether or not the client takes notice."""
        await self.close(code, reason)
        self._given_up.set()

    async def close(self, code: int, reason: str) -> None:
        """Close, if it is open still and takes it within a second."""
        with suppress(RuntimeError, WebSocketDisconnect, TimeoutError):
            async with asyncio.timeout(1):
                await self.ws.close(code, reason)


class GraphQLSocket(BaseGraphQLTransportWSHandler[Ctx, None]):
    """One socket. Each operation has a context of its own, so that none waits for another's.

    Who has not said by a header who they are says so with connection_init. When their credentials are no
    longer good the socket is closed with 4403, upon which clients may come again with new ones.
    """

    _ending: "asyncio.Task[None] | None" = None

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        payload = message.get("payload", {})
        if not self._access.is_open and isinstance(payload, dict) and not self.connection_init_received:
            try:
                given = credentials.of_payload(payload)
                if given is not None or self.context.actor is NOBODY:
                    self.context.actor = await self._access.actor(given, self.context.db)
            except (UnauthenticatedError, UnavailableError) as error:
                await self.websocket.close(4403, _reason(error.message))
                return
            self._ending = asyncio.create_task(self._end_in_time())
        await super().handle_connection_init(message)

    async def shutdown(self) -> None:
        if self._ending is not None:
            self._ending.cancel()
            await asyncio.wait((self._ending,))
        await super().shutdown()

    @property
    def _access(self) -> Access:
        access: Access = self.view.access  # type: ignore[attr-defined]
        return access

    @property
    def _meter(self) -> Meter | None:
        if not isinstance(self.websocket, BoundedSocket):
            return None
        meter: Meter | None = self.websocket.ws.scope["state"].get(METER)
        return meter

    async def _end_in_time(self) -> None:
        await self._access.over(self.context.actor, self.context.db)
        if isinstance(self.websocket, BoundedSocket):
            await self.websocket.end(4403, OVER)

    async def handle_message(self, message: Any) -> None:
        if fault := _fault(message):
            await self.handle_invalid_message(fault)
            return
        if message["type"] == "connection_init" and message.get("payload") is None:
            message.pop("payload", None)
        if message["type"] != "subscribe":
            await super().handle_message(message)
        elif not self.connection_acknowledged:
            await self.websocket.close(4401, "Unauthorized")
        elif message["id"] in self.operations:
            await self.websocket.close(4409, f"Subscriber for {message['id'][:60]} already exists")
        else:
            await self._begin(message["id"], message["payload"])

    async def handle_ping(self, message: PingMessage) -> None:
        """Answer with what came along, by which some clients tell how long it took."""
        payload = message.get("payload")
        await self.send_message({"type": "pong"} if payload is None else {"type": "pong", "payload": payload})

    async def _begin(self, number: str, asked: dict[str, Any]) -> None:
        if len(self.operations) >= MOST_OPERATIONS:
            told = f"A socket may have {MOST_OPERATIONS} operations at a time; complete one, or open another."
            await self._refuse(number, told)
            return
        try:
            if (meter := self._meter) is not None:
                await meter.count()
        except OverloadedError as error:
            await self._refuse(number, error.message, retryAfter=error.retry_after)
            return
        request = GraphQLRequest(
            query=asked.get("query"),
            variables=asked.get("variables"),
            operation_name=asked.get("operationName"),
            extensions=asked.get("extensions"),
            allowed=frozenset(OperationType),
        )
        operation = Operation(self, number, request.query or "", request.variables, request.operation_name)
        operation.task = asyncio.create_task(self._run(operation, request))
        operation.task.add_done_callback(self._task_done)
        self.operations[number] = operation

    async def _refuse(self, number: str, told: str, **extensions: object) -> None:
        refused = GraphQLError(told, extensions={"code": OverloadedError.code, **extensions})
        await self.send_message({"id": number, "type": "error", "payload": [refused.formatted]})

    async def _run(self, operation: Operation[Ctx, None], request: GraphQLRequest) -> None:
        trace.begun_on_socket()
        try:
            async with (
                self.context.apart() as context,
                aclosing(results(self.schema, request, context)) as found,
            ):
                await self._send_result_stream(operation, found)
            await operation.send_operation_message({"id": operation.id, "type": "complete"})
        except WebSocketDisconnected:
            pass
        finally:
            self._forget(operation)

    def _forget(self, operation: Operation[Ctx, None]) -> None:
        if self.operations.get(operation.id) is operation:
            del self.operations[operation.id]

    @staticmethod
    def _get_pre_execution_close_reason(error: GraphQLError) -> None:
        """None: one wrong operation is told so, and does not end the others of its socket."""


def _reason(text: str) -> str:
    """A text as the reason of a close, which may have 123 bytes."""
    return text.encode()[:123].decode(errors="ignore")


def _fault(message: object) -> str | None:
    """What is wrong with the form of a message."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return "A message must be an object with a type"
    if message["type"] in ("subscribe", "complete") and not isinstance(message.get("id"), str):
        return "The message must have an id, a text"
    if message["type"] != "subscribe":
        return None
    asked = message.get("payload")
    if not isinstance(asked, dict) or not message["id"]:
        return "subscribe must have an id and a payload"
    wrong = [name for name, kinds in _PAYLOAD.items() if not isinstance(asked.get(name), kinds)]
    return f"{wrong[0]} in the payload is of the wrong kind" if wrong else None
