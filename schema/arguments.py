"""Arguments that many fields share, with their descriptions."""

from typing import Annotated, TypeAlias, TypeVar

import strawberry

from kit import ids
from kit.errors import InvalidInputError
from schema.scalars import BigInt

T = TypeVar("T")


def named(values: list[T] | None, field: str) -> list[T] | None:
    """What a list names. Raises InvalidInputError for an empty one: everything, or nothing, may be meant."""
    if values is not None and not values:
        raise InvalidInputError(field, f"{field} is empty; name at least one, or leave it out for all.")
    return values


def number_of(
    field: str,
    kind: str,
    tenant: int,
    global_id: strawberry.ID | None,
    database_id: BigInt | None,
) -> int:
    """The number of one of a tenant's objects, named by exactly one of its ids; 0, nobody's, for another's.

    Raises InvalidInputError for none or both of them, and for the id of something else.
    """
    if (global_id is None) == (database_id is None):
        raise InvalidInputError(field, "Give exactly one of id and databaseId.")
    if global_id is None:
        return database_id or 0
    owner, number = ids.number(global_id, kind, parts=2)
    return number if owner == tenant else 0


Id: TypeAlias = Annotated[strawberry.ID | None, strawberry.argument(description="Its global id.")]
DatabaseId: TypeAlias = Annotated[BigInt | None, strawberry.argument(description="Its number.")]
ExternalId: TypeAlias = Annotated[str | None, strawberry.argument(description="The shop's own id of it.")]
Input: TypeAlias = Annotated[T, strawberry.argument(description="What to do, and to what.")]
