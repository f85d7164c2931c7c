"""Arguments that many fields share, with their descriptions."""

from typing import Annotated, TypeAlias, TypeVar

import strawberry

from schema.scalars import BigInt

T = TypeVar("T")

Id: TypeAlias = Annotated[strawberry.ID | None, strawberry.argument(description="Its global id.")]
DatabaseId: TypeAlias = Annotated[BigInt | None, strawberry.argument(description="Its number.")]
ExternalId: TypeAlias = Annotated[str | None, strawberry.argument(description="The shop's own id of it.")]
Input: TypeAlias = Annotated[T, strawberry.argument(description="What to do, and to what.")]
