"""Jobs of a worker: how many, how they ended and how long they took."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from prometheus_client import Gauge, Histogram
from prometheus_client.registry import CollectorRegistry

BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1800.0)


class Jobs:
    """Seconds of jobs by name and by how they ended: done or failed."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._seconds = Histogram(
            "cdp_job_duration_seconds",
            "Time of a job, a run of the scoring (process) among them",
            ("job", "outcome"),
            buckets=BUCKETS,
            registry=registry,
        )
        self._parts = Gauge(
            "cdp_worker_part_up",
            "1 for a part of a worker that lives, 0 once it has ended",
            ("part",),
            registry=registry,
            multiprocess_mode="livemin",
        )

    def part(self, name: str, lives: bool) -> None:
        """Show whether a part of the worker lives."""
        self._parts.labels(name).set(float(lives))

    @contextmanager
    def timed(self, job: str) -> Iterator[None]:
        """Measure what is done in the block."""
        began = time.perf_counter()
        outcome = "failed"
        try:
            yield
            outcome = "done"
        finally:
            self._seconds.labels(job, outcome).observe(time.perf_counter() - began)
