"""What became of each record of a list."""

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

Status = Literal["created", "updated", "unchanged", "duplicate", "rejected"]

CREATED: Status = "created"
UPDATED: Status = "updated"
UNCHANGED: Status = "unchanged"
DUPLICATE: Status = "duplicate"
REJECTED: Status = "rejected"
MOST = 500
"""Records of one list."""


class Problem(NamedTuple):
    """Why a record was rejected: the field, by the name the caller knows, and what is accepted.

    `path` leads to the value within a field that is JSON.
    """

    field: str
    message: str
    code: str = "BAD_USER_INPUT"
    path: Sequence[str] = ()


class Outcome(NamedTuple):
    """What became of a record; a rejected one has problems and left nothing behind. `key` finds it again."""

    status: Status
    key: tuple[Any, ...] = ()
    problems: tuple[Problem, ...] = ()


def as_json(outcomes: Sequence[Outcome]) -> list[Any]:
    """Outcomes as JSON keeps them."""
    return [[each.status, [*each.key], [[*problem] for problem in each.problems]] for each in outcomes]


def of_json(stored: Sequence[Any]) -> list[Outcome]:
    """Outcomes as `as_json` wrote them."""
    return [
        Outcome(status, tuple(key), tuple(Problem(*problem) for problem in problems))
        for status, key, problems in stored
    ]
