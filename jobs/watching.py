"""A worker's measures and log: each job timed, each line under the job and the tenant it is of."""

import inspect
import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from typing import Any

from procrastinate import App

from kit.errors import ConfigurationError
from kit.metrics.jobs import Jobs
from kit.metrics.metrics import Metrics
from kit.trace import CURRENT, Trace


def watch(apps: Iterable[App], metrics_at: tuple[str, int] | None = None) -> Callable[[str, bool], None]:
    """Measure every job of some queues, and tell the measures at a host and port; what shows how parts live.

    Raises ConfigurationError for an address that cannot be bound.
    """
    metrics = Metrics()
    for task in {task for app in apps for task in app.tasks.values()}:
        task.func = _watched(task.name, task.func, metrics.jobs)
    if metrics_at is not None:
        try:
            metrics.serve(*metrics_at)
        except OSError as error:
            reason = error.strerror or str(error)
            raise ConfigurationError(f"CDP_WORKER_METRICS: the address cannot be bound ({reason}).") from None
    return metrics.jobs.part


def _watched(name: str, do: Callable[..., Any], jobs: Jobs) -> Callable[..., Any]:
    if inspect.iscoroutinefunction(do):

        @wraps(do)
        async def awaited(*args: Any, **given: Any) -> Any:
            with _traced(name, given), jobs.timed(name):
                return await do(*args, **given)

        return awaited

    @wraps(do)
    def done(*args: Any, **given: Any) -> Any:
        with _traced(name, given), jobs.timed(name):
            return do(*args, **given)

    return done


@contextmanager
def _traced(name: str, given: Mapping[str, object]) -> Iterator[None]:
    trace = Trace(uuid.uuid4().hex, "job")
    trace.operation = name
    tenant = given.get("tenant")
    trace.tenant = tenant if isinstance(tenant, int) else None
    before = CURRENT.set(trace)
    try:
        yield
    finally:
        CURRENT.reset(before)
