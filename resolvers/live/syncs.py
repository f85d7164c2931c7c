"""Follow the syncs of an integration: how far they are, and how they end."""

from collections.abc import AsyncGenerator

from kit.errors import NotFoundError
from resolvers import tenants
from resolvers.context import Ctx
from resolvers.live.announce import SYNCS
from resolvers.syncing import record
from resolvers.syncing.record import SyncRow

_AGAIN = 5.0
"""Seconds after which a sync is looked at anew: one whose process was killed tells nothing."""
_BUFFER = 100


async def follow_syncs(ctx: Ctx, tenant: int, integration: int) -> AsyncGenerator[SyncRow, None]:
    """The integration's sync as it is, then whenever it is further. Ends when the integration is removed.

    Raises NotFoundError for an unknown tenant, or one whose integration was never to be synced.
    """
    await tenants.get(ctx, tenant)
    told: SyncRow | None = None
    async with ctx.follow(tenant, SYNCS, size=_BUFFER) as inbox:
        while True:
            await ctx.refresh()
            row = await record.of_integration(ctx, tenant, integration)
            await ctx.refresh()
            if row is None and told is None:
                raise NotFoundError.of("Integration", tenant, integration)
            if row is None:
                return
            if told is None or row._replace(next_at=told.next_at) != told:
                told = row
                yield row
            if await inbox.take(_AGAIN) is None:
                return
