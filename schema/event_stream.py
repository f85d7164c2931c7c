"""Server-sent events, as graphql-sse has them in its mode of distinct connections: a request an operation."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, suppress
from typing import Any

import orjson
from starlette.types import Receive, Scope, Send
from strawberry.types.execution import ExecutionResult

KIND = "text/event-stream"

_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache, no-transform"),
    (b"x-accel-buffering", b"no"),
    (b"vary", b"Accept"),
]
_HEARTBEAT = b": ping\n\n"
_COMPLETE = b"event: complete\ndata: \n\n"


def accepts_stream(accept: str) -> bool:
    """Whether a client asks for a stream of events."""
    accepted = accept.lower()
    return KIND in accepted and any(part.split(";")[0].strip() == KIND for part in accepted.split(","))


class EventStream:
    """Answers with the results of an operation, one event each, with a sign of life in between.

    `heartbeat`: seconds of silence after which it comes; `patience`: seconds a client may take for one.
    """

    def __init__(
        self,
        results: AsyncIterator[Any],
        content: Callable[[ExecutionResult], dict[str, Any]],
        *,
        heartbeat: float,
        patience: float,
    ) -> None:
        self._results = results
        self._content = content
        self._heartbeat = heartbeat
        self._patience = patience

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
        telling = asyncio.ensure_future(self._tell(send))
        leaving = asyncio.ensure_future(_left(receive))
        try:
            await asyncio.wait((telling, leaving), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (telling, leaving):
                task.cancel()
            with suppress(asyncio.CancelledError):
                await leaving
            with suppress(asyncio.CancelledError, TimeoutError, OSError):
                await telling

    async def _tell(self, send: Send) -> None:
        async with aclosing(self._results) as results:  # type: ignore[type-var]
            following = asyncio.ensure_future(anext(results, None))
            try:
                while True:
                    done, _ = await asyncio.wait((following,), timeout=self._heartbeat)
                    if not done:
                        await self._send(send, _HEARTBEAT)
                        continue
                    result = following.result()
                    if result is None:
                        break
                    await self._send(send, b"event: next\ndata: " + _written(self._content(result)) + b"\n\n")
                    following = asyncio.ensure_future(anext(results, None))
            finally:
                following.cancel()
                with suppress(asyncio.CancelledError):
                    await following
        await self._send(send, _COMPLETE, more=False)

    async def _send(self, send: Send, body: bytes, *, more: bool = True) -> None:
        async with asyncio.timeout(self._patience):
            await send({"type": "http.response.body", "body": body, "more_body": more})


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _written(content: dict[str, Any]) -> bytes:
    return orjson.dumps(content, default=str)
