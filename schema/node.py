"""Objects with a global id."""

from collections.abc import Sequence
from typing import Any

import strawberry

from kit import ids

GLOBAL_ID = "Opaque global id: pass it back as it is."


@strawberry.interface(description="An object with a global id.")
class Node:
    id: strawberry.ID = strawberry.field(description=GLOBAL_ID)


def global_ids(kind: str, them: Sequence[Any]) -> list[str]:
    """The global ids of objects that hold rows with a tenant's number and their own."""
    tenants = {each.row.tenant_id for each in them}
    if len(tenants) == 1:
        return ids.encode_all(kind, tenants.pop(), [each.row.id for each in them])
    return [ids.encode(kind, each.row.tenant_id, each.row.id) for each in them]
