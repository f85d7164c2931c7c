"""Guards in front of the API, as plain ASGI: the size of bodies, and who may reach an open API."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

import orjson

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
BODY_LIMIT = 1_048_576
GRAPH = "/graphql"
GRAPH_TYPE = b"application/graphql-response+json"
CODES = {400: "BAD_REQUEST", 403: "FORBIDDEN", 500: "INTERNAL"}


def is_loopback(host: str) -> bool:
    """Whether an address or a Host header's value names this machine's loopback."""
    return (urlsplit(f"//{host}").hostname if not host.count(":") > 1 or "[" in host else host) in LOOPBACK


class LoopbackOnly:
    """Answers requests that were sent to loopback, from no other origin.

    An API open to everyone on the machine must not be open to every page its user visits: a page elsewhere
    may reach it by a name that resolves to 127.0.0.1, or send it a form.
    """

    def __init__(self, app: Asgi) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        headers = dict(scope["headers"])
        host = headers.get(b"host", b"").decode("latin-1")
        origin = headers.get(b"origin", b"").decode("latin-1")
        foreign = bool(origin) and not _loopback_origin(origin)
        if scope["type"] == "http" and (foreign or not is_loopback(host)):
            what = f"origin {origin}" if foreign else f"host {host}"
            details = f"The API is open on this machine only; {what} is not accepted."
            return await refuse(scope, send, 403, "Forbidden", details)
        if scope["type"] == "websocket" and (foreign or not is_loopback(host)):
            return await send({"type": "websocket.close", "code": 4403})
        return await self._app(scope, receive, send)


class BodyLimit:
    """Answers 413 to a body larger than the limit, without reading more of it."""

    def __init__(self, app: Asgi, limit: int = BODY_LIMIT) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        body = bytearray()
        more = True
        while more:
            message = await receive()
            if message["type"] != "http.request":
                return None
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self._limit:
                details = f"The body is larger than {self._limit} bytes."
                return await refuse(scope, send, 413, "Body too large", details)
        return await self._app(scope, _replay(bytes(body), receive), send)


def _replay(body: bytes, receive: Receive) -> Receive:
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replayed() -> Message:
        return messages.pop() if messages else await receive()

    return replayed


def _loopback_origin(origin: str) -> bool:
    return urlsplit(origin).hostname in LOOPBACK


async def refuse(scope: Scope, send: Send, status: int, error: str, details: str, **extensions: str) -> None:
    """Answer a request that goes no further: to the graph's callers in its own form, to others in REST's.

    `extensions` are told to the graph's callers beside the error's code.
    """
    content: dict[str, object] = {"success": False, "error": error, "details": details}
    kind = b"application/json"
    if scope["path"] == GRAPH:
        code = CODES.get(status, CODES[400])
        content = {"errors": [{"message": details, "extensions": {"code": code, **extensions}}]}
        if GRAPH_TYPE in dict(scope["headers"]).get(b"accept", b""):
            kind = GRAPH_TYPE + b"; charset=utf-8"
    body = orjson.dumps(content)
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
