"""Requests: how many, with what status, in what time. Costs a few microseconds each."""

from prometheus_client import Counter, Gauge, Histogram
from prometheus_client.registry import CollectorRegistry

from kit.trace import Trace

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
MOST_NAMES = 200
"""Names of callers' operations that are told apart by one process; what comes later is `other`."""
OTHER = "other"
_FROM_CALLERS = ("graphql", "stream", "socket")
_LABELS = ("face", "operation")


class Requests:
    """Counts requests by face, operation and status, and their seconds by face and operation."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._total = Counter("cdp_requests", "Requests answered", (*_LABELS, "status"), registry=registry)
        self._seconds = Histogram(
            "cdp_request_duration_seconds",
            "From a request's head to the end of its answer; streams are left out",
            _LABELS,
            buckets=BUCKETS,
            registry=registry,
        )
        self._sockets = Gauge(
            "cdp_sockets_open", "WebSockets open", registry=registry, multiprocess_mode="livesum"
        )
        self._limited = Counter(
            "cdp_rate_limited", "Requests refused for their caller's rate", registry=registry
        )
        executed = Counter(
            "cdp_graphql_queries",
            "Queries of the graph: planned and executed with others (together), answered with an equal one "
            "(shared), planned (plan), or executed by graphql-core because there is no plan (unplanned) or "
            "the plan met an error (failed)",
            ("by",),
            registry=registry,
        )
        self._ways = {
            each: executed.labels(each) for each in ("together", "shared", "plan", "unplanned", "failed")
        }
        self._names: set[str] = set()
        self._known: dict[tuple[str, str, int], tuple[Counter, Histogram | None]] = {}

    def seen(self, trace: Trace, status: int, seconds: float) -> None:
        """A request has been answered."""
        key = (trace.face, trace.operation, status)
        counter, histogram = self._known.get(key) or self._children(key)
        counter.inc()
        if histogram is not None:
            histogram.observe(seconds)

    def limited(self) -> None:
        """A request was refused for its caller's rate."""
        self._limited.inc()

    def executed(self, how: str) -> None:
        """A query of the graph was executed."""
        self._ways[how].inc()

    def socket(self, change: int) -> None:
        """A socket has come (1) or gone (-1)."""
        self._sockets.inc(change)

    def _children(self, key: tuple[str, str, int]) -> tuple[Counter, Histogram | None]:
        face, name, status = key
        operation = self._bounded(face, name)
        timed = face not in ("stream", "socket")
        made = (
            self._total.labels(face, operation, status),
            self._seconds.labels(face, operation) if timed else None,
        )
        if operation == name:
            self._known[key] = made
        return made

    def _bounded(self, face: str, name: str) -> str:
        if face not in _FROM_CALLERS or name in self._names:
            return name
        if len(self._names) >= MOST_NAMES:
            return OTHER
        self._names.add(name)
        return name
