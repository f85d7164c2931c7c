"""What a caller sees of an error: a code and a sentence of ours, never the inside of the system."""

import re
from typing import Any

import structlog
from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from kit import request_id
from kit.errors import CdpError, InvalidInputError

log = structlog.get_logger()


_NOT_EXECUTABLE = (MissingQueryError, CannotGetOperationTypeError, InvalidOperationTypeError)
_SUGGESTION = re.compile(r" Did you mean [^?]*\?")
_ECHO = re.compile(r"(?:, found)?: [\[{].*[\]}]", re.DOTALL)
"""What was given, told back whole: it may be long, and hold credentials."""


def coded(error: GraphQLError, *, executed: bool) -> GraphQLError:
    """The error as the caller may see it: with an `extensions.code`, and no more about the schema than asked.

    What went wrong before the query was executed is the query's fault. Unexpected errors are hidden behind
    the request's id, which is in the log.
    """
    original = error.original_error
    if isinstance(original, CdpError):
        extensions: dict[str, Any] = {"code": original.code}
        if isinstance(original, InvalidInputError):
            extensions["field"] = original.field
        return _remade(error, original.message, extensions)
    if original is None or isinstance(original, GraphQLError):
        code = "BAD_USER_INPUT" if executed else "GRAPHQL_VALIDATION_FAILED"
        message = _ECHO.sub("", _SUGGESTION.sub("", error.message))
        return _remade(error, message, {"code": code, **(error.extensions or {})})
    if isinstance(original, _NOT_EXECUTABLE):
        return _remade(
            error,
            "Send an operation, and the name of one in `operationName` where there are several; "
            "a mutation needs POST.",
            {"code": "BAD_REQUEST"},
        )
    if isinstance(original, RecursionError) and not executed:
        return _remade(error, "The query is nested too deeply.", {"code": "GRAPHQL_VALIDATION_FAILED"})
    number = request_id.current()
    log.error("unexpected error", request_id=number, path=error.path, exc_info=original)
    return _remade(error, request_id.fault(number), {"code": "INTERNAL", "requestId": number})


def _remade(error: GraphQLError, message: str, extensions: dict[str, Any]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )
