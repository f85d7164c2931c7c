"""Fetch orders: listed, asked for in full so many at a time, and handed on in batches, in bounded memory."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import NamedTuple, Protocol

from connectors.vtex import Account, Order, UnreadableError, Vtex, get_order
from connectors.vtex.errors import MalformedError, MissingError
from kit.errors import CdpError
from resolvers.syncing.patience import patiently

CONCURRENCY = 32
BATCH = 500
_LINGER = 0.5
"""Seconds that an order waits for others to be stored with."""
_WAITING = 1_000
MISSING = "VTEX tells of it and does not have it"
"""Why an order is skipped that is not there."""


_LOOKS = 3
"""Times that an order is asked for that is missing or cannot be read."""


class Listed(NamedTuple):
    """Orders of a window that are to be fetched.

    `last`: the window has no more, or a `problem` that lets no more of it be listed.
    """

    window: int
    orders: Sequence[str]
    last: bool
    problem: str | None = None


@dataclass(slots=True)
class Batch:
    """What was fetched: orders, those that could not be and why, and the windows that are done with it.

    Windows are with the problem that keeps orders of theirs from being listed, if any.
    """

    orders: list[Order] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)
    windows: dict[int, str | None] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return len(self.orders) + len(self.skipped)


class _Found(NamedTuple):
    window: int
    number: str
    order: Order | None
    problem: str


class Store(Protocol):
    """Keeps a batch; when this has answered, the batch is committed."""

    def __call__(self, batch: Batch) -> Awaitable[None]: ...


class Fetch:
    """One run of fetching orders of an account."""

    def __init__(self, vtex: Vtex, account: Account, store: Store, *, concurrency: int = CONCURRENCY) -> None:
        self._vtex = vtex
        self._account = account
        self._store = store
        self._concurrency = concurrency
        self._asked: asyncio.Queue[tuple[int, str] | None] = asyncio.Queue(_WAITING)
        self._found: asyncio.Queue[_Found | None] = asyncio.Queue(_WAITING)
        self._open: Counter[int] = Counter()
        self._listed: dict[int, str | None] = {}

    async def run(self, listed: AsyncIterator[Listed]) -> None:
        """Fetch and store all that is listed. Raises what went wrong first; what was stored by then stays."""
        try:
            async with asyncio.TaskGroup() as group:
                fetchers = [group.create_task(self._fetch()) for _ in range(self._concurrency)]
                group.create_task(self._keep())
                group.create_task(self._end(group.create_task(self._list(listed)), fetchers))
        except BaseExceptionGroup as errors:
            raise _first(errors) from errors

    async def _list(self, listed: AsyncIterator[Listed]) -> None:
        async for each in listed:
            self._open[each.window] += len(each.orders)
            for number in each.orders:
                await self._asked.put((each.window, number))
            if each.last:
                self._listed[each.window] = each.problem
                await self._found.put(_Found(each.window, "", None, ""))

    async def _end(self, lister: "asyncio.Task[None]", fetchers: "list[asyncio.Task[None]]") -> None:
        await lister
        for _ in fetchers:
            await self._asked.put(None)
        await asyncio.wait(fetchers)
        await self._found.put(None)

    async def _fetch(self) -> None:
        while (asked := await self._asked.get()) is not None:
            window, number = asked
            order, problem = await self._read(number)
            await self._found.put(_Found(window, number, order, problem))

    async def _read(self, number: str) -> tuple[Order | None, str]:
        """An order, or why it is none however often it was asked for."""
        problem = ""
        for attempt in range(1, _LOOKS + 1):
            try:
                return await patiently(partial(get_order, self._vtex, self._account, number), attempts=1), ""
            except UnreadableError as error:
                problem = str(error)
            except MissingError:
                problem = MISSING
            except MalformedError:
                problem = "VTEX answers with something else than the order"
            if attempt < _LOOKS:
                await asyncio.sleep(self._vtex.patience.pause(attempt))
        return None, problem

    async def _keep(self) -> None:
        while True:
            batch, goes_on = await self._batch()
            if batch.count or batch.windows:
                await self._store(batch)
            if not goes_on:
                return

    async def _batch(self) -> tuple[Batch, bool]:
        """What comes within half a second of the first order, and whether there is more to come."""
        batch = Batch()
        found = await self._found.get()
        deadline = asyncio.get_running_loop().time() + _LINGER
        while found is not None:
            self._note(batch, found)
            if batch.count >= BATCH:
                return batch, True
            try:
                found = self._found.get_nowait()
            except asyncio.QueueEmpty:
                try:
                    async with asyncio.timeout_at(deadline):
                        found = await self._found.get()
                except TimeoutError:
                    return batch, True
        return batch, False

    def _note(self, batch: Batch, found: _Found) -> None:
        if found.order is not None:
            batch.orders.append(found.order)
        elif found.number:
            batch.skipped[found.number] = found.problem
        if found.number:
            self._open[found.window] -= 1
        if found.window in self._listed and not self._open[found.window]:
            batch.windows[found.window] = self._listed.pop(found.window)
            del self._open[found.window]


def _first(errors: BaseExceptionGroup[BaseException]) -> BaseException:
    """The first error of a group, one of ours if there is any."""
    flat: list[BaseException] = []
    waiting: list[BaseException] = [errors]
    while waiting:
        each = waiting.pop(0)
        if isinstance(each, BaseExceptionGroup):
            waiting.extend(each.exceptions)
        else:
            flat.append(each)
    return next((each for each in flat if isinstance(each, CdpError)), flat[0])
