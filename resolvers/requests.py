"""Ask for a scoring run and wait for it."""

import asyncio
from dataclasses import replace
from typing import NamedTuple

from kit.db import Statement
from kit.errors import FailedError
from resolvers import runs, tenants
from resolvers.audit.change import Change
from resolvers.context import WRITE, Ctx
from resolvers.live import announce
from resolvers.processing.request import ANALYSES, NOW, Request
from resolvers.runs import RunRow

_PAUSE = 0.1

_QUEUE = Statement(
    "INSERT INTO score_run (tenant_id, status, analyses, as_of, as_of_requested, step) "
    "VALUES (%(tenant_id)s, 'queued', %(analyses)s, now(), %(as_of_requested)s, 'waiting for a worker') "
    "RETURNING id",
    scoped=True,
    defaults={},
)


class Requested(NamedTuple):
    """The run that answers a request, and whether its scores were fresh already.

    A run that is still queued or running has outlasted the time its caller waits.
    """

    run: RunRow
    fresh: bool


async def request_processing(
    ctx: Ctx, tenant: int, request: Request, *, wait: bool = True, as_asked: bool = False
) -> Requested:
    """Score a tenant through the queue, unless its scores are fresh and `request.force` is off.

    As of when: `request.as_of` with `as_asked`; else as the scores that stand were asked for, be it now, the
    end of the history or a day, and now where there are none.

    A run of the same analyses that is on its way already is joined, unless forced. Raises NotFoundError for
    an unknown tenant and FailedError with the reason when the run fails.
    """
    row = await tenants.get(ctx, tenant)
    ctx.allow(tenant, WRITE)
    if not as_asked:
        request = replace(request, as_of=await as_of_standing(ctx, tenant))
    if not request.force and (fresh := await _fresh(ctx, row, request)):
        return Requested(fresh, fresh=True)
    joined = await _joinable(ctx, tenant, request)
    run_id = joined or await _queue(ctx, tenant, request)
    run = await _outcome(ctx, tenant, run_id, ctx.process_wait_seconds if wait else 0)
    if run.status == "failed":
        raise FailedError(run.error or "The run failed.")
    return Requested(run, fresh=False)


async def as_of_standing(ctx: Ctx, tenant: int) -> str:
    """As of when scores go on: as they were asked for. Who has chosen a day did not mean it for once."""
    standing = await _standing(ctx, tenant)
    return NOW if standing is None else standing.as_of_requested


async def _standing(ctx: Ctx, tenant: int) -> RunRow | None:
    found = await ctx.loader("current runs", tenant, runs.current).load_many(list(ANALYSES))
    return next((run for run in found if run is not None), None)


async def _fresh(ctx: Ctx, tenant: tenants.TenantRow, request: Request) -> RunRow | None:
    """The run to answer with if the scores of every analysis asked for stand and are fresh."""
    run = await _standing(ctx, tenant.id)
    if run is None or run.as_of_requested != request.as_of or runs.is_stale(ctx, tenant, run):
        return None
    return run if set(request.analyses) <= set(run.analyses) else None


async def _joinable(ctx: Ctx, tenant: int, request: Request) -> int | None:
    """The run of the same analyses as of the same time that is on its way already."""
    run = await runs.latest(ctx, tenant)
    if request.force or run is None or run.status not in ("queued", "running"):
        return None
    same = run.as_of_requested == request.as_of and set(request.analyses) <= set(run.analyses)
    return run.id if same else None


async def _queue(ctx: Ctx, tenant: int, request: Request) -> int:
    analyses = list(request.analyses)
    done = Change("processStart", tenant, "ScoreRun", after={"analyses": analyses, "as_of": request.as_of})
    async with ctx.write(done) as transaction:
        ids = await transaction.fetch(
            _QUEUE, int, tenant=tenant, analyses=analyses, as_of_requested=request.as_of
        )
        done.number = ids[0]
    await ctx.queue.put_process(tenant=tenant, run_id=ids[0], analyses=analyses, as_of=request.as_of)
    # Only now: without its job the run would look dead to whoever is told of it.
    async with ctx.write(None) as transaction:
        await announce.run_queued(transaction, tenant, ids[0])
    return ids[0]


async def _outcome(ctx: Ctx, tenant: int, run_id: int, seconds: float) -> RunRow:
    """The run once it has ended, or as it is when the time is over."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + seconds
    while True:
        run = await runs.watch(ctx, tenant, run_id)
        await ctx.refresh()
        if run is None:
            raise FailedError(f"Run {run_id} was removed while it was waited for.")
        if run.status not in ("queued", "running") or loop.time() >= deadline:
            return run
        await asyncio.sleep(_PAUSE)
