"""Reads of many callers in one statement: what is asked for while one is on its way goes with the next.

No timer, no waiting for company: a caller alone is served at once, and under load a statement serves all who
came while the last was on its way. Each answer was read after its caller had asked.
"""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Any, Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")

Batch = Callable[[list[K]], Awaitable[list[V]]]
"""Values of keys, in their order."""

MOST = 1000
"""Keys of one statement."""
_TURNS = 3
"""Of the loop after a statement: the answers go out, and what is asked for by then goes with the next."""


class Gathering(Generic[K, V]):
    """The callers of one batch function, which is asked for `most` keys at once.

    An error of a batch is told to all of its callers.
    """

    def __init__(self, batch: Batch[K, V], done: Callable[[], object], most: int) -> None:
        self._batch = batch
        self._most = most
        self._done = done
        self._waiting: list[tuple[K, asyncio.Future[V]]] = []
        self._task: asyncio.Task[None] | None = None

    def load(self, key: K) -> asyncio.Future[V]:
        """The value of a key, read after this call."""
        future: asyncio.Future[V] = asyncio.get_running_loop().create_future()
        self._waiting.append((key, future))
        if self._task is None:
            self._task = asyncio.create_task(self._serve())
        return future

    async def _serve(self) -> None:
        try:
            while self._waiting:
                callers, self._waiting = self._waiting[: self._most], self._waiting[self._most :]
                await self._answer(callers)
                for _ in range(_TURNS):
                    await asyncio.sleep(0)
        finally:
            self._task = None
            self._done()
            for _, future in self._waiting:
                future.cancel()

    async def _answer(self, callers: list[tuple[K, asyncio.Future[V]]]) -> None:
        keys = [*dict.fromkeys(key for key, _ in callers)]
        try:
            found = dict(zip(keys, await self._batch(keys), strict=True))
        except Exception as error:
            for _, future in callers:
                if not future.done():
                    future.set_exception(error)
            return
        except BaseException:
            for _, future in callers:
                future.cancel()
            raise
        for key, future in callers:
            if not future.done():
                future.set_result(found[key])


class Gatherings:
    """The gatherings of a process by name and tenant; one that serves nobody is forgotten."""

    def __init__(self) -> None:
        self._open: dict[Hashable, Gathering[Any, Any]] = {}

    def load(self, name: Hashable, batch: Batch[K, V], key: K, most: int = MOST) -> asyncio.Future[V]:
        """The value of a key by the batch function of this name, which is asked for so many at most."""
        found = self._open.get(name)
        if found is None:
            found = self._open[name] = Gathering(batch, lambda: self._open.pop(name, None), most)
        return found.load(key)
