"""What is seen of the application from outside: its health and its measures."""

import asyncio
import hmac
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial

from prometheus_client.registry import Collector
from starlette.datastructures import State
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from kit import credentials
from kit.config import Settings
from kit.db import Database
from kit.errors import CdpError, ForbiddenError, UnauthenticatedError, UnavailableError
from kit.metrics.metrics import CONTENT_TYPE, Metrics
from kit.metrics.queue import Queue, Up
from kit.recent import Recent
from resolvers import health
from resolvers.access import Access
from resolvers.context import ADMIN
from resolvers.queue_depth import depths, workers
from rest.errors import refusal

SAMPLE_EVERY = 5.0
"""Seconds between two looks at what a process has: what other processes than the one asked tell is so old."""
_NEEDED = (
    "The metrics need the token of CDP_METRICS_TOKEN, or credentials with the scope admin for all tenants."
)


class Probes:
    """The routes of health and measures of one application."""

    def __init__(self, settings: Settings, access: Access, metrics: Metrics) -> None:
        token = settings.metrics_token
        self._token = token.get_secret_value().encode() if token else None
        self._access = access
        self._metrics = metrics
        self._stopping = False
        self._stored: Recent[health.Stored] | None = None
        self._queued: Recent[list[Collector]] | None = None
        self.routes = [
            Route("/health", self._ready),
            Route("/health/live", self._live),
            Route("/health/ready", self._ready),
            Route("/metrics", self._told),
        ]

    def stop(self) -> None:
        """Be ready for nothing new: the process is about to stop."""
        self._stopping = True

    @asynccontextmanager
    async def sampling(self, state: State) -> AsyncIterator[None]:
        """Look at what the process has, now and then, as long as this is open.

        The database is asked at most once a second, however many ask the probes.
        """
        self._stored = Recent(partial(health.ask, state.database))
        self._queued = Recent(partial(_queued, state.database))
        task = asyncio.create_task(self._keep_sampling(state))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _keep_sampling(self, state: State) -> None:
        while True:
            self._sample(state)
            await asyncio.sleep(SAMPLE_EVERY)

    def _sample(self, state: State) -> None:
        process = self._metrics.process
        for name, figures in state.database.figures().items():
            process.pool(name, figures)
        process.intake(state.intake.held, state.intake.most)
        process.followers(state.notices.followers)

    async def _live(self, request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def _ready(self, request: Request) -> Response:
        assert self._stored is not None  # noqa: S101
        stored = await self._stored.get()
        found = health.health_of(stored, request.app.state.intake, stopping=self._stopping)
        return JSONResponse(found.as_dict(), 200 if found.ready else 503, {"Cache-Control": "no-store"})

    async def _told(self, request: Request) -> Response:
        assert self._queued is not None  # noqa: S101
        try:
            await self._allow(request)
        except UnauthenticatedError:
            return refusal(401, "Unauthorized", _NEEDED, {"WWW-Authenticate": 'Bearer realm="cdp"'})
        except ForbiddenError:
            return refusal(403, "Forbidden", _NEEDED)
        except UnavailableError as error:
            return refusal(503, "Service unavailable", error.message)
        self._sample(request.app.state)
        found = await self._queued.get()
        return Response(self._metrics.text(*found), media_type=CONTENT_TYPE)

    async def _allow(self, request: Request) -> None:
        """Raises UnauthenticatedError or ForbiddenError for who may not read the measures."""
        given = credentials.of_headers(request.scope)
        if self._token is not None and given and hmac.compare_digest(given.encode(), self._token):
            return
        if self._access.is_open:
            if self._token is None:
                return
            raise UnauthenticatedError(_NEEDED)
        actor = await self._access.actor(given, request.app.state.database)
        if ADMIN not in actor.scopes or actor.tenants is not None:
            raise ForbiddenError(_NEEDED)


async def _queued(db: Database) -> list[Collector]:
    """What the queue holds, if the database tells."""
    try:
        async with asyncio.timeout(health.PATIENCE):
            return [Queue(await depths(db), await workers(db)), Up(up=True)]
    except (CdpError, TimeoutError):
        return [Up(up=False)]
