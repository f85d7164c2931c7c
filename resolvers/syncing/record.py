"""How the syncs of integrations stand."""

from datetime import datetime
from typing import Any, NamedTuple

from kit.db import Statement
from resolvers.context import READ, Ctx
from resolvers.syncing.lease import LOCK

MOST_TOLD = 100
"""Orders that could not be read, and spans that could not be listed, of which each is told."""
_UNREAD = "unread.tenant_id = sync.tenant_id AND unread.integration_id = sync.integration_id"
_COLUMNS = (
    "sync.integration_id, sync.status, sync.kind, sync.started_at, sync.finished_at, sync.error, "  # noqa: S608
    "sync.attempts, sync.next_at, sync.orders_total, sync.orders_done, sync.per_second, "
    "sync.full_finished_at, sync.unknown_statuses, sync.buyers_error, sync.feed_error, sync.feed_at, "
    f"(SELECT count(*) FROM integration_unreadable AS unread WHERE {_UNREAD}), "
    "(SELECT coalesce(jsonb_agg(to_jsonb(first)), '[]') FROM (SELECT number, reason, tries, first_seen_at, "
    f"looked_at FROM integration_unreadable AS unread WHERE {_UNREAD} "
    f"ORDER BY first_seen_at, number LIMIT {MOST_TOLD}) AS first), "
    "(SELECT coalesce(jsonb_agg(to_jsonb(short)), '[]') FROM (SELECT starts_at, ends_at, problem "
    "FROM integration_window AS part WHERE part.tenant_id = sync.tenant_id "
    "AND part.integration_id = sync.integration_id AND part.problem IS NOT NULL "
    f"ORDER BY starts_at, id LIMIT {MOST_TOLD}) AS short)"
)
# One that is `running` although nobody holds its lock was killed: the next one goes on.
_ALIVE = (
    "sync.status <> 'running' OR EXISTS (SELECT FROM pg_locks "  # noqa: S608
    "WHERE locktype = 'advisory' AND granted AND objsubid = 1 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND (classid::bigint << 32 | objid::bigint) "
    f"= hashtextextended('{LOCK}' || sync.tenant_id || ':' || sync.integration_id, 0))"
)
_OF_INTEGRATIONS = Statement(
    f"SELECT {_COLUMNS}, {_ALIVE} FROM integration_sync AS sync "  # noqa: S608
    "WHERE sync.tenant_id = %(tenant_id)s AND sync.integration_id = ANY (%(integrations)s)",
    True,
    {},
)


class SyncRow(NamedTuple):
    """A sync. `unread` and `short`: the first orders not read yet, and spans not listed in whole."""

    integration_id: int
    status: str
    kind: str
    started_at: datetime | None
    finished_at: datetime | None
    error: str | None
    attempts: int
    next_at: datetime
    orders_total: int | None
    orders_done: int
    per_second: float | None
    full_finished_at: datetime | None
    unknown_statuses: dict[str, Any]
    buyers_error: str | None
    feed_error: str | None
    feed_at: datetime | None
    unreadable: int
    unread: list[dict[str, Any]]
    short: list[dict[str, Any]]

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at the rate so far; None where that is not known, or nothing goes on."""
        if self.status != "running" or self.orders_total is None or not self.per_second:
            return None
        return max(0, self.orders_total - self.orders_done) / self.per_second


def _row(*columns: Any) -> SyncRow:
    row = SyncRow(*columns[:-1])
    return row if columns[-1] else row._replace(status="waiting")


async def of_integrations(ctx: Ctx, tenant: int, numbers: list[int]) -> list[SyncRow | None]:
    """Batch function: how the sync of each integration stands; None where none was ever asked for."""
    rows = await ctx.reader.fetch(_OF_INTEGRATIONS, _row, tenant=tenant, integrations=numbers)
    found = {row.integration_id: row for row in rows}
    return [found.get(each) for each in numbers]


async def of_integration(ctx: Ctx, tenant: int, number: int) -> SyncRow | None:
    """How the sync of an integration stands, batched over the request."""
    ctx.allow(tenant, READ)
    return await ctx.loader("syncs of integrations", tenant, of_integrations).load(number)
