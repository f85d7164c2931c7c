"""Scoring runs: the ones whose scores stand now, and the latest, whatever became of it."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, bindparam, literal_column, select

from kit.db import TENANT, prepare
from models import TABLES
from resolvers import freshness
from resolvers.context import READ, Ctx
from resolvers.lookup import Lookup
from resolvers.settings import of_stored
from resolvers.tenants import TenantRow
from resolvers.waiting import has_job

RUNS = TABLES["score_run"]
CURRENT = TABLES["score_current"]


class RunRow(NamedTuple):
    tenant_id: int
    id: int
    status: str
    analyses: list[str]
    as_of: datetime
    as_of_requested: str
    data_through: datetime | None
    started_at: datetime
    finished_at: datetime | None
    data_version: int
    step: str
    progress: float
    error: str | None
    model: str | None
    flags: list[str]
    report: dict[str, Any] | None
    rfm: dict[str, Any] | None
    clv: dict[str, Any] | None
    churn: dict[str, Any] | None

    @property
    def seconds(self) -> float:
        """How long the run took; 0 before it has ended."""
        return 0.0 if self.finished_at is None else (self.finished_at - self.started_at).total_seconds()

    @property
    def total_processed(self) -> int:
        """Customers that got scores, in the analysis that covers most."""
        found = [each for each in (self.rfm, self.clv, self.churn) if each is not None]
        return max((each["overview"]["total_customers"] for each in found), default=0)


_COLUMNS = [RUNS.c[name] for name in RunRow._fields]
_OF_TENANT = select(*_COLUMNS).where(RUNS.c.tenant_id == TENANT)
of_id = Lookup(_OF_TENANT, RUNS.c.id, RunRow).find
"""The run of an id, or None if the tenant has none such."""
_STANDING = prepare(
    _OF_TENANT.where(
        CURRENT.c.tenant_id == TENANT, CURRENT.c.run_id == RUNS.c.id, RUNS.c.status == "succeeded"
    )
)

_LOCKED = (
    "EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND (classid::bigint << 32 | objid::bigint) "
    "= hashtextextended('cdp.process:' || score_run.tenant_id, 0))"
)
# A run that is `running` although nobody holds its tenant's lock was interrupted, and waits if there is still
# a job for it; one that is `queued` without a job has died.
STATE: ColumnElement[str] = literal_column(
    "CASE WHEN score_run.status IN ('succeeded', 'failed') THEN 'stored' "
    f"WHEN score_run.status = 'running' AND {_LOCKED} THEN 'stored' "
    f"WHEN NOT {has_job('run_id', 'score_run.id::text')} THEN 'dead' "
    "WHEN score_run.status = 'running' THEN 'waiting' ELSE 'stored' END"
)
_SHOWN: dict[str, dict[str, Any]] = {
    "dead": {"status": "failed", "error": "The run was interrupted."},
    "waiting": {"status": "queued", "step": "waiting to be tried again", "progress": 0.0},
}
"""What is shown of a run that was interrupted, by what has become of it."""
_WATCHED = select(*_COLUMNS, STATE.label("state")).where(RUNS.c.tenant_id == TENANT)
_LATEST = prepare(_WATCHED.order_by(RUNS.c.id.desc()).limit(1))
_WATCH = prepare(_WATCHED.where(RUNS.c.id == bindparam("id", type_=BigInteger)))


def shown(state: str | None) -> dict[str, Any]:
    """What is shown of a run in place of what its record still says."""
    return _SHOWN.get(state or "dead", {})


def _watched(*columns: Any) -> RunRow:
    return RunRow(*columns[:-1])._replace(**shown(columns[-1]))


async def current(ctx: Ctx, tenant: int, analyses: list[str]) -> list[RunRow | None]:
    """Batch function: for each analysis the run whose scores stand; None where there are none."""
    rows = await ctx.reader.fetch(_STANDING, RunRow, tenant=tenant)
    return [next((row for row in rows if getattr(row, name) is not None), None) for name in analyses]


async def current_of(ctx: Ctx, tenant: int, analysis: str) -> RunRow | None:
    """The run whose scores of an analysis stand now, batched over the analyses."""
    ctx.allow(tenant, READ)
    return await ctx.loader("current runs", tenant, current).load(analysis)


async def standing(ctx: Ctx, tenant: int) -> RunRow | None:
    """The run whose scores and figures stand now, whatever it computed, batched with `current_of`."""
    ctx.allow(tenant, READ)
    return await ctx.loader("current runs", tenant, current).load("report")


async def latest(ctx: Ctx, tenant: int) -> RunRow | None:
    """The tenant's last run; one that died is shown as failed."""
    ctx.allow(tenant, READ)
    rows = await ctx.reader.fetch(_LATEST, _watched, tenant=tenant)
    return rows[0] if rows else None


async def watch(ctx: Ctx, tenant: int, run: int) -> RunRow | None:
    """One run as it is now; one that died is shown as failed."""
    ctx.allow(tenant, READ)
    rows = await ctx.reader.fetch(_WATCH, _watched, tenant=tenant, id=run)
    return rows[0] if rows else None


def is_stale(ctx: Ctx, tenant: TenantRow, run: RunRow) -> bool:
    """Whether a run's scores no longer stand for the tenant's data and settings (`freshness.is_stale`)."""
    return freshness.is_stale(
        as_of_requested=run.as_of_requested,
        ended_at=run.finished_at or run.started_at,
        run_version=run.data_version,
        data_version=tenant.data_version,
        hours=of_stored(tenant.settings, ctx.stale_after_hours).staleness_hours,
    )
