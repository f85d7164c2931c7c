"""What the queue holds, as it is at the moment of asking."""

from collections.abc import Iterable, Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector


class Queue(Collector):
    """Rows of a job's name, its state, how many there are and the seconds of the oldest; and the workers."""

    def __init__(self, rows: Iterable[tuple[str, str, int, float]], workers: int) -> None:
        self._rows = [*rows]
        self._workers = workers

    def collect(self) -> Iterator[Metric]:
        labels = ["job", "state"]
        jobs = GaugeMetricFamily("cdp_queue_jobs", "Jobs that wait, are done or have failed", labels=labels)
        oldest = GaugeMetricFamily("cdp_queue_oldest_seconds", "Age of the oldest of them", labels=labels)
        for name, state, count, seconds in self._rows:
            jobs.add_metric([name, state], count)
            oldest.add_metric([name, state], seconds)
        yield from (jobs, oldest)
        yield GaugeMetricFamily("cdp_workers", "Workers seen in the last minute", value=self._workers)


class Up(Collector):
    """Whether the database has answered for the queue's figures."""

    def __init__(self, *, up: bool) -> None:
        self._up = up

    def collect(self) -> Iterator[Metric]:
        yield GaugeMetricFamily(
            "cdp_database_up", "1 where the database answers, else 0", value=float(self._up)
        )
