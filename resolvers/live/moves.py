"""Follow the changes of segments: what was missed since a cursor, then what comes, no gap, no double."""

from collections.abc import AsyncGenerator
from typing import NamedTuple

from resolvers import segment_changes, tenants
from resolvers.context import Ctx
from resolvers.live.announce import MOVES
from resolvers.segment_changes import ALL, SegmentChangeRow, Wanted
from resolvers.tenants import TenantRow

_MOST = 100


class Moves(NamedTuple):
    """Changes in their order, and the cursor to go on from after them."""

    tenant: TenantRow
    cursor: str
    rows: list[SegmentChangeRow]


async def follow_moves(
    ctx: Ctx, tenant: int, *, after: str | None, wanted: Wanted = ALL
) -> AsyncGenerator[Moves, None]:
    """The changes after a cursor, at most 100 at a time, on and on; without one first a cursor, then news.

    It listens before it reads, and goes by the position alone; a notice says no more than that there may be
    something, so one too many, or one for two, does no harm. A slow follower is held by its position, not by
    a buffer. Raises NotFoundError for an unknown tenant and InvalidInputError for a wrong cursor.
    """
    owner = await tenants.get(ctx, tenant)
    position = None if after is None else segment_changes.position_of(after)
    await ctx.refresh()
    async with ctx.follow(tenant, MOVES, size=1) as inbox:
        if position is None:
            position = await segment_changes.end(ctx, tenant)
            yield Moves(owner, position.cursor, [])
        while True:
            await ctx.refresh()
            end = await segment_changes.end(ctx, tenant)
            rows = await segment_changes.after(ctx, tenant, position, _MOST, wanted)
            position = rows[-1].position if rows else position
            if rows:
                yield Moves(owner, position.cursor, rows)
            if len(rows) < _MOST:
                position = max(position, end)
                await ctx.refresh()
                if await inbox.take() is None:
                    return
