"""Ask for a sync: a worker does it."""

from kit.db import Statement, Transaction
from kit.errors import ConflictError, NotFoundError
from resolvers import tenants
from resolvers.audit.change import Change
from resolvers.context import WRITE, Ctx
from resolvers.live import announce
from resolvers.syncing import record
from resolvers.syncing.control import FULL

_ACTIVE = Statement(
    "SELECT is_active FROM integration WHERE tenant_id = %(tenant_id)s AND id = %(integration)s", True, {}
)
# A full sync that has not come to its end stays as it is: it goes on where it was.
_QUEUE = Statement(
    "INSERT INTO integration_sync AS sync (tenant_id, integration_id, status, next_at) "
    "VALUES (%(tenant_id)s, %(integration)s, 'queued', now() + interval '2 minutes') "
    "ON CONFLICT (tenant_id, integration_id) DO UPDATE SET "
    "status = CASE WHEN sync.status = 'running' AND NOT %(full)s THEN sync.status ELSE 'queued' END, "
    "attempts = 0, next_at = now() + interval '2 minutes', "
    "full_started_at = CASE WHEN %(full)s AND sync.full_finished_at IS NOT NULL THEN NULL "
    "ELSE sync.full_started_at END, "
    "full_finished_at = CASE WHEN NOT %(full)s THEN sync.full_finished_at END "
    "RETURNING integration_id",
    True,
    {},
)
_FORGET = [
    Statement(
        f"DELETE FROM {table} WHERE tenant_id = %(tenant_id)s AND integration_id = %(integration)s "  # noqa: S608
        "RETURNING integration_id",
        True,
        {},
    )
    for table in ("integration_sync", "integration_window", "integration_unreadable")
]


async def request_sync(ctx: Ctx, tenant: int, integration: int, *, full: bool) -> None:
    """Have an integration synced by a worker: all of it with `full`, else what is new.

    One that goes on is left alone; so is a full one that broke off, which goes on where it was. Raises
    NotFoundError for an unknown integration, ConflictError for one that is switched off, and where a sync of
    what is new goes on and all is asked for.
    """
    await tenants.get(ctx, tenant)
    ctx.allow(tenant, WRITE)
    active = await ctx.reader.fetch(_ACTIVE, bool, tenant=tenant, integration=integration)
    if not active:
        raise NotFoundError.of("Integration", tenant, integration)
    if not active[0]:
        raise ConflictError(f"Integration {integration} is switched off; switch it on first.")
    standing = await record.of_integration(ctx, tenant, integration)
    if standing is not None and standing.status == "running":
        if full and standing.kind != FULL:
            raise ConflictError("A sync of what is new is going on; ask again when it has ended.")
        return
    done = Change("integrationSync", tenant, "Integration", integration, after={"full": full})
    async with ctx.write(done) as transaction:
        await prepare(transaction, tenant, integration, full=full)
    await ctx.queue.put_sync(tenant=tenant, integration=integration)


async def forget(transaction: Transaction, tenant: int, integration: int) -> None:
    """Have the next sync begin from nothing: it is another account that is fetched from."""
    for each in _FORGET:
        await transaction.fetch(each, int, tenant=tenant, integration=integration)


async def prepare(transaction: Transaction, tenant: int, integration: int, *, full: bool) -> None:
    """Write that a sync waits for a worker, within a transaction; the job is to be put after it."""
    await transaction.fetch(_QUEUE, int, tenant=tenant, integration=integration, full=full)
    await announce.sync_queued(transaction, tenant, integration)
