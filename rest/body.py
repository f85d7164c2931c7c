"""Requests that no route should see: bodies that are not plain JSON, parameters given twice."""

from collections import Counter
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from fastapi import Request

from kit import strict_json
from kit.errors import InvalidInputError
from kit.http import Asgi, Headers, Receive, Scope, Send, is_stream, refuse, replayed
from kit.media_type import media_type_of
from kit.unset import UNSET

JSON = "application/json"
_WITH_BODY = frozenset({"DELETE", "PATCH", "POST", "PUT"})
_INVALID = "Invalid request parameters"
_PARSED = "json"
_UNSUPPORTED = "Unsupported media type"


def parsed(request: Request) -> Any:
    """The value of a request's body. Raises InvalidInputError where there is none."""
    found = request.scope["state"].get(_PARSED, UNSET)
    if found is UNSET:
        raise InvalidInputError("body", "The body is empty; JSON is accepted")
    return found


class _RefusedError(Exception):
    def __init__(self, status: int, error: str, details: str, headers: Headers = ()) -> None:
        super().__init__(details)
        self.status, self.error, self.details, self.headers = status, error, details, headers


class StrictRequests:
    """Answers 400 or 415 in the documented form to what cannot be meant; passes on an empty body as none.

    Bodies of `streams`, paths and their media type, are left to whoever reads them as they come in.
    """

    def __init__(self, app: Asgi, streams: Mapping[str, str]) -> None:
        self._app = app
        self._streams = streams

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        try:
            _check_query(scope["query_string"])
            if scope["method"] in _WITH_BODY and not is_stream(scope, self._streams):
                receive = await _read(scope, receive)
        except _RefusedError as error:
            return await refuse(scope, send, error.status, error.error, error.details, error.headers)
        return await self._app(scope, receive, send)


def _check_query(query: bytes) -> None:
    if not query:
        return
    given = parse_qsl(query.decode("latin-1"), keep_blank_values=True)
    for name, times in Counter(name for name, _ in given).items():
        if times > 1:
            raise _RefusedError(400, _INVALID, f"{name[:60]} is given {times} times; give it once")
    for name, value in given:
        if "\0" in name + value:
            shown = name[:60].replace("\0", "")
            raise _RefusedError(400, _INVALID, f"{shown} holds the character NUL, which is not accepted")


async def _read(scope: Scope, receive: Receive) -> Receive:
    """Check a body, and give what a route reads it from."""
    body = await _whole(receive)
    if body.strip():
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        _check_form(headers)
        try:
            scope["state"][_PARSED] = strict_json.parse(body)
        except InvalidInputError as error:
            raise _RefusedError(400, _INVALID, error.message) from None
    else:
        body = b""
    return replayed(body, receive)


def _check_form(headers: dict[bytes, str]) -> None:
    if (encoding := headers.get(b"content-encoding", "identity").strip().lower()) not in ("", "identity"):
        raise _RefusedError(
            415,
            _UNSUPPORTED,
            f"Content-Encoding {encoding[:60]} is not accepted; send the body as it is",
            [(b"accept-encoding", b"identity")],
        )
    given = media_type_of(headers.get(b"content-type", ""))
    is_json = given.kind == JSON or (given.kind.startswith("application/") and given.kind.endswith("+json"))
    if not is_json or not given.is_utf_8:
        what = "in UTF-8" if is_json else f"as Content-Type: {JSON}"
        raise _RefusedError(415, _UNSUPPORTED, f"The body must be sent {what}", [(b"accept", JSON.encode())])


async def _whole(receive: Receive) -> bytes:
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] != "http.request":
            break
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return bytes(body)
