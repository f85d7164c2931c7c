"""What a caller sees of an error: a code and a sentence of ours, never the inside of the system."""

import uuid
from collections.abc import Iterator
from typing import Any

import structlog
from graphql import ExecutionResult, GraphQLError
from strawberry.extensions import SchemaExtension

from kit.errors import CdpError, InvalidInputError

log = structlog.get_logger()


class CodedErrors(SchemaExtension):
    """Gives every error an `extensions.code`, and hides unexpected ones behind an id that is in the log."""

    def on_operation(self) -> Iterator[None]:
        yield
        result = self.execution_context.result
        if isinstance(result, ExecutionResult) and result.errors:
            result.errors = [coded(error) for error in result.errors]


def coded(error: GraphQLError) -> GraphQLError:
    """The error as the caller may see it."""
    original = error.original_error
    if isinstance(original, CdpError):
        extensions: dict[str, Any] = {"code": original.code}
        if isinstance(original, InvalidInputError):
            extensions["field"] = original.field
        return _remade(error, original.message, extensions)
    if original is None or isinstance(original, GraphQLError):
        ours = error.path or error.message.startswith("Variable '$")
        code = "BAD_USER_INPUT" if ours else "GRAPHQL_VALIDATION_FAILED"
        return _remade(error, error.message, {"code": code, **(error.extensions or {})})
    number = uuid.uuid4().hex
    log.error("unexpected error", id=number, path=error.path, exc_info=original)
    message = f"Something went wrong on our side. The log has it under {number}."
    return _remade(error, message, {"code": "INTERNAL", "id": number})


def _remade(error: GraphQLError, message: str, extensions: dict[str, Any]) -> GraphQLError:
    return GraphQLError(
        message,
        nodes=error.nodes,
        source=error.source,
        positions=error.positions,
        path=error.path,
        extensions=extensions,
    )
