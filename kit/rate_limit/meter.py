"""Meter: what a socket carries, counted as requests of the address it comes from."""

import math
import time
from collections.abc import Callable

from kit.errors import OverloadedError
from kit.rate_limit.counts import Counts, Standing
from kit.rate_limit.rate import Rate

METER = "meter"
"""The name under which a socket's state has its meter; where no rate is set it has none."""


class Meter:
    """Counts for one caller, in the same window as their requests. `limited` hears of each refusal."""

    def __init__(self, caller: str, rate: Rate, counts: Counts, limited: Callable[[], None]) -> None:
        self._caller = caller
        self._rate = rate
        self._counts = counts
        self._limited = limited

    async def count(self) -> None:
        """Count a request. Raises OverloadedError for one too many."""
        standing = await self._counts.hit(self._caller, self._rate)
        if standing is not None and standing.requests > self._rate.requests:
            self._limited()
            wait = seconds_to(standing)
            raise OverloadedError(told_over(self._rate, wait), retry_after=wait)


def seconds_to(standing: Standing) -> int:
    """Whole seconds until a window ends, at least one."""
    return max(1, math.ceil(standing.ends_at - time.time()))


def told_over(rate: Rate, wait: int) -> str:
    """What a caller is told who has asked too often."""
    return (
        f"{rate.requests} requests in {rate.seconds} seconds are accepted from one address; "
        f"try again in {wait} seconds."
    )
