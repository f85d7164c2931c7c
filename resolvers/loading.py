"""Batch functions within a request: what is asked for at the same time goes out together, and once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Generic, TypeVar

from strawberry.dataloader import DataLoader

K = TypeVar("K")
V = TypeVar("V")


class Loader(Generic[K, V]):
    """The values of a batch function by their keys.

    It gathers lists of keys, not keys: who asks for a thousand waits for one answer, not for a thousand.
    """

    def __init__(self, batch: Callable[[list[K]], Awaitable[list[V]]]) -> None:
        self._known: dict[K, V] = {}
        self._underway: dict[K, asyncio.Future[None]] = {}
        load = partial(_load, batch, self._known, self._underway)
        self._lists: DataLoader[tuple[K, ...], None] = DataLoader(load_fn=load, cache=False)

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

    def knows(self, keys: Iterable[K]) -> bool:
        """Whether none of the keys has to be asked for anew."""
        return all(key in self._known or key in self._underway for key in keys)

    def prime(self, key: K, value: V) -> None:
        """Have a value known that was read otherwise; it is not asked for again."""
        self._known.setdefault(key, value)

    def prime_many(self, values: Mapping[K, V]) -> None:
        """Have several known."""
        for key, value in values.items():
            self.prime(key, value)


async def _load(
    batch: Callable[[list[K]], Awaitable[list[V]]],
    known: dict[K, V],
    underway: dict[K, asyncio.Future[None]],
    lists: list[tuple[K, ...]],
) -> list[None]:
    """Have the values of all lists known. No method: a loader that is referred to from its own inside stays
    until the garbage is collected, with all it has read.
    """
    keys = [*dict.fromkeys(chain.from_iterable(lists))]
    try:
        known.update(zip(keys, await batch(keys), strict=True))
    finally:
        for key in keys:
            del underway[key]
    return [None] * len(lists)
