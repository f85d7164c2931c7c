"""How old a score is and where it comes from: the same five fields on every score."""

from datetime import datetime

import strawberry

from resolvers import runs
from resolvers.runs import RunRow
from resolvers.tenants import TenantRow
from schema.context import Info
from schema.enums import ForecastModel
from schema.run import ScoreRun
from schema.scalars import BigInt


@strawberry.interface(description="What every score says of itself: when, from what and by which run.")
class Scored:
    tenant: strawberry.Private[TenantRow]
    run_key: strawberry.Private[int | None]

    @strawberry.field(description="The run that computed this. Null before the first.")
    async def run(self, info: Info) -> ScoreRun | None:
        run = await self._run(info)
        return None if run is None else ScoreRun.of(run)

    @strawberry.field(description="When the run that computed this ended. Null before the first.")
    async def computed_at(self, info: Info) -> datetime | None:
        run = await self._run(info)
        return run.finished_at if run else None

    @strawberry.field(description="The instant of the last order that the run saw.")
    async def data_through(self, info: Info) -> datetime | None:
        run = await self._run(info)
        return run.data_through if run else None

    @strawberry.field(description="The number of the run that computed this.")
    async def run_id(self, info: Info) -> BigInt | None:
        if self.run_key is not None:
            return BigInt(self.run_key)
        run = await self._standing(info)
        return None if run is None else BigInt(run.id)

    @strawberry.field(
        description="Whether the data have changed since, or the scores are older than the setting."
    )
    async def is_stale(self, info: Info) -> bool:
        run = await self._run(info)
        return run is None or runs.is_stale(info.context, self.tenant, run)

    @strawberry.field(description="The purchase model of the run. Null where none was used.")
    async def model_version(self, info: Info) -> ForecastModel | None:
        run = await self._run(info)
        return ForecastModel(run.model) if run and run.model else None

    async def _run(self, info: Info) -> RunRow | None:
        if self.run_key is None:
            return await self._standing(info)
        return await runs.of_id(info.context, self.tenant.id, self.run_key)

    async def _standing(self, info: Info) -> RunRow | None:
        """The run that tells of what it gave no score to; None where none looked at it."""
        return None
