"""What a mutation answers where the caller's input was not accepted: data, not errors of the query."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import TypeVar

import strawberry

from kit import ids
from kit.errors import CdpError, ConflictError, InvalidInputError, NotFoundError
from schema.context import Info
from schema.enums import UserErrorCode
from schema.names import camel, missing, spelled

P = TypeVar("P")
I = TypeVar("I")  # noqa: E741

REFUSALS = (InvalidInputError, NotFoundError, ConflictError)
"""The errors that are the caller's to mend; all others are errors of the query."""
_OBJECTS = ("id", "tenant_id")


@strawberry.type(description="Why a mutation did not do what was asked.")
class UserError:
    code: UserErrorCode = strawberry.field(description="What kind of refusal it is.")
    field: list[str] | None = strawberry.field(
        description='The way to the wrong value, such as ["input", "clv", "months"]. Null where no value is.'
    )
    message: str = strawberry.field(description="What was wrong and what is accepted.")

    @classmethod
    def of(cls, error: CdpError, given: object) -> "UserError":
        """The refusal of an input, in the names of the graph."""
        code = UserErrorCode(error.code)
        if isinstance(error, NotFoundError) and error.kind:
            field, text = _object(given)
            kind = ids.decode(text)[0]
            return cls(code=code, field=["input", camel(field)], message=missing(kind, text))
        name = error.field if isinstance(error, InvalidInputError | ConflictError | NotFoundError) else ""
        path = ["input", *_way(name)] if name else None
        return cls(code=code, field=path, message=spelled(error.message, name))


def _object(given: object) -> tuple[str, str]:
    """Which field of an input names the object it is about, and its global id."""
    return next((name, getattr(given, name)) for name in _OBJECTS if hasattr(given, name))


def _way(field: str) -> list[str]:
    """The steps to a field. Within criteria, which are JSON, names are as they were written."""
    head, mark, rest = field.partition("criteria")
    if mark and not head:
        return [mark, *(step for step in rest.split(".") if step)]
    return [camel(step) for step in field.split(".")]


def answers(
    payload: Callable[..., P],
) -> Callable[[Callable[[Info, I], Awaitable[P]]], Callable[[Info, I], Awaitable[P]]]:
    """Make a mutation answer a refusal with its `payload` that has nothing but the user error."""

    def wrap(resolver: Callable[[Info, I], Awaitable[P]]) -> Callable[[Info, I], Awaitable[P]]:
        @wraps(resolver)
        async def told(info: Info, input: I) -> P:  # noqa: A002
            try:
                return await resolver(info, input)
            except REFUSALS as error:
                return payload(user_errors=[UserError.of(error, input)])

        return told

    return wrap
