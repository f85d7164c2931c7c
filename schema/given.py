"""What an input gives: a value, null, or nothing, which are three things."""

from typing import Any

import strawberry

from kit.errors import InvalidInputError
from kit.unset import UNSET


def optional(description: str, name: str | None = None) -> Any:
    """A field of an input that may be left out."""
    return strawberry.field(default=strawberry.UNSET, description=description, name=name)


def told(given: object, *names: str, **renamed: str) -> dict[str, Any]:
    """What an input says of these fields: a value, None for null, or `UNSET` for what was left out.

    Those whose names the use case spells otherwise are `renamed`: by its names, the input's.
    """
    wanted = {name: name for name in names} | renamed
    found = {name: getattr(given, field) for name, field in wanted.items()}
    return {name: UNSET if value is strawberry.UNSET else value for name, value in found.items()}


def kept(given: Any, *names: str) -> dict[str, Any]:
    """The values that an input gives of these fields, which cannot be null; what is left out stays.

    Raises InvalidInputError for a null.
    """
    found = {name: getattr(given, name) for name in names}
    for name, value in found.items():
        if value is None:
            raise InvalidInputError(name, f"{name} cannot be null; leave it out to keep what there is.")
    return {name: value for name, value in found.items() if value is not strawberry.UNSET}
