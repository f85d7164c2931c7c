"""Entity tags: an answer that a caller has already is not made again.

A tag is weak: an answer is the same for its reader whether it is packed or not, byte for byte or not.
"""

import re
from functools import lru_cache
from hashlib import blake2b
from importlib.metadata import version

from fastapi import Request
from starlette.responses import Response

from kit.http import Asgi, Message, Receive, Scope, Send

_FORM = version("cdp-api")
"""Another release may write the same figures otherwise."""
_TAG = re.compile(r'(?:W/)?"([^"]*)"')
_REVALIDATED = (b"cache-control", b"private, no-cache")
_NOT_KEPT = (b"cache-control", b"no-store")
_BELOW = "/api/"
_REMEMBERED = 4_096


class NotModifiedError(Exception):
    """The caller has the answer already."""


def unless_known(request: Request, *state: object) -> None:
    """Give the answer a tag made of the request and of the `state` that it depends on.

    Raises NotModifiedError, which becomes 304, where `If-None-Match` names that tag.
    """
    scope = request.scope
    told = (scope["path"], scope["query_string"], state)
    try:
        digest = _remembered(*told)
    except TypeError:
        digest = _digest(*told)
    scope["state"]["etag"] = f'W/"{digest}"'
    wanted = b",".join([value for name, value in scope["headers"] if name == b"if-none-match"]).decode(
        "latin-1"
    )
    if wanted and (wanted.strip() == "*" or digest in _TAG.findall(wanted)):
        raise NotModifiedError


def _digest(path: str, query: bytes, state: tuple[object, ...]) -> str:
    asked = (path, sorted(query.split(b"&")))
    return blake2b(repr((_FORM, asked, state)).encode(), digest_size=12).hexdigest()


_remembered = lru_cache(_REMEMBERED)(_digest)
"""The same of a state that can be looked up."""


async def not_modified(request: Request, error: Exception) -> Response:
    """The answer to who has it already."""
    return Response(status_code=304, headers={"Vary": "Accept-Encoding"})


def tagged(tag: str) -> list[tuple[bytes, bytes]]:
    """The headers of an answer that may be kept, if it is asked for again each time."""
    return [(b"etag", tag.encode()), _REVALIDATED]


class CacheHeaders:
    """Says of every answer whether it may be kept: one with a tag, if it is asked for again each time."""

    def __init__(self, app: Asgi) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(_BELOW):
            return await self._app(scope, receive, send)

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                tag = scope["state"].get("etag") if message["status"] in (200, 304) else None
                added = [_NOT_KEPT] if tag is None else tagged(tag)
                message = {**message, "headers": [*message.get("headers", ()), *added]}
            await send(message)

        return await self._app(scope, receive, told)
