"""Every request has an id: the caller sees it in the answer's headers, the log has it on each line.

What nobody caught ends here: logged once under that id, and answered without its inside.
"""

import itertools
import os
import re
import uuid
from contextvars import ContextVar
from typing import Any

import structlog
from structlog import contextvars

from kit.http import Asgi, Headers, Message, Receive, Scope, Send, refuse

HEADER = "X-Request-Id"
_NAME = HEADER.lower().encode()
_SANE = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_OURS = os.urandom(10).hex()
_COUNT = itertools.count(1)
log = structlog.get_logger()


def _variable() -> ContextVar[Any]:
    """What structlog adds to every line as `request_id`, found once rather than by name with each request."""
    tokens = contextvars.bind_contextvars(request_id=None)
    contextvars.reset_contextvars(**tokens)
    return tokens["request_id"].var


_CURRENT = _variable()


def current() -> str:
    """The id of the request that is being answered; outside one, a new id."""
    number = _CURRENT.get()
    return number if isinstance(number, str) else uuid.uuid4().hex


class RequestId:
    """Takes the caller's `X-Request-Id` where it is a plain word, else makes one; the answer carries it.

    `told` are headers that every answer carries besides.
    """

    def __init__(self, app: Asgi, told: Headers = ()) -> None:
        self._app = app
        self._told = (*told,)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        given = dict(scope["headers"]).get(_NAME, b"")
        number = given.decode() if _SANE.fullmatch(given) else f"{_OURS}{next(_COUNT):012x}"

        answer = _Answer(send, number, self._told)
        token = _CURRENT.set(number)
        try:
            await self._caught(scope, receive, answer)
        finally:
            _CURRENT.reset(token)
        return None

    async def _caught(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        try:
            await self._app(scope, receive, answer)
        except Exception:
            if answer.ended:
                return
            log.exception("unexpected error", path=scope["path"])
            if answer.started or scope["type"] != "http":
                raise
            await refuse(
                scope,
                answer,
                500,
                "Internal server error",
                fault(answer.number),
                requestId=answer.number,
            )


def fault(number: str) -> str:
    """What the caller is told of a fault of ours."""
    return f"Something went wrong on our side. The log has it under {number}."


class _Answer:
    """Sends an answer with the request's id. One that has ended was logged by whoever made it of an error."""

    def __init__(self, send: Send, number: str, told: tuple[tuple[bytes, bytes], ...]) -> None:
        self._send = send
        self._told = told
        self.number = number
        self.started = self.ended = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            name = (_NAME, self.number.encode())
            message = {**message, "headers": [*message.get("headers", ()), *self._told, name]}
        elif message["type"] == "http.response.body":
            self.ended = not message.get("more_body", False)
        await self._send(message)
