"""The feed in a sync: set where nobody else has set it, read, and committed once what it tells is stored.

It is there beside the windows, never instead of them: where it cannot be used the reason is written down, and
the windows bring the same, later.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Protocol

import structlog
from psycopg.types.json import Jsonb

from connectors.vtex import feed as vtex_feed
from connectors.vtex.errors import MissingError, RefusedError
from connectors.vtex.feed import LOT, Configuration, Item
from kit.db import Statement, Work
from kit.errors import PeerFailedError, PeerTimedOutError
from resolvers.syncing.control import Control
from resolvers.syncing.desk import Desk
from resolvers.syncing.fetch import MISSING, Batch, Listed, Store
from resolvers.syncing.listing import Asked
from resolvers.syncing.patience import patiently

log = structlog.get_logger()

AUTO = "auto"
ROUND = 500
"""Items that are read before what they tell is stored."""
ROUNDS = 20
_AT_ONCE = 5

_TAKEN = (
    "The feed is used by another system: VTEX has one for each app key, and it is set otherwise than here. "
    "It is left alone."
)
_REFUSED = "VTEX does not let the key use the feed (Feed v3 and Hook Admin)."
_VANISHED = "The feed's configuration vanished at VTEX meanwhile; the next sync sets it again."

_KEPT = Statement(
    "SELECT feed_set FROM integration_sync WHERE tenant_id = %(tenant_id)s "
    "AND integration_id = %(integration)s",
    True,
    {},
)
_KEEP = Statement(
    "UPDATE integration_sync SET feed_set = %(configuration)s WHERE tenant_id = %(tenant_id)s "
    "AND integration_id = %(integration)s",
    True,
    {},
)
_NOTE = Statement(
    "UPDATE integration_sync SET feed_error = %(error)s, feed_at = CASE %(told)s WHEN 'all' THEN now() "
    "WHEN 'off' THEN NULL ELSE feed_at END "
    "WHERE tenant_id = %(tenant_id)s AND integration_id = %(integration)s",
    True,
    {},
)


class Fetching(Protocol):
    """Fetches what is listed, and has it stored."""

    async def __call__(self, listed: AsyncIterator[Listed], store: Store) -> None: ...


class Feed:
    """The feed of an integration during one sync. `allowed`: whether it may be set and read at all."""

    def __init__(self, desk: Desk, control: Control, asked: Asked, *, allowed: bool) -> None:
        self._desk = desk
        self._control = control
        self._asked = asked
        self._allowed = allowed
        self._is_ours = False
        self._error: str | None = None

    async def prepare(self) -> None:
        """Set the feed where it is not set, and see whether it is ours. RefusedError: a dead key."""
        kept = await self._desk.do(self._kept)
        if not self._allowed:
            await self._give_up(kept)
            await self._note("off")
            return
        with self._told():
            found = await patiently(partial(vtex_feed.read_configuration, *self._asked))
            if found is None:
                await self._set(kept or vtex_feed.new_configuration())
            elif kept is None or not vtex_feed.is_same(found, kept):
                self._error = _TAKEN
            self._is_ours = self._error is None
        await self._note("nothing")

    async def drain(self, fetch: Fetching, store: Store) -> set[str]:
        """Fetch and store all that the feed tells of, then commit it; the orders that it told of.

        What is not stored, because that fails or VTEX does not have it yet, is not committed: it comes again.
        """
        told: set[str] = set()
        more, rounds = self._is_ours, 0
        while more and rounds < ROUNDS:
            items, more = await self._read()
            told |= await self._bring(items, fetch, store)
            rounds += 1
        if self._is_ours:
            await self._note("nothing" if more or self._error else "all")
        return told

    async def _read(self) -> tuple[list[Item], bool]:
        """The items of a round, and whether there are more after it."""
        items: list[Item] = []
        while len(items) < ROUND:
            lots: list[list[Item]] = []
            with self._told():
                lots = await asyncio.gather(*(self._lot() for _ in range(_AT_ONCE)))
            items += [each for lot in lots for each in lot]
            if not lots or not all(lots):
                return items, False
        return items, True

    async def _lot(self) -> list[Item]:
        return await patiently(partial(vtex_feed.read_feed, *self._asked))

    async def _bring(self, items: Sequence[Item], fetch: Fetching, store: Store) -> set[str]:
        """Fetch and store the orders of items, each once, and commit; the orders that there are."""
        orders = list(dict.fromkeys(each.order for each in items if each.order is not None))
        missing: set[str] = set()

        async def keep(batch: Batch) -> None:
            await store(batch)
            missing.update(number for number, why in batch.skipped.items() if why == MISSING)

        if orders:
            await fetch(_listed(orders), keep)
        await self._commit([each.handle for each in items if each.order not in missing])
        return set(orders) - missing

    async def _commit(self, handles: Sequence[str]) -> None:
        lots = [handles[start : start + LOT] for start in range(0, len(handles), LOT)]
        with self._told():
            for start in range(0, len(lots), _AT_ONCE):
                await asyncio.gather(*map(self._commit_lot, lots[start : start + _AT_ONCE]))

    async def _commit_lot(self, handles: Sequence[str]) -> None:
        vtex, account = self._asked
        await patiently(lambda until: vtex_feed.commit_items(vtex, account, handles, until))

    async def _set(self, configuration: Configuration) -> None:
        """Set the feed at VTEX. It is kept before: whoever is killed in between knows it for their own."""
        await self._desk.do(lambda work: self._keep(work, configuration))
        vtex, account = self._asked
        await patiently(lambda until: vtex_feed.set_configuration(vtex, account, configuration, until))
        log.info("feed set", account=account.name, integration=self._control.integration)

    async def _give_up(self, kept: Configuration | None) -> None:
        """Take the feed away that was set here, where it is still there. What fails is tried again later."""
        if kept is None:
            return
        with self._told():
            found = await patiently(partial(vtex_feed.read_configuration, *self._asked))
            if found is not None and vtex_feed.is_same(found, kept):
                await patiently(partial(vtex_feed.remove_configuration, *self._asked))
            await self._desk.do(lambda work: self._keep(work, None))
        self._error = None

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Turns what VTEX says against using the feed into the reason to do without it."""
        try:
            yield
        except RefusedError as error:
            if error.status == 401:
                raise
            self._error = _REFUSED
        except MissingError:
            self._error = _VANISHED
        except (PeerFailedError, PeerTimedOutError) as error:
            self._error = f"The feed could not be used: {error.message}"

    def _kept(self, work: Work) -> Configuration | None:
        with work.transaction(self._control.tenant):
            rows = work.run(_KEPT, self._named())
        return rows[0][0] if rows else None

    def _keep(self, work: Work, configuration: Configuration | None) -> None:
        value = None if configuration is None else Jsonb(dict(configuration))
        with work.transaction(self._control.tenant):
            self._control.hold()
            work.count(_KEEP, self._named(configuration=value))

    async def _note(self, told: str) -> None:
        await self._desk.do(lambda work: self._noted(work, told))

    def _noted(self, work: Work, told: str) -> None:
        with work.transaction(self._control.tenant):
            self._control.hold()
            work.count(_NOTE, self._named(error=self._error, told=told))

    def _named(self, **values: object) -> dict[str, object]:
        return {"integration": self._control.integration, **values}


async def _listed(orders: Sequence[str]) -> AsyncIterator[Listed]:
    yield Listed(0, orders, last=False)
