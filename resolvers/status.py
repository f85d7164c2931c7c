"""How the processing of a tenant stands."""

from datetime import UTC, datetime
from typing import NamedTuple

from resolvers import runs, tenants
from resolvers.context import Ctx
from resolvers.processing.request import ANALYSES
from resolvers.runs import RunRow

_ON_ITS_WAY = ("queued", "running")


class Status(NamedTuple):
    """`status` is never_processed, processing, processed or failed; `last` is the last run that succeeded."""

    status: str
    run: RunRow | None
    last: RunRow | None
    hours_since_last: int | None
    is_stale: bool


async def of_tenant(ctx: Ctx, tenant: int) -> Status:
    """The state of the last run and the age of the scores. Raises NotFoundError for an unknown tenant."""
    row = await tenants.get(ctx, tenant)
    run = await runs.latest(ctx, tenant)
    standing = await ctx.loader("current runs", tenant, runs.current).load_many(list(ANALYSES))
    last = max((each for each in standing if each is not None), key=lambda each: each.id, default=None)
    hours = None
    if last is not None and last.finished_at is not None:
        hours = max(0, int((datetime.now(UTC) - last.finished_at).total_seconds() // 3600))
    return Status(_named(run), run, last, hours, last is None or runs.is_stale(ctx, row, last))


def _named(run: RunRow | None) -> str:
    if run is None:
        return "never_processed"
    if run.status in _ON_ITS_WAY:
        return "processing"
    return "processed" if run.status == "succeeded" else "failed"
