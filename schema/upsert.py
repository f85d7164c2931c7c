"""What mutations of lists answer for each record."""

from resolvers.writes.outcome import Outcome
from schema.enums import RecordStatus, UserErrorCode
from schema.names import camel
from schema.user_errors import UserError

IDEMPOTENCY_KEY = (
    "1 to 255 characters of the caller's: the same records sent again under the same key within two days are "
    "written once, and answered as at first."
)
"""What the key of a list of records is for."""


def record_errors(outcome: Outcome, records: str, place: int) -> list[UserError]:
    """Why a record was rejected; the way to a wrong value leads through the list and its place in it."""
    return [
        UserError(
            code=UserErrorCode(problem.code),
            field=["input", records, str(place), *map(camel, problem.field.split("."))],
            message=problem.message,
        )
        for problem in outcome.problems
    ]


def status(outcome: Outcome) -> RecordStatus:
    """What became of a record."""
    return RecordStatus(outcome.status)
