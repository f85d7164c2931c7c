"""HEAD is answered as GET is, without the body: a caller may ask for the headers of whatever can be read."""

import asyncio

from kit.http import Asgi, Message, Receive, Scope, Send

_BELOW = "/api/"


class Head:
    """Turns HEAD of the REST paths into GET and keeps the body back."""

    def __init__(self, app: Asgi) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD" or not scope["path"].startswith(_BELOW):
            return await self._app(scope, receive, send)

        over = asyncio.Event()

        async def without_body(message: Message) -> None:
            if over.is_set():
                return
            if message["type"] == "http.response.body":
                message = {**message, "body": b"", "more_body": False}
                over.set()
            await send(message)

        return await self._app({**scope, "method": "GET"}, _until(over), without_body)


def _until(over: asyncio.Event) -> Receive:
    """An empty body; then, once the headers are told, that the caller is gone: a long answer ends there."""
    given = False

    async def received() -> Message:
        nonlocal given
        if not given:
            given = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await over.wait()
        return {"type": "http.disconnect"}

    return received
