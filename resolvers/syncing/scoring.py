"""Have a tenant scored after a sync that changed its data."""

from kit.db import Statement
from resolvers import runs
from resolvers.context import Ctx
from resolvers.processing.request import Request
from resolvers.requests import request_processing

_CLEAR = Statement(
    "UPDATE integration_sync SET changed = false WHERE tenant_id = %(tenant_id)s "
    "AND integration_id = %(integration)s RETURNING integration_id",
    True,
    {},
)


async def have_scored(ctx: Ctx, tenant: int, integration: int) -> None:
    """Leave a run of the tenant for a worker, unless one waits already: it will see the new data."""
    latest = await runs.latest(ctx, tenant)
    if latest is None or latest.status != "queued":
        await request_processing(ctx, tenant, Request.of(None, force=True), wait=False)
    async with ctx.write(None) as transaction:
        await transaction.fetch(_CLEAR, int, tenant=tenant, integration=integration)
