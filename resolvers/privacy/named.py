"""A person is named by what is theirs alone."""

from collections.abc import Sequence

from kit.errors import InvalidInputError


def only_one(found: Sequence[object]) -> None:
    """Raises InvalidInputError where several customers have an e-mail: which one is meant is not guessed."""
    if len(found) > 1:
        raise InvalidInputError(
            "customer.email",
            "Several customers have this e-mail; name one by id or external id, and then the next.",
        )
