"""The worker: takes jobs from the queue and does them."""

from collections.abc import Callable

from procrastinate import App, JobContext
from procrastinate.exceptions import JobAborted
from procrastinate.jobs import Job

from jobs.parts import together
from jobs.pulse import Pulse
from jobs.queue import BACKFILLED, BACKTEST, COMPUTED, FETCHED, PARTITIONS, PROCESS, RETENTION, make_queue
from jobs.retrying import Again, in_thread, rescue
from jobs.syncs import Syncs
from jobs.watching import watch
from kit.config import Settings, load
from resolvers.backtesting import run as backtesting
from resolvers.backtesting.request import BacktestRequest
from resolvers.processing import control
from resolvers.processing.process import process
from resolvers.processing.request import Request
from resolvers.retention import drop_empty_months, make_months_ahead, remove_late, remove_old
from resolvers.waiting import HandedBackError

_POLL_SECONDS = 1.0
_HOURLY = "7 * * * *"
_SYNCS, _BACKFILLS = 8, 8
"""Integrations of which one worker fetches what is new at a time, and of which all there is.

The latter takes hours where the former takes seconds, so neither waits for a place of the other's.
"""
_LAST_WORDS = 5.0
"""Seconds that a sync gets to end when the worker does; it goes on where it was, later."""


async def run_worker(
    url: str,
    settings: Settings | None = None,
    pulse: Pulse = Pulse(),  # noqa: B008 - it is frozen
    *,
    metrics_at: tuple[str, int] | None = None,
) -> None:
    """Do jobs until the task is cancelled or the process gets SIGTERM or SIGINT.

    What computes is done one at a time, also for workers that died; beside it, integrations are fetched from.
    The measures are told at the host and port of `metrics_at`. Raises UnavailableError where a part ends.
    """
    computing = make_queue(url).app
    register(computing, url)

    def give_up(job: Job, error: str) -> None:
        _give_up(url, job, error)

    async with computing.open_async(), Syncs(url, settings or load()) as syncs:
        show = watch((computing, syncs.app), metrics_at)
        parts = {
            "computing": _compute(computing, pulse),
            "fetching": _fetch(syncs, FETCHED, _SYNCS),
            "backfilling": _fetch(syncs, BACKFILLED, _BACKFILLS),
            "rescuing": rescue(computing, pulse, in_thread(give_up)),
        }
        await together("computing", parts, show)


async def _compute(computing: App, pulse: Pulse) -> None:
    await computing.run_worker_async(
        queues=[COMPUTED],
        concurrency=1,
        delete_jobs="successful",
        fetch_job_polling_interval=_POLL_SECONDS,
        shutdown_graceful_timeout=pulse.ending,
        update_heartbeat_interval=pulse.beat,
        stalled_worker_timeout=pulse.dead_after,
    )


async def _fetch(syncs: Syncs, queue: str, places: int) -> None:
    await syncs.app.run_worker_async(
        name=queue,
        queues=[queue],
        concurrency=places,
        delete_jobs="always",
        fetch_job_polling_interval=_POLL_SECONDS,
        shutdown_graceful_timeout=_LAST_WORDS,
        install_signal_handlers=False,
    )


def register(app: App, url: str) -> None:
    """Teach a queue its jobs, on the database of `url`; two of them come round every hour."""

    @app.task(name=PROCESS, pass_context=True, retry=Again())
    def _process(context: JobContext, tenant: int, run_id: int, analyses: list[str], as_of: str) -> None:
        asked = Request.of(analyses, as_of, force=True)
        _attempt(lambda: process(url, tenant, asked, run_id=run_id, notify=_handing_back(context)))

    @app.task(name=BACKTEST, pass_context=True, retry=Again())
    def _backtest(context: JobContext, tenant: int, backtest_id: int, holdout_days: int, as_of: str) -> None:
        asked, notify = BacktestRequest.of(holdout_days, as_of), _handing_back(context)
        _attempt(lambda: backtesting.run_backtest(url, tenant, asked, backtest_id=backtest_id, notify=notify))

    @app.periodic(cron=_HOURLY)
    @app.task(name=PARTITIONS, queueing_lock=PARTITIONS)
    def _partitions(timestamp: int) -> None:
        make_months_ahead(url)

    @app.periodic(cron=_HOURLY)
    @app.task(name=RETENTION, queueing_lock=RETENTION)
    def _retention(timestamp: int) -> None:
        remove_old(url)
        remove_late(url)
        drop_empty_months(url)


def _attempt(do: Callable[[], object]) -> None:
    try:
        do()
    except HandedBackError as error:
        raise JobAborted from error


def _handing_back(context: JobContext) -> Callable[[str, float], None]:
    """Has work stop at its next step once the worker is to end; what is done already is not undone."""

    def notify(step: str, share: float) -> None:
        if share < 1 and context.should_abort():
            raise HandedBackError(step)

    return notify


def _give_up(url: str, job: Job, error: str) -> None:
    numbers = {name: value for name, value in job.task_kwargs.items() if isinstance(value, int)}
    if job.task_name == PROCESS:
        control.give_up(url, numbers["tenant"], numbers["run_id"], error)
    elif job.task_name == BACKTEST:
        backtesting.give_up(url, numbers["tenant"], numbers["backtest_id"], error)
