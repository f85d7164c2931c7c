"""What mutations of lists answer for each record."""

from collections.abc import Sequence
from typing import Any, TypeVar

import strawberry

from resolvers.tenants import TenantRow
from resolvers.writes.outcome import Outcome
from schema.enums import RecordStatus, UserErrorCode
from schema.names import camel, spelled
from schema.user_errors import UserError

R = TypeVar("R", bound="RecordResult")

IDEMPOTENCY_KEY = (
    "1 to 255 characters of the caller's: the same records sent again under the same key within two days are "
    "written once, and answered as at first."
)
"""What the key of a list of records is for."""


@strawberry.type(description="What became of one record.")
class RecordResult:
    key: strawberry.Private[tuple[Any, ...]]
    status: RecordStatus = strawberry.field(description="What became of the record.")
    user_errors: list[UserError] = strawberry.field(description="Why it was rejected.")


def results(kind: type[R], outcomes: Sequence[Outcome], records: str, **of: TenantRow) -> list[R]:
    """What became of each record of the list that the input calls `records`, in their order.

    The way to a wrong value leads through the list and the record's place in it. `of`: what a kind wants to
    know besides, such as the `owner`.
    """
    return [
        kind(
            key=outcome.key,
            status=RecordStatus(outcome.status),
            user_errors=record_errors(outcome, records, str(place)),
            **of,
        )
        for place, outcome in enumerate(outcomes)
    ]


def record_errors(outcome: Outcome, *way: str) -> list[UserError]:
    """Why a record was rejected; `way` leads to it from the input."""
    return [
        UserError(
            code=UserErrorCode(problem.code),
            field=["input", *way, *map(camel, problem.field.split(".")), *problem.path],
            message=spelled(problem.message, problem.field),
        )
        for problem in outcome.problems
    ]
