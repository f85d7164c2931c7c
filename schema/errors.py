"""What a caller sees of an error: a code and a sentence of ours, never the inside of the system."""

import re
from typing import Any

import structlog
from graphql import GraphQLError
from strawberry.exceptions import MissingQueryError
from strawberry.schema.exceptions import CannotGetOperationTypeError, InvalidOperationTypeError

from kit import ids, request_id, trace
from kit.errors import CdpError, InvalidInputError, NotFoundError
from schema.names import camel, missing, spelled

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
        return _remade(error, *_told(original))
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
    number = trace.current()
    log.error("unexpected error", request_id=number, path=error.path, exc_info=original)
    return _remade(error, request_id.fault(number), {"code": "INTERNAL", "requestId": number})


def _told(error: CdpError) -> tuple[str, dict[str, Any]]:
    """The message and extensions of one of our own errors, in the names of the graph."""
    extensions: dict[str, Any] = {"code": error.code}
    if isinstance(error, NotFoundError) and error.kind:
        return missing(error.kind, ids.encode(error.kind, *error.key)), extensions
    if not isinstance(error, InvalidInputError):
        return error.message, extensions
    within = error.field.startswith("criteria")
    return spelled(error.message, error.field), {
        **extensions,
        "field": error.field if within else camel(error.field),
    }


def _remade(error: GraphQLError, message: str, extensions: dict[str, Any]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )
