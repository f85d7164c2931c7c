"""Where a number of something should lie."""

import strawberry

from schema.enums import IntervalReason


@strawberry.type(description="Where a whole number should lie.")
class CountInterval:
    low: int | None = strawberry.field(description="The lower bound; null where it is not known.")
    high: int | None = strawberry.field(description="The upper bound; null where it is not known.")
    level: float = strawberry.field(
        description="The chance that the number lies within, such as 0.9; whole numbers may more often."
    )
    reason: IntervalReason | None = strawberry.field(
        description="Why the bounds are not known; null where they are."
    )
