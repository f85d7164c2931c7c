"""Bring the orders that a hook told of: fetched in full, stored, and only then forgotten."""

from collections.abc import AsyncIterator, Sequence
from functools import partial

from kit.db import Statement, Work
from kit.errors import ConflictError
from resolvers.syncing.control import Control
from resolvers.syncing.desk import Desk
from resolvers.syncing.fetch import MISSING, Batch, Fetch, Listed
from resolvers.syncing.identity import Identity
from resolvers.syncing.listing import Asked
from resolvers.syncing.naming import Origin, prefix_of
from resolvers.syncing.rereading import Rereading
from resolvers.syncing.revenue import read_table
from resolvers.syncing.source import Source, StoppedError, read_source
from resolvers.syncing.store import Storing, store_orders
from resolvers.syncing.sync import Place

ROUND = 500
CONCURRENCY = 4
"""Orders that are asked for at a time: few, since a sync of the account may go on elsewhere."""
_LOCK = "cdp.notices:"
_TRY = "SELECT pg_try_advisory_lock(hashtextextended(%(name)s, 0))"
_NEXT = Statement(
    "SELECT external_id, times FROM integration_notice WHERE tenant_id = %(tenant_id)s "
    "AND integration_id = %(integration)s AND external_id > %(after)s ORDER BY external_id LIMIT %(most)s",
    True,
    {},
)
# What was told again meanwhile stays: it may be of a later change than the one that was fetched.
_DONE = Statement(
    "DELETE FROM integration_notice AS notice "
    "USING unnest(%(orders)s::text[], %(times)s::bigint[]) AS done (external_id, times) "
    "WHERE notice.tenant_id = %(tenant_id)s AND notice.integration_id = %(integration)s "
    "AND notice.external_id = done.external_id AND notice.times = done.times",
    True,
    {},
)
# VTEX may tell of an order before it gives it away; what it still does not have after an hour is none.
_GIVEN_UP = Statement(
    "DELETE FROM integration_notice WHERE tenant_id = %(tenant_id)s AND integration_id = %(integration)s "
    "AND external_id = ANY (%(orders)s) AND first_at < now() - interval '1 hour'",
    True,
    {},
)
_CHANGED = Statement(
    "UPDATE integration_sync SET changed_at = now() WHERE tenant_id = %(tenant_id)s "
    "AND integration_id = %(integration)s",
    True,
    {},
)
_HEARD = Statement(
    "UPDATE integration_hook SET heard_at = now() WHERE tenant_id = %(tenant_id)s "
    "AND integration_id = %(integration)s",
    True,
    {},
)


async def bring_noticed(place: Place, tenant: int, integration: int) -> int:
    """Fetch and store each order that was told of, beside a sync of the integration; how many there were.

    What changes is scored after the integration's next sync. Raises ConflictError where they are brought
    already, NotFoundError and StoppedError for an integration that is gone or off, and what the connector
    does.
    """
    async with Desk(place.url) as desk:
        control = await desk.do(lambda work: Control(work, tenant, integration))
        await desk.do(lambda work: _claim(work, control))
        source, origin = await desk.do(lambda work: _source(work, control))
        revenue = await desk.do(lambda work: read_table(work, tenant))
        asked = Asked(place.vtex, source.account(place.vault))
        storing = Storing(tenant, integration, revenue, origin)
        bringing = _Bringing(desk, asked, storing)
        brought, after = 0, ""
        while told := await desk.do(partial(_next, control=control, after=after)):
            await bringing.round(told)
            brought, after = brought + len(told), max(told)
        return brought


class _Bringing:
    """The notices of an integration while they are brought."""

    def __init__(self, desk: Desk, asked: Asked, storing: Storing) -> None:
        self._desk = desk
        self._asked = asked
        self._identity = Identity(desk, asked, storing.tenant, storing.integration)
        self._storing = storing

    async def round(self, told: dict[str, int]) -> None:
        async def store(batch: Batch) -> None:
            await self._identity.look_for(batch.orders)
            await self._desk.do(lambda work: self._stored(work, batch, told))

        fetch = Fetch(self._asked.vtex, self._asked.account, store, concurrency=CONCURRENCY)
        await fetch.run(_listed(list(told)))

    def _stored(self, work: Work, batch: Batch, told: dict[str, int]) -> None:
        read = [each.id for each in batch.orders]
        missing = [number for number, why in batch.skipped.items() if why == MISSING]
        unread = {number: why for number, why in batch.skipped.items() if why != MISSING}
        done, storing = [*read, *unread], self._storing
        with work.transaction(storing.tenant):
            self._hold(work)
            if batch.orders and store_orders(work, storing, batch.orders):
                work.count(_CHANGED, self._named())
            Rereading(work, storing.tenant, storing.integration, storing.origin).note(read, unread)
            work.count(_DONE, self._named(orders=done, times=[told[each] for each in done]))
            work.count(_GIVEN_UP, self._named(orders=missing))
            work.count(_HEARD, self._named())

    def _hold(self, work: Work) -> None:
        """Keep the integration as it is until the transaction ends. Raises as `read_source`, and for
        another account."""
        storing = self._storing
        source = read_source(work, storing.tenant, storing.integration)
        if source.account_name != storing.origin.account:
            raise StoppedError(f"Integration {storing.integration} was given another account.")

    def _named(self, **values: object) -> dict[str, object]:
        return {"integration": self._storing.integration, **values}


def _claim(work: Work, control: Control) -> None:
    name = f"{_LOCK}{control.tenant}:{control.integration}"
    if not work.run(_TRY, {"name": name})[0][0]:
        raise ConflictError(f"The notices of integration {control.integration} are being brought.")


def _source(work: Work, control: Control) -> tuple[Source, Origin]:
    with work.transaction(control.tenant):
        source = read_source(work, control.tenant, control.integration)
        return source, Origin(source.account_name, prefix_of(work, source.account_name))


def _next(work: Work, control: Control, after: str) -> dict[str, int]:
    """Orders after one, and how often each was told of."""
    named = {"integration": control.integration, "after": after, "most": ROUND}
    with work.transaction(control.tenant):
        return dict(work.run(_NEXT, named))


async def _listed(orders: Sequence[str]) -> AsyncIterator[Listed]:
    yield Listed(0, orders, last=False)
