"""Recent: what was found a moment ago, for all who ask; where nobody has looked, one looks for all."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")

KEPT = 1.0
"""Seconds."""


class Recent(Generic[T]):
    """Keeps what `look` found for so many seconds; a look that fails is told to all who wait for it."""

    def __init__(self, look: Callable[[], Awaitable[T]], seconds: float = KEPT) -> None:
        self._look = look
        self._seconds = seconds
        self._looking: asyncio.Task[T] | None = None
        self._good_until = 0.0

    async def get(self) -> T:
        """What is found. Raises what the look raises."""
        if self._looking is None or (self._looking.done() and not self._is_good(self._looking)):
            self._looking = asyncio.create_task(self._found())
        return await asyncio.shield(self._looking)

    def _is_good(self, done: "asyncio.Task[T]") -> bool:
        failed = done.cancelled() or done.exception() is not None
        return not failed and asyncio.get_running_loop().time() < self._good_until

    async def _found(self) -> T:
        found = await self._look()
        self._good_until = asyncio.get_running_loop().time() + self._seconds
        return found
