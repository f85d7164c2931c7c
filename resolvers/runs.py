"""Scoring runs: the ones whose scores stand now, and the latest, whatever became of it."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, any_, bindparam, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY

from kit.db import TENANT, prepare
from models import TABLES
from resolvers.context import READ, Ctx
from resolvers.tenants import TenantRow

RUNS = TABLES["score_run"]
ANALYSES = ("rfm", "clv", "churn")


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


class _Marked(NamedTuple):
    row: RunRow
    alive: bool


_COLUMNS = [RUNS.c[name] for name in RunRow._fields]
_OF_TENANT = select(*_COLUMNS).where(RUNS.c.tenant_id == TENANT)
_BY_IDS = prepare(_OF_TENANT.where(RUNS.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger)))))
_CURRENT = prepare(
    _OF_TENANT.where(RUNS.c.status == "succeeded")
    .where(
        RUNS.c.id.in_(
            select(RUNS.c.id)
            .where(
                RUNS.c.tenant_id == TENANT,
                RUNS.c.status == "succeeded",
                RUNS.c[name].is_not(None),
            )
            .order_by(RUNS.c.id.desc())
            .limit(1)
            .scalar_subquery()
            for name in ANALYSES
        )
    )
    .order_by(RUNS.c.id.desc())
)

# A run that is `running` although nobody holds its tenant's lock has died.
_LOCKED: ColumnElement[bool] = literal_column(
    "EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()) "
    "AND (classid::bigint << 32 | objid::bigint) "
    "= hashtextextended('cdp.process:' || score_run.tenant_id, 0))"
)
_LATEST = prepare(
    select(*_COLUMNS, _LOCKED.label("alive"))
    .where(RUNS.c.tenant_id == TENANT)
    .order_by(RUNS.c.id.desc())
    .limit(1)
)


def _marked(*columns: Any) -> _Marked:
    return _Marked(RunRow(*columns[:-1]), bool(columns[-1]))


async def by_ids(ctx: Ctx, tenant: int, ids: list[int]) -> list[RunRow | None]:
    """Batch function: the runs of these ids, in their order."""
    rows = await ctx.reader.fetch(_BY_IDS, RunRow, tenant=tenant, ids=ids)
    found = {row.id: row for row in rows}
    return [found.get(each) for each in ids]


async def current(ctx: Ctx, tenant: int, analyses: list[str]) -> list[RunRow | None]:
    """Batch function: for each analysis the run whose scores stand now; None before the first."""
    rows = await ctx.reader.fetch(_CURRENT, RunRow, tenant=tenant)
    return [next((row for row in rows if getattr(row, name) is not None), None) for name in analyses]


async def of_id(ctx: Ctx, tenant: int, run: int) -> RunRow | None:
    """One run, batched with the others of the request."""
    ctx.allow(tenant, READ)
    return await ctx.loader("runs", tenant, by_ids).load(run)


async def current_of(ctx: Ctx, tenant: int, analysis: str) -> RunRow | None:
    """The run whose scores of an analysis stand now, batched over the analyses."""
    ctx.allow(tenant, READ)
    return await ctx.loader("current runs", tenant, current).load(analysis)


async def latest(ctx: Ctx, tenant: int) -> RunRow | None:
    """The tenant's last run; one that died while running is shown as failed."""
    ctx.allow(tenant, READ)
    rows = await ctx.reader.fetch(_LATEST, _marked, tenant=tenant)
    if not rows:
        return None
    row, alive = rows[0]
    if row.status == "running" and not alive:
        return row._replace(status="failed", error="The run was interrupted.")
    return row


def is_stale(ctx: Ctx, tenant: TenantRow, run: RunRow) -> bool:
    """Whether the data have changed since the run, or (for a run as of now) it is older than the setting."""
    if tenant.data_changed_at is not None and run.started_at < tenant.data_changed_at:
        return True
    age = datetime.now(UTC) - (run.finished_at or run.started_at)
    return run.as_of_requested == "now" and age > timedelta(hours=ctx.stale_after_hours)
