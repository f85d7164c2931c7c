"""Objects with a global id."""

from collections.abc import Callable, Sequence

import strawberry

from kit import ids

GLOBAL_ID = "Opaque global id: pass it back as it is."


@strawberry.interface(description="An object with a global id.")
class Node:
    id: strawberry.ID = strawberry.field(description=GLOBAL_ID)


def global_ids(kind: str) -> Callable[[Sequence[int], Sequence[int]], list[str]]:
    """What makes the global ids of a type's objects of the tenants' numbers and their own."""

    def made(tenants: Sequence[int], numbers: Sequence[int]) -> list[str]:
        if len({*tenants}) == 1:
            return ids.encode_all(kind, tenants[0], numbers)
        return [ids.encode(kind, *each) for each in zip(tenants, numbers, strict=True)]

    return made
