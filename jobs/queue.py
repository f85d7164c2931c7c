"""The queue in PostgreSQL (procrastinate's), where the API leaves work for a worker."""

from contextlib import suppress
from typing import Any

from procrastinate import App, PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from psycopg import AsyncConnection

from kit.db.role import act_as_application

PROCESS, BACKTEST, PARTITIONS, RETENTION = "process", "backtest", "partitions", "retention"
SYNC, BACKFILL, DUE, NOTICES = "sync", "backfill", "due syncs", "notices"
COMPUTED, FETCHED, BACKFILLED = "default", "fetched", "backfilled"
"""Queues: of what keeps a processor busy, of what mostly waits for other systems, and does so for hours."""


class JobQueue:
    """Leaves jobs. `open` before use; implements `resolvers.context.Queue`."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def open(self) -> None:
        await self.app.open_async()

    async def close(self) -> None:
        await self.app.close_async()

    async def put_process(self, *, tenant: int, run_id: int, analyses: list[str], as_of: str) -> None:
        """Leave a run of a tenant for a worker."""
        task = self.app.configure_task(PROCESS)
        await task.defer_async(tenant=tenant, run_id=run_id, analyses=[*analyses], as_of=as_of)

    async def put_backtest(
        self, *, tenant: int, backtest_id: int, holdout_days: int, as_of_requested: str
    ) -> None:
        """Leave a backtest of a tenant for a worker."""
        task = self.app.configure_task(BACKTEST)
        await task.defer_async(
            tenant=tenant, backtest_id=backtest_id, holdout_days=holdout_days, as_of=as_of_requested
        )

    async def put_sync(self, *, tenant: int, integration: int) -> None:
        """Leave a sync of an integration for a worker, unless one waits for it already."""
        await self._put(SYNC, FETCHED, tenant, integration)

    async def put_backfill(self, *, tenant: int, integration: int) -> None:
        """Leave the same for a worker's places for syncs that fetch all there is."""
        await self._put(BACKFILL, BACKFILLED, tenant, integration)

    async def put_notices(self, *, tenant: int, integration: int) -> None:
        """Leave the orders that a hook told of for a worker, unless they wait for it already."""
        await self._put(NOTICES, FETCHED, tenant, integration)

    async def _put(self, name: str, queue: str, tenant: int, integration: int) -> None:
        task = self.app.configure_task(name, queue=queue, queueing_lock=f"{name}:{tenant}:{integration}")
        with suppress(AlreadyEnqueued):
            await task.defer_async(tenant=tenant, integration=integration)


def make_queue(url: str) -> JobQueue:
    """The queue of a database."""
    connector = PsycopgConnector(
        conninfo=url,
        min_size=1,
        max_size=2,
        kwargs={"application_name": "cdp queue"},
        configure=_configure,
    )
    return JobQueue(App(connector=connector))


async def _configure(connection: AsyncConnection[Any]) -> None:
    await act_as_application(connection)
    await connection.commit()
