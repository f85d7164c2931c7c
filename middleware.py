"""What every request and socket goes through on its way to a face, outermost first."""

from collections.abc import Callable, MutableMapping
from functools import partial
from typing import Any

from starlette.datastructures import Headers, MutableHeaders, State
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.responses import JSONResponse, Response
from starlette.staticfiles import StaticFiles

from connectors.exports import FORMATS
from kit import credentials
from kit.access_log import AccessLog
from kit.config import Settings
from kit.db import Database
from kit.encoding import LEVEL, WORTH_PACKING, takes_gzip
from kit.errors import UnauthenticatedError, UnavailableError
from kit.head import Head
from kit.http import (
    HOOKS,
    Asgi,
    BodyLimit,
    LoopbackOnly,
    Message,
    Receive,
    SameOrigin,
    Scope,
    Send,
    is_public,
    refuse,
)
from kit.metrics.metrics import Metrics
from kit.pages import PAGE_HEADERS
from kit.rate_limit.counts import Counts
from kit.rate_limit.middleware import HEADERS, RateLimit
from kit.request_id import HEADER, RequestId
from kit.trace import current
from resolvers.access import Access
from resolvers.audit.author import GRAPHQL, REST, Origin
from resolvers.context import NOBODY, OPEN, Actor, Ctx
from rest import LEFT_OUT, STREAMS

_METHODS = ("DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT")
_ASKED = (
    "Authorization",
    credentials.API_KEY,
    "If-None-Match",
    "Idempotency-Key",
    "Last-Event-ID",
    "Prefer",
    HEADER,
)
_TOLD = ("ETag", "Location", "Retry-After", "WWW-Authenticate", LEFT_OUT, *HEADERS, HEADER)
_PACKED = (FORMATS["parquet"].media_type,)
"""What is packed already, beside what is known to be."""


def stack_of(settings: Settings, counts: Counts, access: Access, metrics: Metrics) -> list[Middleware]:
    """The middleware of an application that counts its callers' requests in `counts`."""
    cors = Middleware(
        Cors,
        allow_origins=settings.origins,
        allow_methods=_METHODS,
        allow_headers=_ASKED,
        expose_headers=_TOLD,
    )
    rate = settings.rate
    return [
        Middleware(
            RequestId,
            requests=metrics.requests,
            access_log=AccessLog(settings.access_log),
            told=_told(settings),
        ),
        Middleware(LoopbackOnly if access.is_open else SameOrigin, origins=settings.origins),
        *([cors] if settings.origins else []),
        *(
            [Middleware(RateLimit, rate=rate, counts=counts, limited=metrics.requests.limited)]
            if rate
            else []
        ),
        Middleware(Head),
        Middleware(Authenticated, access=access),
        Middleware(BodyLimit, limit=settings.max_body_bytes, streams=STREAMS),
        Middleware(WithContext, settings=settings),
    ]


def packed(app: Asgi) -> "Packed":
    """An application whose answers are packed for who takes that."""
    excluded = (*DEFAULT_EXCLUDED_CONTENT_TYPES, *_PACKED)
    return Packed(app, minimum_size=WORTH_PACKING, compresslevel=LEVEL, exclude_content_types=excluded)


def _told(settings: Settings) -> list[tuple[bytes, bytes]]:
    """Headers of every answer."""
    https = [(b"strict-transport-security", b"max-age=%d" % settings.hsts_seconds)]
    return [(b"x-content-type-options", b"nosniff"), *(https if settings.hsts_seconds else [])]


def counts_of(settings: Settings) -> Counts:
    """Where requests are counted. Raises ConfigurationError if that needs what is not installed."""
    return Counts(settings.rate_limit_storage.get_secret_value())


class PageFiles(StaticFiles):
    """What pages load: scripts of workers are under the same policy as the page itself."""

    def file_response(self, *arguments: Any, **named: Any) -> Response:
        response = super().file_response(*arguments, **named)
        response.headers.update(PAGE_HEADERS)
        return response


class Cors(CORSMiddleware):
    """Starlette's, whose refusals come in the form of all others."""

    def preflight_response(self, request_headers: Headers) -> Response:
        response = super().preflight_response(request_headers)
        if response.status_code < 400:
            return response
        details = f"{bytes(response.body).decode()}."
        content = {"success": False, "error": "Forbidden", "details": details}
        kept = {name: value for name, value in response.headers.items() if not name.startswith("content-")}
        return JSONResponse(content, 403, kept)


class Packed(GZipMiddleware):
    """Starlette's gzip, but for callers who rule it out."""

    async def __call__(self, scope: MutableMapping[str, Any], receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        if takes_gzip(scope["headers"]):
            return await super().__call__(scope, receive, send)
        return await self.app(scope, receive, self._varied(send))

    def _varied(self, send: Send) -> Send:
        """Says of a plain answer that it would have been packed for others."""

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start" and self._would_pack(message):
                headers = [*message["headers"]]
                MutableHeaders(raw=headers).add_vary_header("Accept-Encoding")
                message = {**message, "headers": headers}
            await send(message)

        return told

    def _would_pack(self, start: Message) -> bool:
        headers = dict(start.get("headers", ()))
        small = int(headers.get(b"content-length", WORTH_PACKING)) < WORTH_PACKING
        if small or headers.get(b"vary") == b"Accept-Encoding":
            return False
        kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower().decode("latin-1")
        excluded = self.exclude_content_types
        packed = kind in excluded or f"{kind.partition('/')[0]}/*" in excluded
        return not (packed or b"content-encoding" in headers or start["status"] == 206)


class Authenticated:
    """Finds out who calls before anything is read of what they send.

    A socket may say so in its first message, since browsers send no headers with a handshake.
    """

    def __init__(self, app: Asgi, access: Access) -> None:
        self._app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        try:
            actor = await self._actor(scope)
        except UnauthenticatedError as error:
            asked = b'Bearer realm="cdp"' + (b', error="invalid_token"' if error.given else b"")
            headers = [(b"www-authenticate", asked)]
            return await refuse(scope, send, 401, "Unauthorized", error.message, headers)
        except UnavailableError as error:
            again = [(b"retry-after", b"%d" % error.retry_after)]
            return await refuse(scope, send, 503, "Service unavailable", error.message, again)
        scope.setdefault("state", {})["actor"] = actor
        return await self._app(scope, receive, send)

    async def _actor(self, scope: Scope) -> Actor:
        if self._access.is_open:
            return OPEN
        if is_public(scope) or scope["path"].startswith(HOOKS):
            return NOBODY
        given = credentials.of_headers(scope)
        if given is None and scope["type"] == "websocket":
            return NOBODY
        return await self._access.actor(given, scope["app"].state.database)


class WithContext:
    """Gives every request and socket its `Ctx`, the same way for both faces, and ends its transaction."""

    def __init__(self, app: Asgi, settings: Settings) -> None:
        self._app = app
        self._settings = settings
        self._of: Database | None = None
        self._made: Callable[..., Ctx] = Ctx

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        state = scope["app"].state
        database: Database = state.database
        if database is not self._of:
            self._of, self._made = database, self._making(state)
        reader, found = database.read(), scope["state"]
        ctx = found["ctx"] = self._made(actor=found["actor"], reader=reader, origin=_origin(scope))
        try:
            return await self._app(scope, receive, send)
        finally:
            ctx.forget()
            await reader.end()

    def _making(self, state: State) -> Callable[..., Ctx]:
        """What makes a `Ctx` of a caller and a reader, with all that is the same for each."""
        settings = self._settings
        return partial(
            Ctx,
            db=state.database,
            queue=state.queue,
            vault=state.vault,
            stale_after_hours=settings.stale_after_hours,
            process_wait_seconds=settings.process_wait_seconds,
            query_timeout_seconds=settings.query_timeout_seconds,
            notices=state.notices,
            vtex=state.vtex,
            intake=state.intake,
        )


def _origin(scope: Scope) -> Origin:
    client = scope.get("client")
    face = GRAPHQL if scope["path"] == "/graphql" else REST
    return Origin(face, client[0] if client else None, current())
