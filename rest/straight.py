"""The short way to an endpoint: what is read most often does not pay for the framework's work on a request.

A GET whose parameters are plain, known, named once and valid goes to its endpoint directly. Every other one
goes the long way, through the framework, and is answered or refused there.
"""

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Annotated, Any, get_args, get_origin, get_type_hints
from urllib.parse import parse_qsl

from fastapi import FastAPI, params
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from kit import trace
from kit.http import Asgi, Receive, Scope, Send
from rest.caching import CacheHeaders, tagged
from rest.kept import Kept
from rest.values import CONTEXT

_PLAIN = re.compile(rb"[A-Za-z0-9_.~:=&%+-]*")
_LONGEST, _REMEMBERED = 200, 10_000
Endpoint = Callable[..., Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class _Parameter:
    """A parameter of an endpoint: its name there and to the caller, and what checks it."""

    name: str
    alias: str
    check: TypeAdapter[Any]
    default: Any

    @property
    def is_required(self) -> bool:
        return self.default is inspect.Parameter.empty


@dataclass(frozen=True, slots=True)
class _Way:
    """An endpoint and how its arguments are found in a request."""

    endpoint: Endpoint
    template: str
    path: re.Pattern[str]
    parameters: Mapping[str, _Parameter]
    context: str
    request: str | None

    def values(self, path: str, query: bytes) -> dict[str, Any] | None:
        """The arguments; None for a request that this is not the way for, or that is not plain and valid."""
        match = self.path.match(path)
        if match is None or not _PLAIN.fullmatch(query):
            return None
        given = [*match.groupdict().items(), *parse_qsl(query.decode("ascii"), keep_blank_values=True)]
        found: dict[str, Any] = {}
        for alias, text in given:
            parameter = self.parameters.get(alias)
            if parameter is None or parameter.name in found or not text.isprintable():
                return None
            try:
                found[parameter.name] = parameter.check.validate_python(text)
            except ValidationError:
                return None
        for each in self.parameters.values():
            if each.name not in found:
                if each.is_required:
                    return None
                found[each.name] = each.default
        return found

    async def go(self, scope: Scope, values: Mapping[str, Any]) -> Response:
        """The endpoint's answer."""
        given = {**values, self.context: scope["state"]["ctx"]}
        if self.request is not None:
            given[self.request] = Request(scope)
        return await self.endpoint(**given)


class Straight:
    """Takes plain requests to the endpoints that answer with a `Response`, and all others to `app`.

    `rest` is the application whose endpoints these are, as `make_rest` makes it; `faces` answer all of
    their path's requests by themselves. `packed` has answers packed: all but those of faces and those that
    are `Kept`, which see to it themselves.
    """

    def __init__(
        self, app: Asgi, rest: FastAPI, faces: Mapping[str, Asgi], packed: Callable[[Asgi], Asgi]
    ) -> None:
        self._app = packed(app)
        self._packed = packed
        self._faces = {**faces}
        self._handlers: dict[Any, Any] = {
            kind: handler for kind, handler in rest.exception_handlers.items() if kind is not Exception
        }
        routes = (each for each in rest.state.routes if isinstance(each, APIRoute))
        self._ways = [way for each in routes if (way := _way(each))]

        self._find = lru_cache(_REMEMBERED)(self._search)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        face = self._faces.get(scope["path"])
        if face is not None:
            return await face(scope, receive, send)
        if scope["method"] == "GET":
            path, query = scope["path"], scope["query_string"]
            short = len(path) + len(query) <= _LONGEST
            if short and (found := self._find(path, query)) is not None:
                response = await self._answer(found, scope)
                if isinstance(response, Kept):
                    return await response.send(scope, send, tagged(scope["state"]["etag"]))
                return await self._packed(CacheHeaders(response))(scope, receive, send)
        return await self._app(scope, receive, send)

    def _search(self, path: str, query: bytes) -> tuple[_Way, dict[str, Any]] | None:
        for way in self._ways:
            values = way.values(path, query)
            if values is not None:
                return way, values
        return None

    async def _answer(self, found: tuple[_Way, dict[str, Any]], scope: Scope) -> Response:
        way, values = found
        trace.named(way.template)
        try:
            return await way.go(scope, values)
        except Exception as error:
            known = (self._handlers[each] for each in type(error).__mro__ if each in self._handlers)
            handler = next(known, None)
            if handler is None:
                raise
            response: Response = await handler(Request(scope), error)
            return response


def _way(route: APIRoute) -> _Way | None:
    """The short way to a route; None for one that takes more, or leaves its answer to be written."""
    hints = get_type_hints(route.endpoint, include_extras=True)
    if route.methods != {"GET"} or hints.get("return") is not Response:
        return None
    parameters, context, request = {}, None, None
    for name, parameter in inspect.signature(route.endpoint).parameters.items():
        hint = hints[name]
        if hint is Request:
            request = name
            continue
        marks = get_args(hint)[1:] if get_origin(hint) is Annotated else ()
        if CONTEXT in marks:
            context = name
            continue
        mark = next((each for each in marks if isinstance(each, (params.Path, params.Query))), None)
        if mark is None:
            return None
        alias = mark.alias or name
        parameters[alias] = _Parameter(name, alias, TypeAdapter(hint), parameter.default)
    if context is None:
        return None
    return _Way(route.endpoint, route.path, route.path_regex, parameters, context, request)
