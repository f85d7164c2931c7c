"""What a mutation answers where the caller's input was not accepted: data, not errors of the query."""

import strawberry

from kit.errors import CdpError, ConflictError, InvalidInputError, NotFoundError
from schema.enums import UserErrorCode
from schema.names import camel

REFUSALS = (InvalidInputError, NotFoundError, ConflictError)
"""The errors that are the caller's to mend; all others are errors of the query."""


@strawberry.type(description="Why a mutation did not do what was asked.")
class UserError:
    code: UserErrorCode = strawberry.field(description="What kind of refusal it is.")
    field: list[str] | None = strawberry.field(
        description='The way to the wrong value, such as ["input", "clv", "months"]. Null where no value is.'
    )
    message: str = strawberry.field(description="What was wrong and what is accepted.")

    @classmethod
    def of(cls, error: CdpError) -> "UserError":
        path = ["input", *_way(error.field)] if isinstance(error, InvalidInputError) else None
        return cls(code=UserErrorCode(error.code), field=path, message=error.message)


def _way(field: str) -> list[str]:
    """The steps to a field. Within criteria, which are JSON, names are as they were written."""
    head, mark, rest = field.partition("criteria")
    if mark and not head:
        return [mark, *(step for step in rest.split(".") if step)]
    return [camel(step) for step in field.split(".")]
