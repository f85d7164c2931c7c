"""A tenant's runs, newest first, and the run that stood before another."""

from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, any_, bindparam, select, true, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from kit.db import TENANT, Statement, prepare
from resolvers.context import Ctx
from resolvers.keyset import KeysetList
from resolvers.runs import RUNS, STATE, RunRow, shown


class RunHead(NamedTuple):
    """A run without the figures it stored, which are long."""

    tenant_id: int
    id: int
    status: str
    analyses: list[str]
    as_of: datetime
    data_through: datetime | None
    started_at: datetime
    finished_at: datetime | None
    step: str
    progress: float
    error: str | None
    model: str | None
    flags: list[str]
    report: dict[str, Any] | None


_BEFORE = (
    select(RUNS)
    .where(RUNS.c.tenant_id == TENANT, RUNS.c.status == "succeeded", RUNS.c.rfm.is_not(None))
    .order_by(RUNS.c.finished_at.desc(), RUNS.c.id.desc())
    .limit(1)
)


def _before() -> Statement:
    """For each of the runs the last one with segments that ended before it."""
    later = RUNS.alias("later")
    earlier = _BEFORE.where(
        tuple_(RUNS.c.finished_at, RUNS.c.id) < tuple_(later.c.finished_at, later.c.id)
    ).lateral("earlier")
    columns = [earlier.c[name] for name in RunRow._fields]
    wanted = later.c.id == any_(bindparam("ids", type_=ARRAY(BigInteger)))
    return prepare(
        select(later.c.id.label("later_id"), *columns)
        .select_from(later.join(earlier, true()))
        .where(later.c.tenant_id == TENANT, wanted)
    )


_STOOD_BEFORE = _before()


async def stood_before(ctx: Ctx, tenant: int, ids: list[int]) -> list[RunRow | None]:
    """Batch function: for each run the one with segments that stood before it; None for the first."""
    rows = await ctx.reader.fetch(_STOOD_BEFORE, _keyed, tenant=tenant, ids=ids)
    found = dict(rows)
    return [found.get(each) for each in ids]


def _keyed(later: int, *columns: Any) -> tuple[int, RunRow]:
    return later, RunRow(*columns)


def _head(state: str | None, *columns: Any) -> RunHead:
    return RunHead(*columns)._replace(**shown(state))


LIST = KeysetList(
    "run",
    RUNS,
    select(STATE.label("state"), *(RUNS.c[name] for name in RunHead._fields)).where(
        RUNS.c.tenant_id == TENANT
    ),
    _head,
    newest_first=True,
)
"""The tenant's runs, newest first; one that died is shown as failed."""
