"""Arguments that many fields share, with their descriptions."""

from typing import Annotated, TypeAlias, TypeVar

import strawberry

from kit.errors import InvalidInputError
from schema.scalars import BigInt

T = TypeVar("T")


def named(values: list[T] | None, field: str) -> list[T] | None:
    """What a list names. Raises InvalidInputError for an empty one: everything, or nothing, may be meant."""
    if values is not None and not values:
        raise InvalidInputError(field, f"{field} is empty; name at least one, or leave it out for all.")
    return values


Id: TypeAlias = Annotated[strawberry.ID | None, strawberry.argument(description="Its global id.")]
DatabaseId: TypeAlias = Annotated[BigInt | None, strawberry.argument(description="Its number.")]
ExternalId: TypeAlias = Annotated[str | None, strawberry.argument(description="The shop's own id of it.")]
Input: TypeAlias = Annotated[T, strawberry.argument(description="What to do, and to what.")]
