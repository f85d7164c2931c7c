"""Have a tenant scored after a sync that changed its data."""

from datetime import datetime

from kit.db import Statement, connect_for_work
from resolvers import runs
from resolvers.context import Ctx
from resolvers.processing.request import Request
from resolvers.requests import request_processing

_CHANGED = Statement(
    "SELECT changed_at FROM integration_sync WHERE tenant_id = %(tenant_id)s "
    "AND integration_id = %(integration)s",
    True,
    {},
)
# What changed after that was read is not scored yet: it stays.
_CLEAR = Statement(
    "UPDATE integration_sync SET changed_at = NULL WHERE tenant_id = %(tenant_id)s "
    "AND integration_id = %(integration)s AND changed_at = %(seen)s RETURNING integration_id",
    True,
    {},
)


async def have_scored(ctx: Ctx, tenant: int, integration: int) -> None:
    """Leave a run of the tenant for a worker, unless one waits already: it will see the new data."""
    changed = await ctx.reader.fetch(_CHANGED, _instant, tenant=tenant, integration=integration)
    latest = await runs.latest(ctx, tenant)
    if latest is None or latest.status != "queued":
        await request_processing(ctx, tenant, Request.of(None, force=True), wait=False)
    async with ctx.write(None) as transaction:
        seen = changed[0] if changed else None
        await transaction.fetch(_CLEAR, int, tenant=tenant, integration=integration, seen=seen)


def changed_at(url: str, tenant: int, integration: int) -> datetime | None:
    """When syncs last changed what has not been scored since. Raises UnavailableError."""
    with connect_for_work(url) as work, work.transaction(tenant):
        rows = work.run(_CHANGED, {"integration": integration})
    return rows[0][0] if rows else None


def processed(url: str, tenant: int, integration: int, seen: datetime | None) -> None:
    """Write that what had changed by an instant of `changed_at` is scored. Raises UnavailableError."""
    with connect_for_work(url) as work, work.transaction(tenant):
        work.count(_CLEAR, {"integration": integration, "seen": seen})


def _instant(at: datetime | None) -> datetime | None:
    return at
