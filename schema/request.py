"""A GraphQL request as it comes over HTTP, and what it may be answered in."""

import re
from typing import Any, NamedTuple

import orjson
from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect
from strawberry.types.graphql import OperationType

from kit.http import Receive, Scope, header_of
from kit.media_type import media_type_of

RESPONSE = "application/graphql-response+json"
JSON = "application/json"
_ACCEPTED = (RESPONSE, JSON)
_QUERIES = frozenset({OperationType.QUERY})
_ALL = frozenset({OperationType.QUERY, OperationType.MUTATION})
_ANY = "*/*"


class BadRequestError(Exception):
    """A request that is none, with the status and the headers to refuse it with."""

    def __init__(self, status: int, message: str, **headers: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = headers


class GraphQLRequest(NamedTuple):
    """One operation to execute, over a method that allows some kinds of operations."""

    query: str | None
    variables: dict[str, Any] | None
    operation_name: str | None
    extensions: dict[str, Any] | None
    allowed: frozenset[OperationType]


def media_type(accept: str) -> str:
    """The media type to answer in. Raises BadRequestError (406) when none of ours is accepted."""
    if not accept.strip() or accept == _ANY:
        return JSON
    wanted: dict[str, float] = {}
    for part in accept.split(","):
        found = media_type_of(part)
        if found.kind:
            wanted[found.kind] = _quality(found.rest)
    best, quality = JSON, 0.0
    for kind in (JSON, RESPONSE):
        given = wanted.get(kind, wanted.get("application/*", wanted.get("*/*", 0.0)))
        named = kind in wanted
        if given > quality or (given == quality and given > 0 and named and kind == RESPONSE):
            best, quality = kind, given
    if quality == 0:
        raise BadRequestError(406, f"The answer comes as {' or '.join(_ACCEPTED)}; accept one of them.")
    return best


def _quality(rest: str) -> float:
    found = re.search(r"(?:^|;)\s*q\s*=\s*([0-9.]+)", rest)
    try:
        return min(float(found[1]), 1.0) if found else 1.0
    except ValueError:
        return 1.0


async def read_request(scope: Scope, receive: Receive) -> GraphQLRequest:
    """Read a request. Raises BadRequestError that says what is accepted."""
    if scope["method"] == "GET":
        return _request(_of_query(QueryParams(scope["query_string"])), _QUERIES)
    if scope["method"] != "POST":
        raise BadRequestError(405, "GraphQL takes GET and POST.", Allow="GET, POST")
    _check_content_type(header_of(scope, b"content-type"))
    found = _json(await _body(receive), "The body")
    if isinstance(found, list):
        raise BadRequestError(400, "Batches are not taken; send one operation a request.")
    if not isinstance(found, dict):
        raise BadRequestError(400, "The body must be a JSON object that holds the query.")
    return _request(found, _ALL)


async def _body(receive: Receive) -> bytes:
    body: bytes = b""
    while (message := await receive())["type"] == "http.request":
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return body
    raise ClientDisconnect


def _check_content_type(given: str) -> None:
    if given == JSON:
        return
    found = media_type_of(given)
    if found.kind != JSON:
        raise BadRequestError(415, f"The body must be sent as Content-Type: {JSON}.", Accept=JSON)
    if not found.is_utf_8:
        raise BadRequestError(415, "The body must be in UTF-8.", Accept=f"{JSON}; charset=utf-8")


def _of_query(params: QueryParams) -> dict[str, Any]:
    found: dict[str, Any] = dict(params)
    for name in ("variables", "extensions"):
        if found.get(name):
            found[name] = _json(found[name], f"`{name}`")
        else:
            found.pop(name, None)
    return found


def _json(text: str | bytes, what: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        raise BadRequestError(400, f"{what} is not JSON in UTF-8, or nests too deeply.") from None


def _request(found: dict[str, Any], allowed: frozenset[OperationType]) -> GraphQLRequest:
    query = _of_kind(found, "query", str, "text")
    document_id = _of_kind(found, "documentId", str, "text")
    extensions = _of_kind(found, "extensions", dict, "an object")
    if document_id is not None:
        extensions = {**(extensions or {}), "persistedQuery": {"sha256Hash": document_id}}
    if query is None and "persistedQuery" not in (extensions or {}):
        raise BadRequestError(400, "`query` is required: the operation's text (or `documentId`).")
    return GraphQLRequest(
        query=query,
        variables=_of_kind(found, "variables", dict, "an object"),
        operation_name=_of_kind(found, "operationName", str, "text") or None,
        extensions=extensions,
        allowed=allowed,
    )


def _of_kind(found: dict[str, Any], name: str, kind: type, noun: str) -> Any:
    value = found.get(name)
    if value is not None and not isinstance(value, kind):
        raise BadRequestError(400, f"`{name}` must be {noun}.")
    return value
