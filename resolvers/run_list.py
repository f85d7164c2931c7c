"""A tenant's runs, newest first, and the run that stood before another."""

from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, Integer, any_, bindparam, func, literal, select, true, tuple_
from sqlalchemy.dialects.postgresql import ARRAY

from kit.db import TENANT, Statement, prepare
from kit.page import Page, Window
from resolvers.context import READ, Ctx
from resolvers.runs import ALIVE, INTERRUPTED, RUNS, RunRow

CURSOR = "run"


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


_COLUMNS = [RUNS.c[name] for name in RunHead._fields]
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


async def list_runs(
    ctx: Ctx,
    tenant: int,
    *,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    with_total: bool = False,
) -> Page[RunHead]:
    """A page of the tenant's runs, newest first, in one statement; one that died is shown as failed.

    Raises InvalidInputError for a page size or cursor that is not accepted.
    """
    ctx.allow(tenant, READ)
    window = Window.of(CURSOR, first=first, after=after, last=last, before=before)
    statement = _page(backwards=window.backwards, keyed=window.key is not None, with_total=with_total)
    values = {"size": window.size + 1} | ({} if window.key is None else {"key": window.key})
    found = await ctx.reader.fetch(statement, _counted, tenant=tenant, **values)
    total = found[0][1] if found else (0 if with_total else None)
    rows = [row for row, _ in found if row.id is not None]
    return window.page(CURSOR, rows, [row.id for row in rows], total)


def _keyed(later: int, *columns: Any) -> tuple[int, RunRow]:
    return later, RunRow(*columns)


def _counted(total: int | None, alive: bool | None, *columns: Any) -> tuple[RunHead, int | None]:
    row = RunHead(*columns)
    return (row if alive else row._replace(**INTERRUPTED)), total


@cache
def _page(*, backwards: bool, keyed: bool, with_total: bool) -> Statement:
    """One page's statement. With the total, a row of nulls stands for a page that has no runs."""
    key, size = bindparam("key", type_=BigInteger), bindparam("size", type_=Integer)
    page = select(*_COLUMNS, ALIVE.label("alive")).where(RUNS.c.tenant_id == TENANT).limit(size)
    page = page.order_by(RUNS.c.id if backwards else RUNS.c.id.desc())
    if keyed:
        page = page.where(RUNS.c.id > key if backwards else RUNS.c.id < key)
    rows = page.subquery("page")
    columns = [rows.c.alive, *(rows.c[name] for name in RunHead._fields)]
    order = rows.c.id if backwards else rows.c.id.desc()
    if not with_total:
        return prepare(select(literal(None, Integer), *columns).order_by(order))
    counted = select(func.count().label("total")).where(RUNS.c.tenant_id == TENANT).subquery("counted")
    whole = counted.outerjoin(rows, onclause=true())
    return prepare(select(counted.c.total, *columns).select_from(whole).order_by(order))
