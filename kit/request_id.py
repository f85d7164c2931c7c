"""Every request has an id: the caller sees it in the answer's headers, the log has it on each line.

What nobody caught ends here: logged once under that id, and answered without its inside.
"""

import itertools
import os
import re
import time

import structlog

from kit import spans
from kit.access_log import AccessLog
from kit.http import Asgi, Headers, Message, Receive, Scope, Send, refuse, value_of
from kit.metrics.requests import Requests
from kit.trace import CURRENT, SOCKET, Trace, face_of

HEADER = "X-Request-Id"
_NAME = HEADER.lower().encode()
_SANE = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_OURS = os.urandom(10).hex()
_COUNT = itertools.count(1)
_SWITCHED, _NO_ANSWER = 101, 499
"""Statuses of what is no answer: a socket, and a caller who left before there was one."""
log = structlog.get_logger()


class RequestId:
    """Takes the caller's `X-Request-Id` where it is a plain word, else makes one; the answer carries it.

    `told` are headers that every answer carries besides. What became of the request is told to `requests` and
    to `access_log`.
    """

    def __init__(self, app: Asgi, requests: Requests, access_log: AccessLog, told: Headers = ()) -> None:
        self._app = app
        self._requests = requests
        self._access_log = access_log
        self._told = (*told,)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        given = value_of(scope, _NAME)
        number = given.decode() if given and _SANE.fullmatch(given) else f"{_OURS}{next(_COUNT):012x}"

        trace = Trace(number, face_of(scope["path"], scope["type"]))
        answer = _Answer(send, number, self._told)
        before = CURRENT.set(trace)
        began = time.perf_counter()
        if trace.face == SOCKET:
            self._requests.socket(1)
        try:
            if spans.is_on():
                with spans.request(trace, scope.get("method", "SOCKET")):
                    await self._caught(scope, receive, answer)
            else:
                await self._caught(scope, receive, answer)
        finally:
            seconds = time.perf_counter() - began
            self._requests.seen(trace, answer.status, seconds)
            self._access_log.seen(trace, scope.get("method", "GET"), answer.status, seconds)
            if trace.face == SOCKET:
                self._requests.socket(-1)
            CURRENT.reset(before)
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
        self.status = _NO_ANSWER

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            self.status = message["status"]
            name = (_NAME, self.number.encode())
            message = {**message, "headers": [*message.get("headers", ()), *self._told, name]}
        elif message["type"] == "http.response.body":
            self.ended = not message.get("more_body", False)
        elif message["type"] == "websocket.accept":
            self.status = _SWITCHED
        elif message["type"] == "websocket.http.response.start":
            self.status = message["status"]
        await self._send(message)
