"""The queue: where the API leaves work, and what a worker does with it."""

from typing import Any

from procrastinate import App, PsycopgConnector
from psycopg import AsyncConnection

from kit.db.role import act_as_application
from resolvers.processing.process import process
from resolvers.processing.request import Request

PROCESS = "process"


class JobQueue:
    """Leaves jobs in PostgreSQL. `open` before use; implements `resolvers.context.Queue`."""

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


def make_queue(url: str, *, stale_after_hours: int = 24) -> JobQueue:
    """The queue of a database, with its tasks."""
    connector = PsycopgConnector(
        conninfo=url,
        min_size=1,
        max_size=2,
        kwargs={"application_name": "cdp queue"},
        configure=_configure,
    )
    app = App(connector=connector)

    @app.task(name=PROCESS)
    def _process(tenant: int, run_id: int, analyses: list[str], as_of: str) -> None:
        request = Request.of(analyses, as_of, force=True)
        process(url, tenant, request, run_id=run_id, stale_after_hours=stale_after_hours)

    return JobQueue(app)


async def run_worker(url: str, *, stale_after_hours: int = 24) -> None:
    """Do jobs, one at a time, until the task is cancelled or the process gets SIGTERM or SIGINT."""
    queue = make_queue(url, stale_after_hours=stale_after_hours)
    async with queue.app.open_async():
        await queue.app.run_worker_async(
            concurrency=1, delete_jobs="successful", fetch_job_polling_interval=1.0
        )


async def _configure(connection: AsyncConnection[Any]) -> None:
    await act_as_application(connection)
    await connection.commit()
