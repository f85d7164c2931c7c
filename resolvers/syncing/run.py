"""One sync under way: what is listed is fetched and stored, and how far it is is written down."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from connectors.vtex import Revenue, Window
from connectors.vtex.orders import INVOICED, MOST
from kit.db import Work
from resolvers.syncing import revenue
from resolvers.syncing.control import FULL, Control, Standing
from resolvers.syncing.desk import Desk
from resolvers.syncing.feed import AUTO, Feed
from resolvers.syncing.fetch import Batch, Fetch, Listed, Store
from resolvers.syncing.identity import SCROLLED, Identity
from resolvers.syncing.joined import join_buyers, same_buyers
from resolvers.syncing.listing import Asked, window_of
from resolvers.syncing.naming import Origin
from resolvers.syncing.rereading import Rereading
from resolvers.syncing.store import Storing, store_orders
from resolvers.syncing.windows import Part, Windows

REACH = timedelta(days=730)
"""How far back VTEX lets orders be listed."""
OVERLAP = timedelta(minutes=15)
"""How much of what was fetched before is fetched again: more than VTEX takes to index an order."""
_BEAT = 5.0


class Progress(NamedTuple):
    """How far a sync is: orders done of so many, and done a second. None: not known yet."""

    done: int
    total: int | None
    per_second: float | None

    @property
    def seconds_left(self) -> float | None:
        """How long the rest takes at this rate."""
        if self.total is None or not self.per_second:
            return None
        return max(0, self.total - self.done) / self.per_second


class Outcome(NamedTuple):
    """What a sync came to: `full` or `recent`, orders done, those of them that could not be read, and whether
    the tenant's data changed since it was last processed. `unreadable`: those that no sync could read yet."""

    kind: str
    orders: int
    skipped: int
    changed: bool
    unreadable: int


Notify = Callable[[Progress], None]


class Run:
    """One sync under way."""

    def __init__(
        self, desk: Desk, control: Control, asked: Asked, notify: Notify, standing: Standing
    ) -> None:
        self._desk = desk
        self._control = control
        self._asked = asked
        self._notify = notify
        self._standing = standing
        account = standing.source.account_name
        self._origin = Origin(account, standing.prefix)
        self._windows = Windows(control.work, control.tenant, control.integration, account)
        self._rereading = Rereading(control.work, control.tenant, control.integration, self._origin)
        self._feed = Feed(desk, control, asked, allowed=standing.source.feed == AUTO)
        self._identity = Identity(desk, asked, control.tenant, control.integration)
        self._revenue = Revenue()
        self._since = time.monotonic()
        self._done = self._before = self._skipped = 0
        self._total: int | None = None

    async def all(self) -> Outcome:
        """The whole sync that was begun: fetched, and written down."""
        standing = self._standing
        await self._desk.do(self._follow_table)
        beat = asyncio.create_task(self._beat())
        fetching = asyncio.create_task(
            self._full(standing) if standing.kind == FULL else self._recent(standing)
        )
        try:
            await asyncio.wait({beat, fetching}, return_when=asyncio.FIRST_COMPLETED)
            if beat.done():
                await beat
            through = await fetching
        finally:
            for each in (beat, fetching):
                each.cancel()
            await asyncio.gather(beat, fetching, return_exceptions=True)
        await self._desk.do(self._join)
        return await self._desk.do(lambda work: self._finish(standing, through))

    async def _beat(self) -> None:
        """Show every few seconds that the sync goes on, and hear whether it is to."""
        while True:
            await self._desk.do(lambda work: self._control.alive())
            await asyncio.sleep(_BEAT)

    def _follow_table(self, work: Work) -> None:
        self._revenue = revenue.read_table(work, self._control.tenant)
        revenue.apply(self._control, self._origin.account, self._revenue, self._standing.revenue)

    def _join(self, work: Work) -> None:
        """Make buyers one who turned out to be; that data changed is written first, lest it be forgotten."""
        tenant, integration = self._control.tenant, self._control.integration
        if pairs := same_buyers(work, tenant):
            with work.transaction(tenant):
                self._control.advance(done=0, per_second=self._rate(), changed=True)
            join_buyers(work, tenant, integration, pairs)

    def _finish(self, standing: Standing, through: datetime) -> Outcome:
        revenue.report(self._control, self._origin.account, self._revenue)
        # What changed while a full sync went on is brought by the next one, at once.
        minutes = 0 if standing.kind == FULL else standing.source.minutes
        changed = self._control.finished(through=through, minutes=minutes)
        unreadable = self._rereading.unreadable()
        return Outcome(standing.kind, self._done - self._before, self._skipped, changed, unreadable)

    async def _full(self, standing: Standing) -> datetime:
        """Fetch all that VTEX lets be listed; up to when."""
        await self._feed.prepare()
        until, since = standing.full_until, standing.full_started_at
        if until is None or since is None or not standing.full_open:
            until = standing.started_at
            since = await self._desk.do(lambda work: self._windows.start(until - REACH, until))
        parts = await self._desk.do(lambda work: self._windows.open())
        self._total, self._done = await self._desk.do(lambda work: self._windows.counts())
        self._before = self._done
        await self._fetch(self._listed(parts, since))
        return until

    async def _listed(self, parts: list[Part], since: datetime | None) -> AsyncIterator[Listed]:
        """What is in windows and not here yet since an instant; early ones first, large ones in halves."""
        waiting = parts[::-1]
        while waiting:
            part = waiting.pop()
            page = await self._asked.page(part.window)
            if self._total is None:
                await self._expect(page.total)
                if page.total > SCROLLED:
                    await self._identity.read_all()
            halves = part.window.halves() if page.total > MOST else None
            if halves is not None:
                low, high = await self._halved(part, halves)
                waiting += [high, low]
                continue
            async for each in window_of(self._asked, part, page):
                if each.problem is not None and not part.id:
                    await self._short(part.window, each.problem)
                yield each._replace(orders=await self._unseen(each.orders, since))

    async def _halved(self, part: Part, halves: tuple[Window, Window]) -> list[Part]:
        if not part.id:
            return [Part(0, each) for each in halves]
        return await self._desk.do(lambda work: self._windows.halve(part, halves))

    async def _short(self, window: Window, problem: str) -> None:
        await self._desk.do(lambda work: self._windows.short(window, problem))

    async def _unseen(self, orders: Sequence[str], since: datetime | None) -> Sequence[str]:
        if since is None or not orders:
            return orders
        seen = await self._desk.do(lambda work: self._windows.seen(orders, since))
        return [each for each in orders if each not in seen]

    async def _expect(self, total: int | None) -> None:
        self._total = total
        await self._desk.do(lambda work: self._windows.expect(total))

    async def _fetch(self, listed: AsyncIterator[Listed], store: Store | None = None) -> None:
        if self._done == self._before:
            self._since = time.monotonic()
        self._notify(Progress(self._done, self._total, None))
        await Fetch(self._asked.vtex, self._asked.account, store or self._store).run(listed)

    async def _store(self, batch: Batch) -> None:
        await self._identity.look_for(batch.orders)
        await self._desk.do(lambda work: self._stored(work, batch))
        self._notify(Progress(self._done, self._total, self._rate()))

    def _stored(self, work: Work, batch: Batch) -> None:
        control = self._control
        storing = Storing(control.tenant, control.integration, self._revenue, self._origin)
        with work.transaction(storing.tenant):
            control.hold()
            changed = bool(batch.orders) and store_orders(work, storing, batch.orders)
            self._rereading.note([each.id for each in batch.orders], batch.skipped)
            self._done += batch.count
            control.advance(done=batch.count, per_second=self._rate(), changed=changed)
            self._windows.done(batch.windows)
            control.tell()
        self._skipped += len(batch.skipped)

    def _rate(self) -> float:
        return (self._done - self._before) / max(time.monotonic() - self._since, 1e-3)

    async def _recent(self, standing: Standing) -> datetime:
        """Fetch what the feed tells of, what was created or invoiced since the last sync, and what may have
        changed; up to when."""
        until = standing.started_at
        first = (standing.through_at or until - REACH) - OVERLAP
        parts = [Part(0, Window(first, until)), Part(0, Window(first, until, INVOICED))]
        parts += await self._desk.do(lambda work: self._windows.again())
        due = await self._desk.do(lambda work: self._rereading.due())
        await self._feed.prepare()
        await self._desk.do(lambda work: self._windows.restart())
        told = await self._feed.drain(self._fetch, self._store)
        await self._fetch(self._changes(parts, due, told))
        return until

    async def _changes(self, parts: list[Part], due: list[str], told: set[str]) -> AsyncIterator[Listed]:
        """Each order once, but for those that the feed told of: new, invoiced, or to be looked at again."""
        given = set(told)
        async for each in self._listed(parts, None):
            fresh = [number for number in each.orders if number not in given]
            given.update(fresh)
            # What is new since the last sync is no window that is kept: it never is the last of one.
            last = each.last and each.window != 0
            if fresh or last:
                yield each._replace(orders=fresh, last=last)
        if again := [number for number in due if number not in given]:
            yield Listed(0, again, last=False)
