"""Batch functions within a request: what is asked for at the same time goes out together, and once."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import chain
from typing import Generic, TypeVar

from strawberry.dataloader import DataLoader

from kit.db.together import Snapshot

K = TypeVar("K")
V = TypeVar("V")


class Loader(Generic[K, V]):
    """The values of a batch function by their keys.

    It gathers lists of keys, not keys: who asks for a thousand waits for one answer, not for a thousand.
    """

    def __init__(self, batch: Callable[[list[K]], Awaitable[list[V]]]) -> None:
        self._batch = batch
        self._known: dict[K, V] = {}
        self._underway: dict[K, asyncio.Future[None]] = {}
        self._lists: DataLoader[tuple[K, ...], None] = DataLoader(load_fn=self._load, cache=False)

    async def load(self, key: K) -> V:
        """The value of one key."""
        return (await self.load_many((key,)))[0]

    async def load_many(self, keys: Sequence[K]) -> list[V]:
        """The values of keys, in their order. Raises what the batch function does."""
        known, underway = self._known, self._underway
        new = tuple(key for key in keys if key not in known and key not in underway)
        if new:
            underway.update(dict.fromkeys(new, asyncio.ensure_future(self._lists.load(new))))
        for each in {underway[key] for key in keys if key in underway}:
            await asyncio.shield(each)
        return [known[key] for key in keys]

    def prime(self, key: K, value: V) -> None:
        """Have a value known that was read otherwise; it is not asked for again."""
        self._known.setdefault(key, value)

    def prime_many(self, values: Mapping[K, V]) -> None:
        """Have several known."""
        for key, value in values.items():
            self.prime(key, value)

    async def _load(self, lists: list[tuple[K, ...]]) -> list[None]:
        keys = [*dict.fromkeys(chain.from_iterable(lists))]
        try:
            self._known.update(zip(keys, await self._batch(keys), strict=True))
        finally:
            for key in keys:
                del self._underway[key]
        return [None] * len(lists)


class SharedLoader(Generic[K, V]):
    """The same for the requests that share a snapshot: their keys wait for its turn, and go out together."""

    def __init__(self, batch: Callable[[list[K]], Awaitable[list[V]]], snapshot: Snapshot) -> None:
        self._batch = batch
        self._snapshot = snapshot
        self._known: dict[K, V] = {}
        self._underway: dict[K, asyncio.Future[None]] = {}
        self._waiting: list[K] = []
        self._next: asyncio.Future[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def load(self, key: K) -> V:
        """The value of one key."""
        return (await self.load_many((key,)))[0]

    async def load_many(self, keys: Sequence[K]) -> list[V]:
        """The values of keys, in their order. Raises what the batch function does."""
        known, underway = self._known, self._underway
        for key in keys:
            if key not in known and key not in underway:
                underway[key] = self._coming()
                self._waiting.append(key)
        for each in {underway[key] for key in keys if key in underway}:
            await asyncio.shield(each)
        return [known[key] for key in keys]

    def prime(self, key: K, value: V) -> None:
        """Have a value known that was read otherwise, of the same snapshot."""
        self._known.setdefault(key, value)

    def prime_many(self, values: Mapping[K, V]) -> None:
        """Have several known."""
        for key, value in values.items():
            self.prime(key, value)

    def _coming(self) -> asyncio.Future[None]:
        """What the keys of the next statement wait for."""
        if self._next is None:
            self._next = asyncio.get_running_loop().create_future()
            task = asyncio.create_task(self._serve(self._next))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return self._next

    async def _serve(self, future: asyncio.Future[None]) -> None:
        keys = self._waiting
        try:
            async with self._snapshot.turn():
                self._next, self._waiting = None, []
                self._known.update(zip(keys, await self._batch(keys), strict=True))
        except Exception as error:
            future.set_exception(error)
            future.exception()
        except BaseException:
            future.cancel()
            raise
        else:
            future.set_result(None)
        finally:
            if self._next is future:
                self._next, self._waiting = None, []
            for key in keys:
                del self._underway[key]
