"""The tenant that an object belongs to, as a field of it."""

from typing import TYPE_CHECKING, Annotated, Protocol

import strawberry

from resolvers import tenants
from resolvers.tenants import TenantRow
from schema.context import Info

if TYPE_CHECKING:
    from schema.tenant import Tenant


class _Owned(Protocol):
    owner: TenantRow


class _Numbered(Protocol):
    tenant_number: int


def tenant_of(root: _Owned) -> Annotated["Tenant", strawberry.lazy("schema.tenant")]:
    """The field, of an object that knows its tenant."""
    from schema.tenant import Tenant

    return Tenant.of(root.owner)


async def tenant_by_number(
    root: _Numbered, info: Info
) -> Annotated["Tenant", strawberry.lazy("schema.tenant")]:
    """The field, of an object that knows its tenant's number; batched over the request."""
    from schema.tenant import Tenant

    return Tenant.of(await tenants.get(info.context, root.tenant_number))
