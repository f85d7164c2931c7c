"""The database's side of a sync: one connection and one thread, so that the event loop never waits."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from types import TracebackType
from typing import TypeVar

from kit.db import Work, connect_for_work
from kit.db.bulk import lost_as_unavailable

T = TypeVar("T")


class Desk:
    """A connection for work that is used from an event loop, one piece of work after the other.

    To be used as `async with Desk(url) as desk`.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sync")
        self._stack = ExitStack()
        self._work: Work | None = None

    async def do(self, work: Callable[[Work], T]) -> T:
        """Do something on the connection. Raises UnavailableError where that is lost."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._done, work)

    async def __aenter__(self) -> "Desk":
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await asyncio.shield(asyncio.get_running_loop().run_in_executor(self._thread, self._stack.close))
        self._thread.shutdown()

    def _done(self, work: Callable[[Work], T]) -> T:
        if self._work is None:
            self._work = self._stack.enter_context(connect_for_work(self._url))
        with lost_as_unavailable():
            return work(self._work)
