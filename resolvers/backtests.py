"""Backtests: asked for, and as they are stored."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Integer, any_, bindparam, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY

from kit.db import TENANT, Statement, prepare
from models import TABLES
from resolvers import tenants
from resolvers.audit.change import Change
from resolvers.backtesting.request import BacktestRequest
from resolvers.context import READ, WRITE, Ctx
from resolvers.lookup import Lookup
from resolvers.waiting import has_job, has_worker

BACKTESTS = TABLES["backtest"]


class BacktestRow(NamedTuple):
    """`result` is what `scoring.backtest.results.Backtest` holds, as `resolvers.backtesting.result` says."""

    tenant_id: int
    id: int
    status: str
    holdout_days: int
    as_of_requested: str
    as_of: datetime | None
    requested_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    data_version: int
    error: str | None
    result: dict[str, Any] | None


_QUEUE = Statement(
    "INSERT INTO backtest (tenant_id, status, holdout_days, as_of_requested) "
    "VALUES (%(tenant_id)s, 'queued', %(holdout_days)s, %(as_of_requested)s) RETURNING id",
    scoped=True,
    defaults={},
)

# One that waits for a worker, or is with one, has died if there is no job for it any more; one whose worker
# died waits for the next.
_STATE: ColumnElement[str] = literal_column(
    "CASE WHEN backtest.status IN ('succeeded', 'failed') THEN 'stored' "
    f"WHEN NOT {has_job('backtest_id', 'backtest.id::text')} THEN 'dead' "
    f"WHEN backtest.status = 'running' AND NOT {has_worker('backtest_id', 'backtest.id::text')} "
    "THEN 'waiting' ELSE 'stored' END"
)
_SHOWN: dict[str, dict[str, Any]] = {
    "dead": {"status": "failed", "error": "The backtest was interrupted."},
    "waiting": {"status": "queued"},
}
_FOUND = select(*(BACKTESTS.c[name] for name in BacktestRow._fields), _STATE.label("state")).where(
    BACKTESTS.c.tenant_id == TENANT
)
_LAST_IDS = (
    select(func.max(BACKTESTS.c.id))
    .where(
        BACKTESTS.c.tenant_id == TENANT,
        BACKTESTS.c.holdout_days == any_(bindparam("days", type_=ARRAY(Integer))),
    )
    .group_by(BACKTESTS.c.holdout_days)
)
_LATEST = prepare(_FOUND.where(BACKTESTS.c.id.in_(_LAST_IDS)))


def _row(*columns: Any) -> BacktestRow:
    """The backtest; one that was interrupted is shown as what has become of it."""
    return BacktestRow(*columns[:-1])._replace(**_SHOWN.get(columns[-1], {}))


of_id = Lookup(_FOUND, BACKTESTS.c.id, _row).find
"""The backtest of an id, or None if the tenant has none such."""


async def last_of(ctx: Ctx, tenant: int, holdouts: list[int]) -> list[BacktestRow | None]:
    """Batch function: for each length of holdout, in days, the last backtest of it."""
    rows = await ctx.reader.fetch(_LATEST, _row, tenant=tenant, days=holdouts)
    found = {row.holdout_days: row for row in rows}
    return [found.get(each) for each in holdouts]


async def last(ctx: Ctx, tenant: int, holdout_days: int, *, name: str) -> BacktestRow | None:
    """The last backtest that held so many days out; raises InvalidInputError under the caller's name."""
    ctx.allow(tenant, READ)
    wanted = BacktestRequest.of(holdout_days, name=name).holdout_days
    return await ctx.loader("last backtests", tenant, last_of).load(wanted)


async def request_backtest(ctx: Ctx, tenant: int, request: BacktestRequest) -> BacktestRow:
    """Leave a backtest for a worker, or join the same one that waits already.

    A history that is scored as of its end is tested so too. Raises NotFoundError for an unknown tenant.
    """
    await tenants.get(ctx, tenant)
    ctx.allow(tenant, WRITE)
    waiting = await last(ctx, tenant, request.holdout_days, name="holdout_days")
    if waiting is not None and waiting.status == "queued" and waiting.as_of_requested == request.as_of:
        return waiting
    days, as_of = request.holdout_days, request.as_of
    done = Change("backtestRequest", tenant, "Backtest", after={"holdout_days": days, "as_of": as_of})
    async with ctx.write(done) as transaction:
        ids = await transaction.fetch(_QUEUE, int, tenant=tenant, holdout_days=days, as_of_requested=as_of)
        done.number = ids[0]
    await ctx.queue.put_backtest(tenant=tenant, backtest_id=ids[0], holdout_days=days, as_of_requested=as_of)
    found = await of_id(ctx, tenant, ids[0])
    assert found is not None  # noqa: S101 - it has just been written
    return found
