"""Work that comes in one by one and is done in batches: each is whatever came in while the last was done."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Generic, NamedTuple, TypeVar

from kit.errors import CdpError, OverloadedError, UnavailableError

T = TypeVar("T")
R = TypeVar("R")

_FULL = "More comes in than can be saved at the moment; try again in a moment."
_CLOSED = "The server is stopping; try again in a moment."
_RETRY_AFTER = 1
_TURNS = 3
"""Turns of the loop in which what has arrived already can join a batch."""


class _Entry(NamedTuple):
    item: object
    size: int
    future: "asyncio.Future[object]"


class Batcher(Generic[T, R]):
    """Hands items in batches to `writers` calls of `write` at a time, and each its own result back.

    There is no timer: with nothing under way an item is written at once, under load batches grow by
    themselves, up to sizes of `most` together; a second writer begins only where items of sizes of `many`
    together wait. Items that wait or are being written may have sizes of `capacity` together; what is more is
    refused. Where a batch fails, its halves are tried by themselves, so that one bad item fails alone.
    """

    def __init__(
        self,
        write: Callable[[Sequence[T]], Awaitable[Sequence[R | CdpError]]],
        *,
        writers: int,
        many: int,
        most: int,
        capacity: int,
    ) -> None:
        self._write = write
        self._writers = writers
        self._many = many
        self._most = most
        self._capacity = capacity
        self._waiting: deque[_Entry] = deque()
        self._queued = self._held = 0
        self._busy = 0
        self._closed = False
        self._news = asyncio.Condition()
        self._room = asyncio.Condition()
        self._tasks: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        self._tasks = [asyncio.create_task(self._run()) for _ in range(self._writers)]

    async def close(self) -> None:
        """Write what waits, and then stop. New items are refused from now on."""
        self._closed = True
        async with self._room:
            self._room.notify_all()
            while self._held:
                await self._room.wait()
        for task in self._tasks:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    @property
    def held(self) -> int:
        """Sizes of what waits or is being written, together."""
        return self._held

    @property
    def is_closed(self) -> bool:
        """Whether nothing more is taken."""
        return self._closed

    async def put(self, item: T, size: int, *, wait: bool = False) -> R:
        """The result of an item, once it is written. With `wait` it waits for room before.

        Raises OverloadedError where there is no room, UnavailableError once closed, and what writing raised.
        """
        if wait:
            async with self._room:
                while not self._fits(size) and not self._closed:
                    await self._room.wait()
        if self._closed:
            raise UnavailableError(_CLOSED)
        if not self._fits(size):
            raise OverloadedError(_FULL, retry_after=_RETRY_AFTER)
        future: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append(_Entry(item, size, future))  # type: ignore[arg-type]
        self._queued += size
        self._held += size
        async with self._news:
            self._news.notify()
        return await future

    def _fits(self, size: int) -> bool:
        """What alone is larger than the capacity fits where nothing else is."""
        return not self._held or self._held + size <= self._capacity

    async def _run(self) -> None:
        while True:
            async with self._news:
                while not self._worth_writing():
                    await self._news.wait()
                self._busy += 1
            for _ in range(_TURNS):
                await asyncio.sleep(0)
            batch = self._taken()
            try:
                if batch:
                    await self._try(batch)
            finally:
                self._busy -= 1
                self._held -= sum(each.size for each in batch)
                async with self._room:
                    self._room.notify_all()

    def _worth_writing(self) -> bool:
        return bool(self._waiting) and (not self._busy or self._queued >= self._many)

    def _taken(self) -> list[_Entry]:
        batch: list[_Entry] = []
        size = 0
        while self._waiting and (not batch or size + self._waiting[0].size <= self._most):
            batch.append(self._waiting.popleft())
            size += batch[-1].size
        self._queued -= size
        return batch

    async def _try(self, batch: list[_Entry]) -> None:
        """Write a batch, or the parts of it that can be written."""
        try:
            results = await self._write([each.item for each in batch])  # type: ignore[misc]
        except asyncio.CancelledError:
            for each in batch:
                each.future.cancel()
            raise
        except UnavailableError as error:
            _fail(batch, error)
        except Exception as error:
            if len(batch) == 1:
                _fail(batch, error)
                return
            middle = len(batch) // 2
            await self._try(batch[:middle])
            await self._try(batch[middle:])
        else:
            for each, result in zip(batch, results, strict=True):
                _settle(each, result)


def _settle(entry: _Entry, result: object) -> None:
    if entry.future.done():
        return
    if isinstance(result, CdpError):
        entry.future.set_exception(result)
    else:
        entry.future.set_result(result)


def _fail(batch: list[_Entry], error: Exception) -> None:
    for each in batch:
        if not each.future.done():
            each.future.set_exception(error)
