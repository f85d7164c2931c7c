"""The worker: takes jobs from the queue and does them."""

import asyncio
from contextlib import suppress

from procrastinate import App

from jobs.queue import BACKTEST, COMPUTED, FETCHED, PARTITIONS, PROCESS, RETENTION, make_queue
from jobs.syncs import Syncs
from kit.config import Settings, load
from resolvers.backtesting.request import BacktestRequest
from resolvers.backtesting.run import run_backtest
from resolvers.processing.process import process
from resolvers.processing.request import Request
from resolvers.retention import make_months_ahead, remove_old

_POLL_SECONDS = 1.0
_HOURLY = "7 * * * *"
_SYNCS = 16
"""Integrations that one worker fetches from at a time."""
_LAST_WORDS = 5.0
"""Seconds that a sync gets to end when the worker does; it goes on where it was, later."""


async def run_worker(url: str, settings: Settings | None = None) -> None:
    """Do jobs until the task is cancelled or the process gets SIGTERM or SIGINT.

    What computes is done one at a time; beside it, integrations are fetched from.
    """
    computing = make_queue(url).app
    register(computing, url)
    async with computing.open_async(), Syncs(url, settings or load()) as syncs:
        fetching = asyncio.create_task(_fetch(syncs))
        try:
            await computing.run_worker_async(
                queues=[COMPUTED],
                concurrency=1,
                delete_jobs="successful",
                fetch_job_polling_interval=_POLL_SECONDS,
            )
        finally:
            fetching.cancel()
            with suppress(asyncio.CancelledError):
                await fetching


async def _fetch(syncs: Syncs) -> None:
    await syncs.app.run_worker_async(
        name="syncs",
        queues=[FETCHED],
        concurrency=_SYNCS,
        delete_jobs="always",
        fetch_job_polling_interval=_POLL_SECONDS,
        shutdown_graceful_timeout=_LAST_WORDS,
        install_signal_handlers=False,
    )


def register(app: App, url: str) -> None:
    """Teach a queue its jobs, on the database of `url`; two of them come round every hour."""

    @app.task(name=PROCESS)
    def _process(tenant: int, run_id: int, analyses: list[str], as_of: str) -> None:
        process(url, tenant, Request.of(analyses, as_of, force=True), run_id=run_id)

    @app.task(name=BACKTEST)
    def _backtest(tenant: int, backtest_id: int, holdout_days: int, as_of: str) -> None:
        run_backtest(url, tenant, BacktestRequest.of(holdout_days, as_of), backtest_id=backtest_id)

    @app.periodic(cron=_HOURLY)
    @app.task(name=PARTITIONS, queueing_lock=PARTITIONS)
    def _partitions(timestamp: int) -> None:
        make_months_ahead(url)

    @app.periodic(cron=_HOURLY)
    @app.task(name=RETENTION, queueing_lock=RETENTION)
    def _retention(timestamp: int) -> None:
        remove_old(url)
