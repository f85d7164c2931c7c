"""The worker: takes jobs from the queue and does them."""

from procrastinate import App

from jobs.queue import BACKTEST, PARTITIONS, PROCESS, RETENTION, make_queue
from resolvers.backtesting.request import BacktestRequest
from resolvers.backtesting.run import run_backtest
from resolvers.processing.process import process
from resolvers.processing.request import Request
from resolvers.retention import make_months_ahead, remove_old

_POLL_SECONDS = 1.0
_HOURLY = "7 * * * *"


async def run_worker(url: str) -> None:
    """Do jobs, one at a time, until the task is cancelled or the process gets SIGTERM or SIGINT."""
    app = make_queue(url).app
    register(app, url)
    async with app.open_async():
        await app.run_worker_async(
            concurrency=1, delete_jobs="successful", fetch_job_polling_interval=_POLL_SECONDS
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
