"""A run's record and lock: one run a tenant at a time, seen by everyone while it goes on."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from kit.db import Statement, Work, connect_for_work
from kit.errors import CdpError, ConflictError
from resolvers.audit.author import Author
from resolvers.audit.change import Change
from resolvers.audit.record import record_work
from resolvers.live import announce
from resolvers.processing.request import Request
from resolvers.waiting import has_job

_PAUSE = 0.1
_REPORT_EVERY = 0.25

_TRY = "SELECT pg_try_advisory_lock(hashtextextended('cdp.process:' || %(tenant)s, 0))"
_UNLOCK = "SELECT pg_advisory_unlock(hashtextextended('cdp.process:' || %(tenant)s, 0))"
_ACTIVE = Statement(
    "SELECT id, step, progress FROM score_run WHERE tenant_id = %(tenant_id)s AND status = 'running' "
    "ORDER BY id DESC LIMIT 1",
    True,
    {},
)
# One that there is still a job for will be tried again.
_INTERRUPTED = Statement(
    "UPDATE score_run SET status = found.status, step = found.step, progress = 0, "  # noqa: S608
    "finished_at = CASE found.status WHEN 'failed' THEN now() END, "
    "error = CASE found.status WHEN 'failed' THEN 'The run was interrupted.' END "
    "FROM (SELECT run.id, CASE WHEN alive THEN 'queued' ELSE 'failed' END AS status, "
    "CASE WHEN alive THEN 'waiting to be tried again' ELSE run.step END AS step FROM score_run run, "
    f"LATERAL (SELECT {has_job('run_id', 'run.id::text')} AS alive) job "
    "WHERE run.tenant_id = %(tenant_id)s AND run.status = 'running') found "
    "WHERE score_run.tenant_id = %(tenant_id)s AND score_run.id = found.id RETURNING score_run.id",
    True,
    {},
)
_START = Statement(
    "INSERT INTO score_run (tenant_id, status, analyses, as_of, as_of_requested, step) "
    "VALUES (%(tenant_id)s, 'running', %(analyses)s, %(as_of)s, %(as_of_requested)s, 'reading orders') "
    "RETURNING id, started_at",
    True,
    {},
)
# `started_at` tells one attempt from the next, also where the clock was set back in between.
_RESUME = Statement(
    "UPDATE score_run SET status = 'running', as_of = %(as_of)s, step = 'reading orders', progress = 0, "
    "started_at = greatest(clock_timestamp(), started_at + interval '1 microsecond') "
    "WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND status = 'queued' RETURNING started_at",
    True,
    {},
)
_DONE = Statement(
    "SELECT FROM score_run WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND status = 'succeeded'",
    True,
    {},
)
_LEFT = Statement("DELETE FROM customer_score WHERE tenant_id = %(tenant_id)s AND run_id = %(id)s", True, {})
_MINE = Statement(
    "SELECT FROM score_run WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND status = 'running' "
    "AND started_at = %(began)s FOR SHARE",
    True,
    {},
)
_PROGRESS = Statement(
    "UPDATE score_run SET step = %(step)s, progress = %(progress)s "
    "WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND status = 'running' AND started_at = %(began)s",
    True,
    {},
)
_FAILED = Statement(
    "UPDATE score_run SET status = 'failed', finished_at = now(), error = %(error)s, swept = false "
    "WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND status <> 'succeeded' AND started_at = %(began)s",
    True,
    {},
)
_PUT_BACK = Statement(
    "UPDATE score_run SET status = 'queued', step = 'waiting to be tried again', progress = 0 "
    "WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND status = 'running' AND started_at = %(began)s",
    True,
    {},
)
_GIVEN_UP = Statement(
    "UPDATE score_run SET status = 'failed', finished_at = now(), error = %(error)s, swept = false "
    "WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND status IN ('queued', 'running')",
    True,
    {},
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a run. A run whose worker was lost is tried again, under the same id."""

    run_id: int
    began: datetime

    def values(self, **more: object) -> dict[str, object]:
        """What statements know an attempt by, and what else they need."""
        return {"id": self.run_id, "began": self.began, **more}

    def claim(self, work: Work) -> None:
        """Keep the run this attempt's until the end of the transaction.

        Raises ConflictError where another attempt has taken over: what this one knows is not to be written.
        """
        if work.count(_MINE, self.values()) != 1:
            raise ConflictError("Another attempt took this one's place, so its scores were not kept.")


@dataclass(slots=True)
class Control:
    """The record of a tenant's runs, on a connection of its own that also holds the lock.

    The lock is the session's: it falls with the process, so a killed run never blocks the next, and a run
    that is `running` without a lock is known to be dead.
    """

    work: Work
    tenant: int
    notify: Callable[[str, float], None]
    _reported: float = 0.0

    @contextmanager
    def alone(self, *, wait: bool) -> Iterator[None]:
        """Hold the tenant's lock. Raises ConflictError if another run has it and `wait` is off."""
        while not self.work.run(_TRY, {"tenant": str(self.tenant)})[0][0]:
            with self.work.transaction(self.tenant):
                active = self.work.run(_ACTIVE)
            number, step, share = active[0] if active else ("", "starting", 0.0)
            if not wait:
                raise ConflictError(
                    f"Run {number} of tenant {self.tenant} is going on ({step}, {share:.0%}); "
                    "wait for it, or leave out --no-wait."
                )
            self.notify(f"waiting for run {number}", share)
            time.sleep(_PAUSE)
        try:
            with self.work.transaction(self.tenant):
                for (run_id,) in self.work.run(_INTERRUPTED):
                    announce.run_changed(self.work, self.tenant, run_id)
            yield
        finally:
            self.work.run(_UNLOCK, {"tenant": str(self.tenant)})

    def is_done(self, run_id: int) -> bool:
        """Whether a run has succeeded: by a worker that was thought dead, but was not."""
        with self.work.transaction(self.tenant):
            return self.work.count(_DONE, {"id": run_id}) == 1

    def start(self, request: Request, as_of: datetime, queued: int | None) -> Attempt:
        """Write that the run has begun: a new one, by a command, or the queued one, rid of what was left."""
        with self.work.transaction(self.tenant):
            if queued is not None:
                began = self.work.run(_RESUME, {"id": queued, "as_of": as_of})
                if not began:
                    raise ConflictError(f"Run {queued} is not waiting any more.")
                self.work.run(_LEFT, {"id": queued})
                announce.run_changed(self.work, self.tenant, queued)
                return Attempt(queued, began[0][0])
            values = {
                "analyses": list(request.analyses),
                "as_of": as_of,
                "as_of_requested": request.as_of,
            }
            attempt = Attempt(*self.work.run(_START, values)[0])
            told = {"analyses": values["analyses"], "as_of": request.as_of}
            done = Change("processStart", self.tenant, "ScoreRun", attempt.run_id, after=told)
            record_work(self.work, Author.of_command(), done)
            announce.run_changed(self.work, self.tenant, attempt.run_id)
            return attempt

    def progress(self, attempt: Attempt, step: str, share: float) -> None:
        """Tell how far the run is, at most four times a second in the database."""
        self.notify(step, share)
        if time.monotonic() - self._reported >= _REPORT_EVERY:
            with self.work.transaction(self.tenant, durable=False):
                self.work.run(_PROGRESS, attempt.values(step=step, progress=share))
                announce.run_changed(self.work, self.tenant, attempt.run_id)
            self._reported = time.monotonic()

    def failed(self, attempt: Attempt, error: str) -> None:
        self._end(_FAILED, attempt, error=error)

    def put_back(self, attempt: Attempt) -> None:
        """Write that the run waits for another worker."""
        self._end(_PUT_BACK, attempt)

    def _end(self, statement: Statement, attempt: Attempt, **more: object) -> None:
        with self.work.transaction(self.tenant):
            self.work.run(statement, attempt.values(**more))
            announce.run_changed(self.work, self.tenant, attempt.run_id)


def give_up(url: str, tenant: int, run_id: int, error: str) -> None:
    """Write that a run is not tried again."""
    with connect_for_work(url) as work, work.transaction(tenant):
        work.run(_GIVEN_UP, {"id": run_id, "error": error})
        announce.run_changed(work, tenant, run_id)


def failure(error: BaseException) -> str:
    """What the run's record says of an error: our own sentences, nothing of the inside of others."""
    if isinstance(error, CdpError):
        return error.message
    if isinstance(error, KeyboardInterrupt | SystemExit):
        return "The run was interrupted."
    return "The run failed unexpectedly; the log tells more."
