"""A line in the log for a request: what it was, how it ended, how long it took. Nothing of what it held."""

from typing import Literal

import structlog

from kit.trace import Trace

log = structlog.get_logger()
Which = Literal["off", "failures", "all"]


class AccessLog:
    """Writes lines for the requests that are to have one."""

    def __init__(self, which: Which) -> None:
        self._from = {"off": 10_000, "failures": 500, "all": 0}[which]

    def seen(self, trace: Trace, method: str, status: int, seconds: float) -> None:
        """A request has been answered. The log adds its id, its operation and its tenant."""
        if status >= self._from:
            say = log.warning if status >= 500 else log.info
            say(
                "request",
                method=method,
                status=status,
                milliseconds=round(seconds * 1000, 2),
                face=trace.face,
            )
