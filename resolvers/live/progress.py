"""Follow the runs of a tenant: how far they are, and how they end."""

from collections.abc import AsyncGenerator

from resolvers import runs, tenants
from resolvers.context import Ctx
from resolvers.live.announce import RUNS
from resolvers.runs import RunRow

_AGAIN = 5.0
"""Seconds after which a run under way is looked at anew: one whose process was killed tells nothing."""
_REMEMBERED = 100
_BUFFER = 100
_UNDER_WAY = ("queued", "running")

_State = tuple[str, str, float]


async def follow_progress(ctx: Ctx, tenant: int) -> AsyncGenerator[RunRow, None]:
    """The tenant's last run as it is, then every run whenever it is further, its end for certain.

    A slow follower gets the newest state, not all of them. Raises NotFoundError for an unknown tenant.
    """
    await tenants.get(ctx, tenant)
    told: dict[int, _State] = {}
    async with ctx.follow(tenant, RUNS, size=_BUFFER) as inbox:
        wanted: set[int] | None = None
        while True:
            for number in await _numbers(ctx, tenant, told, wanted):
                await ctx.refresh()
                run = await runs.watch(ctx, tenant, number)
                if run is not None and told.get(run.id) != _state(run):
                    _remember(told, run)
                    yield run
            await ctx.refresh()
            taken = await inbox.take(_AGAIN if _under_way(told) else None)
            if taken is None:
                return
            named = {int(each["run"]) for each in taken.notices}
            wanted = None if taken.missed else named or _under_way(told)


async def _numbers(ctx: Ctx, tenant: int, told: dict[int, _State], wanted: set[int] | None) -> list[int]:
    """The runs to look at: those wanted, or where notices were missed those under way and the last."""
    if wanted is not None:
        return sorted(wanted)
    await ctx.refresh()
    last = await runs.latest(ctx, tenant)
    return sorted(_under_way(told) | (set() if last is None else {last.id}))


def _under_way(told: dict[int, _State]) -> set[int]:
    return {number for number, state in told.items() if state[0] in _UNDER_WAY}


def _state(run: RunRow) -> _State:
    return run.status, run.step, run.progress


def _remember(told: dict[int, _State], run: RunRow) -> None:
    told.pop(run.id, None)
    told[run.id] = _state(run)
    ended = [number for number, state in told.items() if state[0] not in _UNDER_WAY]
    for number in ended[:-_REMEMBERED]:
        del told[number]
