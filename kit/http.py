"""Guards in front of the API, as plain ASGI: the size of bodies, and who may reach an open API."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Generator, Iterable, Mapping, MutableMapping
from datetime import UTC, datetime
from functools import lru_cache, partial
from inspect import isawaitable
from types import coroutine
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import orjson

from kit.media_type import media_type_of

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Scope, Receive, Send], Awaitable[None]]

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
BODY_LIMIT = 1_048_576
BODY_WITHIN = 60.0
"""Seconds in which a body has to be there."""
GRAPH = "/graphql"
GRAPH_TYPE = b"application/graphql-response+json"
CODES = {
    400: "BAD_REQUEST",
    401: "UNAUTHENTICATED",
    403: "FORBIDDEN",
    429: "RATE_LIMITED",
    500: "INTERNAL",
    503: "UNAVAILABLE",
}
Headers = Iterable[tuple[bytes, bytes]]
_BODY = frozenset({b"content-length", b"transfer-encoding"})
_TELLING = frozenset({"1.0", "1.1"})
"""Versions in which a request without these has no body."""
_CLOSE = ((b"connection", b"close"),)
_PUBLIC = frozenset({"/", "/health", "/docs", "/metrics", "/openapi.json"})
HOOKS = "/hooks/"
"""Below it other systems call, who prove themselves by a secret of each hook's."""
_PUBLIC_BELOW = ("/health/", "/docs/", "/static/")


@lru_cache(64)
def is_loopback(host: str) -> bool:
    """Whether an address or a Host header's value names this machine's loopback."""
    return (urlsplit(f"//{host}").hostname if not host.count(":") > 1 or "[" in host else host) in LOOPBACK


class OriginGuard:
    """Answers no request or socket that `refusal` has a reason against. `origins` are those accepted."""

    def __init__(self, app: Asgi, origins: Collection[str] = ()) -> None:
        self._app = app
        self._origins = frozenset(origins)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        details = self.refusal(header_of(scope, b"host"), header_of(scope, b"origin"))
        if details is None:
            return await self._app(scope, receive, send)
        if scope["type"] == "websocket":
            return await send({"type": "websocket.close", "code": 4403})
        return await refuse(scope, send, 403, "Forbidden", details)

    def refusal(self, host: str, origin: str) -> str | None:
        """What is said against a request to a host from a page of an origin, empty where it is of none."""
        raise NotImplementedError


class LoopbackOnly(OriginGuard):
    """Answers requests that were sent to loopback, from no other origin than those named.

    An API open to everyone on the machine must not be open to every page its user visits: a page elsewhere
    may reach it by a name that resolves to 127.0.0.1, or send it a form.
    """

    def refusal(self, host: str, origin: str) -> str | None:
        foreign = bool(origin) and origin not in self._origins and not _loopback_origin(origin)
        if not foreign and is_loopback(host):
            return None
        what = f"origin {origin}" if foreign else f"host {host}"
        return f"The API is open on this machine only; {what} is not accepted."


class SameOrigin(OriginGuard):
    """Answers no page of another origin than the API's own and those named.

    Callers prove who they are, so the host that they name does not matter. A page elsewhere has nobody's
    credentials; refusing it keeps it from trying, over sockets as over requests.
    """

    def refusal(self, host: str, origin: str) -> str | None:
        own = origin.partition("://")[2].lower() == host.lower()
        if not origin or origin in self._origins or own:
            return None
        return f"Pages of {origin[:100]} are not accepted; CDP_CORS_ORIGINS names those that are."


class BodyLimit:
    """Answers 413 to a body larger than the limit, and 408 to one that takes long, and reads no more of it.

    The connection is closed then: what is still to come is not waited for. `streams` are paths and the media
    type of bodies that are read there as they come in, whatever their size.
    """

    def __init__(
        self,
        app: Asgi,
        limit: int = BODY_LIMIT,
        streams: Mapping[str, str] | None = None,
        seconds: float = BODY_WITHIN,
    ) -> None:
        self._app = app
        self._limit = limit
        self._seconds = seconds
        self._streams = streams or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not _has_body(scope) or is_stream(scope, self._streams):
            return await self._app(scope, receive, send)
        try:
            body = await self._whole(receive)
        except TimeoutError:
            details = f"The body did not come within {self._seconds:g} seconds."
            return await refuse(scope, send, 408, "Request timeout", details, _CLOSE)
        if body is None:
            return None
        if len(body) > self._limit:
            details = f"The body is larger than {self._limit} bytes."
            return await refuse(scope, send, 413, "Body too large", details, _CLOSE)
        return await self._app(scope, replayed(bytes(body), receive), send)

    async def _whole(self, receive: Receive) -> bytes | bytearray | None:
        """The body, or what shows it to be too large; None for a caller who has gone."""
        given: Any = receive()
        try:
            awaited = given.send(None)
        except StopIteration as there:
            # Mostly a body comes with its head, and a timer costs more than reading it.
            if not there.value.get("more_body", False):
                return _body(there.value)
            return await self._joined(there.value, receive)
        return await self._joined(_rest(given, awaited), receive)

    async def _joined(
        self, first: Message | Awaitable[Message], receive: Receive
    ) -> bytes | bytearray | None:
        body = bytearray()
        async with asyncio.timeout(self._seconds):
            message = await first if isawaitable(first) else first
            while (part := _body(message)) is not None:
                body += part
                if len(body) > self._limit or not message.get("more_body", False):
                    return body
                message = await receive()
        return None


def _body(message: Message) -> bytes | None:
    found: bytes = message.get("body", b"")
    return found if message["type"] == "http.request" else None


@coroutine
def _rest(begun: Generator[Any, Any, Message], awaited: Any) -> Generator[Any, Any, Message]:
    """What a coroutine comes to that waits for something already."""
    while True:
        try:
            sent = yield awaited
        except BaseException as error:
            step = partial(begun.throw, error)
        else:
            step = partial(begun.send, sent)
        try:
            awaited = step()
        except StopIteration as ended:
            found: Message = ended.value
            return found


def _has_body(scope: Scope) -> bool:
    """Whether a body comes with a request, as HTTP tells it: by its length, or in pieces."""
    for name, _ in scope["headers"]:
        if name in _BODY:
            return True
    return scope["http_version"] not in _TELLING


def header_of(scope: Scope, name: bytes) -> str:
    """The first header of a name in lower case, as text; empty where there is none."""
    return value_of(scope, name).decode("latin-1")


def value_of(scope: Scope, name: bytes) -> bytes:
    """The first header of a name in lower case, as it came; empty where there is none."""
    for each, value in scope["headers"]:
        if each == name:
            found: bytes = value
            return found
    return b""


def is_stream(scope: Scope, streams: Mapping[str, str]) -> bool:
    """Whether a request's body is of the media type that its path reads as it comes in."""
    kind = streams.get(scope["path"])
    return kind is not None and media_type_of(header_of(scope, b"content-type")).kind == kind


def replayed(body: bytes, receive: Receive) -> Receive:
    """What gives a body that was read already, and then what else comes."""
    messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def given() -> Message:
        return messages.pop() if messages else await receive()

    return given


def _loopback_origin(origin: str) -> bool:
    return urlsplit(origin).hostname in LOOPBACK


def asks_for_page(scope: Scope) -> bool:
    """Whether a browser opens the graph's page, rather than asks the graph something."""
    if scope["path"] != GRAPH or scope["type"] != "http" or scope["method"] != "GET":
        return False
    asked = {name for name, _ in parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)}
    return not asked & {"query", "documentId"} and "text/html" in header_of(scope, b"accept")


def is_public(scope: Scope) -> bool:
    """Whether a request is for a page, a document or the state of health, which everyone may have.

    The measures have a guard of their own.
    """
    path = scope["path"]
    return path in _PUBLIC or path.startswith(_PUBLIC_BELOW) or asks_for_page(scope)


def moment() -> str:
    """Now in ISO 8601 in UTC with milliseconds and Z, by which a fault is found in the log."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


async def refuse(
    scope: Scope,
    send: Send,
    status: int,
    error: str,
    details: str,
    headers: Headers = (),
    **extensions: object,
) -> None:
    """Answer a request that goes no further: to the graph's callers in its own form, to others in REST's.

    `extensions` are told to the graph's callers beside the error's code. The handshake of a socket is refused
    with the same answer where the server can send one.
    """
    kind, body = _refusal(scope, status, error, details, extensions)
    told = [(b"content-type", kind), (b"content-length", str(len(body)).encode()), *headers]
    prefix = ""
    if scope["type"] == "websocket":
        if "websocket.http.response" not in scope.get("extensions", {}):
            return await send({"type": "websocket.close", "code": 4000 + status, "reason": error})
        prefix = "websocket."
    await send({"type": f"{prefix}http.response.start", "status": status, "headers": told})
    return await send({"type": f"{prefix}http.response.body", "body": body})


def _refusal(
    scope: Scope, status: int, error: str, details: str, extensions: dict[str, object]
) -> tuple[bytes, bytes]:
    """The media type and the body of a refusal."""
    if scope["path"] != GRAPH:
        what = {"timestamp": moment()} if status == 500 else {"details": details}
        return b"application/json", orjson.dumps({"success": False, "error": error, **what})
    code = CODES.get(status, CODES[400])
    body = orjson.dumps({"errors": [{"message": details, "extensions": {"code": code, **extensions}}]})
    if scope["type"] == "http" and GRAPH_TYPE in value_of(scope, b"accept"):
        return GRAPH_TYPE + b"; charset=utf-8", body
    return b"application/json", body
