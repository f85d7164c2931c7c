"""Composition root: settings, lifespan, mounts."""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import TypeVar

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.errors import ServerErrorMiddleware
from starlette.responses import FileResponse, RedirectResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.types import ASGIApp

from commands.database import database
from connectors.vtex import Vtex
from jobs.queue import JobQueue, make_queue
from kit import log, spans
from kit.config import Settings, load
from kit.db import Database
from kit.db.notices import Notices
from kit.metrics.metrics import Metrics
from kit.pages import PAGE_HEADERS
from kit.process import before_exit, die_with_parent, short_turns, without_long_pauses
from kit.production import check_production
from kit.rate_limit.counts import Counts
from kit.secrets import vault_of
from middleware import PageFiles, counts_of, packed, stack_of
from probes import Probes
from resolvers.access import Access, access_of
from resolvers.intake.intake import EventIntake
from rest import Straight, make_rest
from rest.hooks import ROUTE as HOOK_ROUTE
from schema import GraphQLEndpoint, schema_of

T = TypeVar("T", Database, JobQueue, Notices, Vtex, EventIntake)

STATIC = Path(__file__).parent / "static"


class _Application(Starlette):
    """Starlette's, without its own answer to faults: the first middleware answers all of them."""

    def build_middleware_stack(self) -> ASGIApp:
        faults = super().build_middleware_stack()
        return faults.app if isinstance(faults, ServerErrorMiddleware) else faults


def create(settings: Settings | None = None) -> Starlette:
    """The application. Its database and queue open and close with its lifespan."""
    chosen = settings or load()
    check_production(chosen)
    counts, access, metrics = counts_of(chosen), access_of(chosen), Metrics()
    probes = Probes(chosen, access, metrics)
    graph = GraphQLEndpoint(
        STATIC / "graphiql.html",
        schema_of(chosen),
        access,
        packed=packed,
        message_bytes=chosen.max_body_bytes,
        patience=chosen.stream_patience_seconds,
        heartbeat=chosen.stream_heartbeat_seconds,
    )
    graph.graph.engine.on_served = metrics.requests.executed

    rest = make_rest()
    application = _Application(
        routes=[
            Route("/", lambda request: RedirectResponse("/graphql")),
            *probes.routes,
            Route("/docs", lambda request: FileResponse(STATIC / "docs.html", headers=PAGE_HEADERS)),
            Route("/graphql", graph),
            WebSocketRoute("/graphql", graph),
            HOOK_ROUTE,
            Mount("/static", PageFiles(directory=STATIC)),
        ],
        middleware=[
            *stack_of(chosen, counts, access, metrics),
            Middleware(Straight, rest=rest, faces={"/graphql": graph}, packed=packed),
        ],
        lifespan=_lifespan(chosen, counts, access, metrics, probes),
    )
    application.router.redirect_slashes = False
    application.router.default = rest
    return application


def _lifespan(
    chosen: Settings, counts: Counts, access: Access, metrics: Metrics, probes: Probes
) -> Callable[[Starlette], AbstractAsyncContextManager[None]]:
    """What the application needs while it runs: opened in this order, and closed in the other."""

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        production = chosen.environment == "production"
        log.configure(chosen.log_level, form=chosen.log_format, production=production)
        if parent := multiprocessing.parent_process():
            die_with_parent(parent.pid)
        async with AsyncExitStack() as stack:
            stack.enter_context(spans.exported(chosen.otel_endpoint))
            stack.push_async_callback(counts.close)
            place = stack.enter_context(database(chosen))
            app.state.database = await _opened(stack, Database(place.app_url, size=chosen.pool_size))
            stack.push_async_callback(access.close)
            app.state.vault = vault_of(chosen)
            app.state.queue = await _opened(stack, make_queue(place.app_url))
            per_minute, peers = chosen.vtex_requests_per_minute, chosen.peers
            vtex = Vtex(chosen.vtex_base_url, per_minute=per_minute, peers=peers)
            app.state.vtex = await _opened(stack, vtex)
            app.state.notices = await _opened(stack, Notices(place.app_url))
            saved = metrics.process.saved
            intake = EventIntake(place.app_url, capacity=chosen.event_queue, saved=saved)
            app.state.intake = await _opened(stack, intake)
            stack.enter_context(before_exit(app.state.notices.end))
            stack.enter_context(before_exit(probes.stop))
            await stack.enter_async_context(probes.sampling(app.state))
            stack.enter_context(without_long_pauses())
            stack.enter_context(short_turns())
            keeping = asyncio.create_task(place.keep())
            yield
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping

    return lifespan


async def _opened(stack: AsyncExitStack, part: T) -> T:
    await part.open()
    stack.push_async_callback(part.close)
    return part
