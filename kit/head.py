"""HEAD is answered as GET is, without the body: a caller may ask for the headers of whatever can be read."""

from kit.http import Asgi, Message, Receive, Scope, Send

_BELOW = "/api/"


class Head:
    """Turns HEAD of the REST paths into GET and keeps the body back."""

    def __init__(self, app: Asgi) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD" or not scope["path"].startswith(_BELOW):
            return await self._app(scope, receive, send)

        async def without_body(message: Message) -> None:
            if message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        return await self._app({**scope, "method": "GET"}, receive, without_body)
