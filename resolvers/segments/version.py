"""What answers about segments depend on, cheaply told: whether one that was given before still stands."""

from collections.abc import Hashable
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from kit.db import TENANT, prepare
from resolvers import tenants, versions
from resolvers.context import READ, Ctx
from resolvers.segments.rows import SEGMENTS, SegmentRow, get


class SegmentVersion(NamedTuple):
    """Every change of a segment or of its members moves one of its instants."""

    id: int
    updated_at: datetime
    refreshed_at: datetime | None
    member_count: int


class MembersVersion(NamedTuple):
    """The segment, and what the data and scores that its members are shown from are known by."""

    segment: SegmentRow
    data: tuple[Hashable, ...]


_OF_TENANT = prepare(
    select(*(SEGMENTS.c[name] for name in SegmentVersion._fields))
    .where(SEGMENTS.c.tenant_id == TENANT)
    .order_by(SEGMENTS.c.id)
)


async def of_all(ctx: Ctx, tenant: int) -> list[SegmentVersion]:
    """What the list of a tenant's segments depends on. Raises NotFoundError for an unknown tenant."""
    ctx.allow(tenant, READ)
    found = await ctx.reader.fetch(_OF_TENANT, SegmentVersion, tenant=tenant)
    if not found:
        await tenants.get(ctx, tenant)
    return found


async def of_members(ctx: Ctx, tenant: int, segment: int) -> MembersVersion:
    """What a page of members depends on. Raises NotFoundError for an unknown tenant or segment."""
    version = await versions.of_tenant(ctx, tenant)
    return MembersVersion(await get(ctx, tenant, segment), version.data)
