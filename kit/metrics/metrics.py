"""All measures of a process, and their text."""

import os
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.exposition import start_http_server
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector, CollectorRegistry

from kit.metrics.jobs import Jobs
from kit.metrics.place import VARIABLE, forget_the_dead
from kit.metrics.process import Process
from kit.metrics.requests import Requests

CONTENT_TYPE = CONTENT_TYPE_LATEST


class Metrics:
    """The measures of this process; told with those of the processes that serve together with it."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self.requests = Requests(self._registry)
        self.process = Process(self._registry)
        self.jobs = Jobs(self._registry)

    def text(self, *more: Collector) -> bytes:
        """Everything, and what is collected only now, in Prometheus's text form."""
        last = CollectorRegistry()
        for each in more:
            last.register(each)
        return generate_latest(_all(self._registry)) + generate_latest(last)

    def serve(self, host: str, port: int) -> None:
        """Tell them at an address, from a thread. Raises OSError where it is taken."""
        start_http_server(port, host, _all(self._registry))


def _all(own: CollectorRegistry) -> CollectorRegistry:
    directory = os.environ.get(VARIABLE)
    if not directory:
        return own
    forget_the_dead(Path(directory))
    together = CollectorRegistry()
    MultiProcessCollector(together, directory)  # type: ignore[no-untyped-call]
    return together
