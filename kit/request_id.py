"""Every request has an id: the caller sees it in the answer's headers, the log has it on each line."""

import re
import uuid
from contextvars import ContextVar

import structlog

from kit.http import Asgi, Message, Receive, Scope, Send

HEADER = "X-Request-Id"
_SANE = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_CURRENT: ContextVar[str | None] = ContextVar("request_id", default=None)


def current() -> str:
    """The id of the request that is being answered; outside one, a new id."""
    return _CURRENT.get() or uuid.uuid4().hex


class RequestId:
    """Takes the caller's `X-Request-Id` where it is a plain word, else makes one; the answer carries it."""

    def __init__(self, app: Asgi) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        given = dict(scope["headers"]).get(HEADER.lower().encode(), b"")
        number = given.decode() if _SANE.fullmatch(given) else uuid.uuid4().hex

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = [*message.get("headers", ()), (HEADER.lower().encode(), number.encode())]
                message = {**message, "headers": headers}
            await send(message)

        token = _CURRENT.set(number)
        try:
            with structlog.contextvars.bound_contextvars(request_id=number):
                await self._app(scope, receive, named)
        finally:
            _CURRENT.reset(token)
        return None
