"""Syncs as jobs: those that were asked for, those that are due, and the scoring of what they changed."""

from contextlib import AsyncExitStack
from dataclasses import replace
from types import TracebackType

import structlog
from procrastinate import App

from connectors.vtex import Vtex
from jobs.queue import BACKFILL, BACKFILLED, DUE, FETCHED, NOTICES, SYNC, make_queue
from kit.config import Settings
from kit.db import Database
from kit.errors import CdpError, ConflictError, NotFoundError
from kit.secrets import vault_of
from resolvers.audit.author import CLI, Author
from resolvers.context import OPEN, Ctx
from resolvers.syncing.due import due_integrations, is_full, noticed_integrations
from resolvers.syncing.noticed import bring_noticed
from resolvers.syncing.scoring import have_scored
from resolvers.syncing.sync import Place, sync

log = structlog.get_logger()

_EVERY_MINUTE = "* * * * *"


class Syncs:
    """A queue that knows the jobs of syncs, and what they need. To be used as `async with`."""

    def __init__(self, url: str, settings: Settings) -> None:
        self._queue = make_queue(url)
        self._database = Database(url, size=2)
        self._url = url
        self._settings = settings
        per_minute, peers = settings.vtex_requests_per_minute, settings.peers
        self._vtex = Vtex(settings.vtex_base_url, per_minute=per_minute, peers=peers)
        self._stack = AsyncExitStack()

    @property
    def app(self) -> App:
        return self._queue.app

    @property
    def _place(self) -> Place:
        return Place(self._url, self._vtex, vault_of(self._settings))

    async def __aenter__(self) -> "Syncs":
        app = self._queue.app

        @app.task(name=SYNC, queue=FETCHED)
        async def _sync(tenant: int, integration: int) -> None:
            if await is_full(self._database, tenant, integration):
                await self._queue.put_backfill(tenant=tenant, integration=integration)
            else:
                await self._sync(tenant, integration)

        @app.task(name=BACKFILL, queue=BACKFILLED)
        async def _backfill(tenant: int, integration: int) -> None:
            await self._sync(tenant, integration)

        @app.task(name=NOTICES, queue=FETCHED)
        async def _notices(tenant: int, integration: int) -> None:
            await self._notices(tenant, integration)

        @app.periodic(cron=_EVERY_MINUTE)
        @app.task(name=DUE, queue=FETCHED, queueing_lock=DUE)
        async def _due(timestamp: int) -> None:
            await self._put_due()

        try:
            for part in (self._vtex, self._database, self._queue):
                self._stack.push_async_callback(part.close)
                await part.open()
        except BaseException:
            await self._stack.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._stack.aclose()

    async def _put_due(self) -> None:
        """Leave a job for each integration whose time has come."""
        for tenant, integration in await due_integrations(self._database):
            await self._queue.put_sync(tenant=tenant, integration=integration)
        for tenant, integration in await noticed_integrations(self._database):
            await self._queue.put_notices(tenant=tenant, integration=integration)

    async def _notices(self, tenant: int, integration: int) -> None:
        """Bring what a hook told of. What went wrong is tried again within a minute."""
        try:
            brought = await bring_noticed(self._place, tenant, integration)
        except CdpError as error:
            log.info("notices wait", tenant=tenant, integration=integration, why=error.message)
            return
        log.info("notices brought", tenant=tenant, integration=integration, orders=brought)

    async def _sync(self, tenant: int, integration: int) -> None:
        """Sync, and have the tenant scored if that changed its data. What went wrong is in the record."""
        try:
            outcome = await sync(self._place, tenant, integration)
        except (ConflictError, NotFoundError) as error:
            log.info("not synced", tenant=tenant, integration=integration, why=error.message)
            return
        except CdpError:
            return
        log.info("synced", tenant=tenant, integration=integration, **outcome._asdict())
        if outcome.changed:
            async with self._database.read() as reader:
                ctx = Ctx(
                    actor=replace(OPEN, subject=Author.of_command().subject, mode=CLI),
                    db=self._database,
                    reader=reader,
                    queue=self._queue,
                    stale_after_hours=self._settings.stale_after_hours,
                )
                await have_scored(ctx, tenant, integration)
