"""What one API process has at the moment: connections, events that wait, followers."""

from collections.abc import Mapping

from prometheus_client import Gauge, Histogram
from prometheus_client.registry import CollectorRegistry

LAG = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Process:
    """Gauges that are set from time to time, and the lag of the intake. Processes' gauges add up."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._pool = Gauge(
            "cdp_pool_connections",
            "Connections of the pools to the database: open, in use, the most there may be",
            ("pool", "state"),
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._waiting = Gauge(
            "cdp_pool_waiting",
            "Requests that wait for a connection",
            ("pool",),
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._intake = Gauge(
            "cdp_intake_bytes",
            "Events that wait or are being saved, and the most that are accepted, in bytes",
            ("state",),
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._followers = Gauge(
            "cdp_subscriptions_open",
            "Followers of live notices",
            registry=registry,
            multiprocess_mode="livesum",
        )
        self._lag = Histogram(
            "cdp_intake_lag_seconds",
            "From an event's arrival to its commit",
            buckets=LAG,
            registry=registry,
        )
        self.saved = self._lag.observe

    def pool(self, name: str, figures: Mapping[str, int]) -> None:
        """Set a pool's figures: `size`, `used`, `most` and `waiting`."""
        for state in ("size", "used", "most"):
            self._pool.labels(name, state).set(figures[state])
        self._waiting.labels(name).set(figures["waiting"])

    def intake(self, held: int, most: int) -> None:
        self._intake.labels("held").set(held)
        self._intake.labels("most").set(most)

    def followers(self, count: int) -> None:
        self._followers.set(count)
