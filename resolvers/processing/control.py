"""A run's record and lock: one run a tenant at a time, seen by everyone while it goes on."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from kit.db import Statement, Work
from kit.errors import CdpError, ConflictError
from resolvers.audit.author import Author
from resolvers.audit.change import Change
from resolvers.audit.record import record_work
from resolvers.live import announce
from resolvers.processing.request import Request

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
_INTERRUPTED = Statement(
    "UPDATE score_run SET status = 'failed', finished_at = now(), error = 'The run was interrupted.' "
    "WHERE tenant_id = %(tenant_id)s AND status = 'running' RETURNING id",
    True,
    {},
)
_START = Statement(
    "INSERT INTO score_run (tenant_id, status, analyses, as_of, as_of_requested, step) "
    "VALUES (%(tenant_id)s, 'running', %(analyses)s, %(as_of)s, %(as_of_requested)s, 'reading orders') "
    "RETURNING id",
    True,
    {},
)
_RESUME = Statement(
    "UPDATE score_run SET status = 'running', as_of = %(as_of)s, started_at = now(), step = 'reading orders' "
    "WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND status = 'queued'",
    True,
    {},
)
_PROGRESS = Statement(
    "UPDATE score_run SET step = %(step)s, progress = %(progress)s "
    "WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND status = 'running'",
    True,
    {},
)
_FAILED = Statement(
    "UPDATE score_run SET status = 'failed', finished_at = now(), error = %(error)s, swept = false "
    "WHERE tenant_id = %(tenant_id)s AND id = %(id)s AND status <> 'succeeded'",
    True,
    {},
)


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

    def start(self, request: Request, as_of: datetime, queued: int | None) -> int:
        """Write that the run has begun: a new one, by a command, or the queued one. Returns its id."""
        with self.work.transaction(self.tenant):
            if queued is not None:
                if self.work.count(_RESUME, {"id": queued, "as_of": as_of}) != 1:
                    raise ConflictError(f"Run {queued} is not waiting any more.")
                announce.run_changed(self.work, self.tenant, queued)
                return queued
            values = {
                "analyses": list(request.analyses),
                "as_of": as_of,
                "as_of_requested": request.as_of,
            }
            run_id = int(self.work.run(_START, values)[0][0])
            told = {"analyses": values["analyses"], "as_of": request.as_of}
            done = Change("processStart", self.tenant, "ScoreRun", run_id, after=told)
            record_work(self.work, Author.of_command(), done)
            announce.run_changed(self.work, self.tenant, run_id)
            return run_id

    def progress(self, run_id: int, step: str, share: float) -> None:
        """Tell how far the run is, at most four times a second in the database."""
        self.notify(step, share)
        if time.monotonic() - self._reported >= _REPORT_EVERY:
            with self.work.transaction(self.tenant, durable=False):
                self.work.run(_PROGRESS, {"id": run_id, "step": step, "progress": share})
                announce.run_changed(self.work, self.tenant, run_id)
            self._reported = time.monotonic()

    def failed(self, run_id: int, error: str) -> None:
        with self.work.transaction(self.tenant):
            self.work.run(_FAILED, {"id": run_id, "error": error})
            announce.run_changed(self.work, self.tenant, run_id)


def failure(error: BaseException) -> str:
    """What the run's record says of an error: our own sentences, nothing of the inside of others."""
    if isinstance(error, CdpError):
        return error.message
    if isinstance(error, KeyboardInterrupt | SystemExit):
        return "The run was interrupted."
    return "The run failed unexpectedly; the log tells more."
