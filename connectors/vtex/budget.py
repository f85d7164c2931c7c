"""How many requests an account may be asked: a steady rate, and pauses where VTEX asks for them."""

import asyncio
import time
from collections.abc import Awaitable, Callable

_MOST_ACCOUNTS = 1_000


class Budget:
    """So many requests a minute, of them `burst` at once; those that wait keep their order.

    `clock` (seconds) and `sleep` can be given by tests.
    """

    def __init__(
        self,
        per_minute: float,
        *,
        burst: int = 10,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._interval = 60.0 / per_minute
        self._tolerance = self._interval * (burst - 1)
        self._clock = clock
        self._sleep = sleep
        self._next = self._resumes = clock()

    async def take(self) -> None:
        """Wait for one request's turn. A turn that a pause fell into is waited for anew."""
        while True:
            now = self._clock()
            slot = max(self._next, now - self._tolerance)
            self._next = slot + self._interval
            if slot > now:
                await self._sleep(slot - now)
            if self._clock() >= self._resumes:
                return

    def pause(self, seconds: float) -> None:
        """Let nobody take before so many seconds are over, and then only one after the other."""
        self._resumes = max(self._resumes, self._clock() + seconds)
        self._next = max(self._next, self._resumes)

    @property
    def wait(self) -> float:
        """Seconds that a pause still lasts."""
        return max(0.0, self._resumes - self._clock())

    @property
    def idle(self) -> bool:
        """Whether forgetting what was taken would change nothing."""
        return self._next <= self._clock() - self._tolerance


class Budgets:
    """One budget for each account, as VTEX counts."""

    def __init__(self, per_minute: float) -> None:
        self._per_minute = per_minute
        self._of: dict[str, Budget] = {}

    def of(self, account: str) -> Budget:
        """The budget of an account by its name. Those of accounts that are not asked any more are dropped."""
        if account not in self._of:
            if len(self._of) >= _MOST_ACCOUNTS:
                self._of = {name: each for name, each in self._of.items() if not each.idle}
            self._of[account] = Budget(self._per_minute)
        return self._of[account]
