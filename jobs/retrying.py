"""Jobs that are tried again: those of workers that died, were asked to end, or lost the database."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

import structlog
from procrastinate import App, BaseRetryStrategy, RetryDecision
from procrastinate.exceptions import ConnectorException, JobAborted
from procrastinate.jobs import Job, Status
from procrastinate.utils import utcnow

from jobs.pulse import MOST_ATTEMPTS, Pulse
from jobs.queue import COMPUTED
from kit.errors import UnavailableError

GiveUp = Callable[[Job, str], Awaitable[None]]

log = structlog.get_logger()

_PAUSE = 5
_MOST_JOBS = 100
_DIED = f"It was given up: {MOST_ATTEMPTS} workers died over it or lost the database."


class Again(BaseRetryStrategy):
    """Another attempt for a job that was handed back or lost the database; none for one that failed."""

    def get_retry_decision(self, *, exception: BaseException, job: Job) -> RetryDecision | None:
        if not isinstance(exception, JobAborted | UnavailableError) or _last(job):
            return None
        return RetryDecision(retry_in={"seconds": 0 if isinstance(exception, JobAborted) else _PAUSE})


async def rescue(app: App, pulse: Pulse, give_up: GiveUp) -> None:
    """Leave the jobs of dead workers to others, until cancelled."""
    while True:
        try:
            await rescue_once(app, pulse, give_up)
        except (ConnectorException, UnavailableError) as error:
            log.warning("jobs of dead workers cannot be looked for", why=str(error))
        await asyncio.sleep(pulse.beat)


async def rescue_once(app: App, pulse: Pulse, give_up: GiveUp) -> None:
    """Leave each job of a worker that is dead to another, or give it up when it was tried often enough."""
    found = await app.job_manager.get_stalled_jobs(queue=COMPUTED, seconds_since_heartbeat=pulse.dead_after)
    for job in [*found][:_MOST_JOBS]:
        if job.queueing_lock is not None:
            # It comes round by itself, and another may wait already.
            await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)
        elif _last(job):
            await give_up(job, _DIED)
            await app.job_manager.finish_job(job, Status.FAILED, delete_job=False)
        else:
            await app.job_manager.retry_job(job, retry_at=utcnow())
        log.warning("a worker died over a job", task=job.task_name, attempt=job.attempts + 1, **_named(job))


def _last(job: Job) -> bool:
    return job.attempts + 1 >= MOST_ATTEMPTS


def _named(job: Job) -> dict[str, object]:
    return {
        name: job.task_kwargs[name] for name in ("tenant", "run_id", "backtest_id") if name in job.task_kwargs
    }


def in_thread(do: Callable[[Job, str], None]) -> GiveUp:
    """Something done without holding the loop up."""

    async def done(job: Job, error: str) -> None:
        await asyncio.to_thread(partial(do, job, error))

    return done
