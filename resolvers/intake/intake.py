"""The way in: two queues in front of the database, so that what may have to wait holds nothing else up."""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from queue import SimpleQueue

from kit.batcher import Batcher
from kit.db import Kept
from resolvers.intake.event import Submission
from resolvers.intake.store import EventStore, Result
from resolvers.writes.outcome import Outcome

_WRITERS = 2
_ENTANGLED_SHARE = 4
_EVENT = 512
"""Bytes that an event is reckoned with where the capacity is told in events."""
_BATCH = 2_000 * _EVENT
_MANY = 32 * _EVENT
"""What is worth a second writer."""


class EventIntake:
    """Saves submissions as batches, each acknowledged once it is committed. `open` before use.

    `capacity` is how many events of 512 bytes may wait or be under way; larger ones count for several.
    `saved` hears in how many seconds a submission came to be committed.
    """

    def __init__(
        self, url: str, *, capacity: int, saved: Callable[[float], None] = lambda seconds: None
    ) -> None:
        self._store = EventStore()
        self._saved = saved
        self._threads = ThreadPoolExecutor(2 * _WRITERS, thread_name_prefix="intake")
        self._connections: SimpleQueue[Kept] = SimpleQueue()
        self._all = [Kept(url) for _ in range(2 * _WRITERS)]
        for each in self._all:
            self._connections.put(each)
        self._room = capacity * _EVENT
        self._plain = self._lane(_BATCH, self._room)
        self._entangled = self._lane(_BATCH // _ENTANGLED_SHARE, self._room)

    def _lane(self, most: int, capacity: int) -> Batcher[Submission, list[Outcome]]:
        return Batcher(self._save, writers=_WRITERS, many=_MANY, most=most, capacity=capacity)

    async def open(self) -> None:
        await self._plain.open()
        await self._entangled.open()

    async def close(self) -> None:
        """Save what waits, and close the connections."""
        await self._plain.close()
        await self._entangled.close()
        self._threads.shutdown()
        for each in self._all:
            each.close()

    @property
    def held(self) -> int:
        """Bytes of what waits or is being saved, about."""
        return self._plain.held + self._entangled.held

    @property
    def most(self) -> int:
        """Bytes that may wait or be under way in all."""
        return 2 * self._room

    def trouble(self) -> str | None:
        """Why events are not taken at the moment; None where they are."""
        for lane in (self._plain, self._entangled):
            if lane.is_closed:
                return "The server is stopping."
            if lane.held + _EVENT > self._room:
                return "As many events wait as are accepted."
        return None

    async def put(self, submission: Submission, *, wait: bool = False) -> list[Outcome]:
        """What became of the events, once they are committed. With `wait` it waits for room before.

        Raises OverloadedError where there is no room, NotFoundError for an unknown tenant, ConflictError for
        a key that came with something else, UnavailableError where the database is lost or the server stops.
        """
        lane = self._entangled if submission.entangled else self._plain
        began = time.perf_counter()
        outcomes = await lane.put(submission, submission.size, wait=wait)
        self._saved(time.perf_counter() - began)
        return outcomes

    async def _save(self, batch: Sequence[Submission]) -> list[Result]:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._save_here, batch)

    def _save_here(self, batch: Sequence[Submission]) -> list[Result]:
        connection = self._connections.get()
        try:
            return connection.do(lambda work: self._store.save(work, batch))
        finally:
            self._connections.put(connection)
