"""Look for the profiles of buyers in Master Data, before their orders are stored."""

import asyncio
from collections.abc import Sequence
from functools import partial

from connectors.vtex import Order, Profile, find_profiles, scroll_profiles
from connectors.vtex.errors import RefusedError
from connectors.vtex.profiles import ASKED
from kit.db import Statement, Work
from resolvers.syncing.buyers import store_profiles, unknown_profiles
from resolvers.syncing.desk import Desk
from resolvers.syncing.listing import Asked
from resolvers.syncing.patience import PATIENCE, patiently

SCROLLED = 10_000
"""Orders from which all of Master Data is read first, a thousand profiles a request, not forty."""
_REFUSED = (
    "VTEX does not let the key read Master Data (Read only documents): buyers are told apart by their "
    "profiles alone, and have no e-mail where orders have an alias."
)
_NOTE = Statement(
    "UPDATE integration_sync SET buyers_error = %(error)s WHERE tenant_id = %(tenant_id)s "
    "AND integration_id = %(integration)s AND buyers_error IS DISTINCT FROM %(error)s",
    True,
    {},
)


class Identity:
    """What Master Data says of an integration's buyers. A key that may not read it does without."""

    def __init__(self, desk: Desk, asked: Asked, tenant: int, integration: int) -> None:
        self._desk = desk
        self._asked = asked
        self._tenant = tenant
        self._integration = integration
        self._refused = False

    async def read_all(self) -> None:
        """Read and store all profiles."""
        try:
            async for found in scroll_profiles(self._asked.vtex, self._asked.account, within=PATIENCE):
                await self._desk.do(partial(self._store, found=found, asked=()))
        except RefusedError as error:
            await self._note_refusal(error)

    async def look_for(self, orders: Sequence[Order]) -> None:
        """Look for the profiles of orders that are not known, and store what is found."""
        if self._refused:
            return
        unknown = await self._desk.do(lambda work: self._unknown(work, orders))
        parts = [unknown[start : start + ASKED] for start in range(0, len(unknown), ASKED)]
        try:
            answers = await asyncio.gather(*(self._find(part) for part in parts))
        except RefusedError as error:
            await self._note_refusal(error)
            return
        if parts:
            found = [each for answer in answers for each in answer]
            await self._desk.do(lambda work: self._store(work, found, unknown))
            await self._desk.do(lambda work: self._note(work, None))

    async def _find(self, part: list[str]) -> list[Profile]:
        return await patiently(
            lambda until: find_profiles(self._asked.vtex, self._asked.account, part, until=until)
        )

    async def _note_refusal(self, error: RefusedError) -> None:
        # Who is not known any more may not go on: orders without their profiles make customers twice.
        if error.status == 401:
            raise error
        self._refused = True
        await self._desk.do(lambda work: self._note(work, _REFUSED))

    def _unknown(self, work: Work, orders: Sequence[Order]) -> list[str]:
        with work.transaction(self._tenant):
            return unknown_profiles(work, orders)

    def _store(self, work: Work, found: Sequence[Profile], asked: Sequence[str]) -> None:
        with work.transaction(self._tenant):
            store_profiles(work, self._integration, found, asked)

    def _note(self, work: Work, error: str | None) -> None:
        with work.transaction(self._tenant):
            work.count(_NOTE, {"integration": self._integration, "error": error})
