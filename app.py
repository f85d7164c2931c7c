"""Composition root: settings, lifespan, mounts."""

import asyncio
import multiprocessing
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import TypeVar

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles

from commands.database import database
from connectors.vtex import Vtex
from jobs.queue import JobQueue, make_queue
from kit import log
from kit.config import Settings, load
from kit.db import Database
from kit.db.notices import Notices
from kit.http import Asgi, BodyLimit, LoopbackOnly, Receive, Scope, Send
from kit.process import before_exit, die_with_parent
from kit.request_id import RequestId
from kit.secrets import vault_of
from resolvers import health
from resolvers.context import OPEN, Ctx
from resolvers.intake.intake import EventIntake
from rest import make_rest
from schema import GraphQLEndpoint, schema_of

T = TypeVar("T", Database, JobQueue, Notices, Vtex, EventIntake)

STATIC = Path(__file__).parent / "static"


class WithContext:
    """Gives every request and socket its `Ctx`, the same way for both faces, and ends its transaction."""

    def __init__(self, app: Asgi, settings: Settings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            return await self._app(scope, receive, send)
        state = scope["app"].state
        async with state.database.read() as reader:
            scope.setdefault("state", {})["ctx"] = Ctx(
                actor=OPEN,
                db=state.database,
                reader=reader,
                queue=state.queue,
                vault=state.vault,
                stale_after_hours=self._settings.stale_after_hours,
                process_wait_seconds=self._settings.process_wait_seconds,
                query_timeout_seconds=self._settings.query_timeout_seconds,
                notices=state.notices,
                vtex=state.vtex,
                intake=state.intake,
            )
            await self._app(scope, receive, send)
        return None


def create(settings: Settings | None = None) -> Starlette:
    """The application. Its database and queue open and close with its lifespan."""
    chosen = settings or load()
    graph = GraphQLEndpoint(
        STATIC / "graphiql.html",
        schema_of(chosen),
        message_bytes=chosen.max_body_bytes,
        patience=chosen.stream_patience_seconds,
        heartbeat=chosen.stream_heartbeat_seconds,
    )

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        log.configure(chosen.log_level)
        if parent := multiprocessing.parent_process():
            die_with_parent(parent.pid)
        async with AsyncExitStack() as stack:
            place = stack.enter_context(database(chosen))
            app.state.database = await _opened(stack, Database(place.app_url, size=chosen.pool_size))
            app.state.vault = vault_of(chosen)
            app.state.queue = await _opened(stack, make_queue(place.app_url))
            vtex = Vtex(chosen.vtex_base_url, per_minute=chosen.vtex_requests_per_minute)
            app.state.vtex = await _opened(stack, vtex)
            app.state.notices = await _opened(stack, Notices(place.app_url))
            intake = EventIntake(place.app_url, capacity=chosen.event_queue)
            app.state.intake = await _opened(stack, intake)
            stack.enter_context(before_exit(app.state.notices.end))
            keeping = asyncio.create_task(place.keep())
            yield
            keeping.cancel()
            with suppress(asyncio.CancelledError):
                await keeping

    return Starlette(
        routes=[
            Route("/", lambda request: RedirectResponse("/graphql")),
            Route("/health", _health),
            Route("/health/live", _live),
            Route("/health/ready", _health),
            Route("/docs", lambda request: FileResponse(STATIC / "docs.html")),
            Route("/graphql", graph),
            WebSocketRoute("/graphql", graph),
            Mount("/static", StaticFiles(directory=STATIC)),
            Mount("/", make_rest()),
        ],
        middleware=[
            Middleware(RequestId),
            Middleware(LoopbackOnly),
            Middleware(BodyLimit, limit=chosen.max_body_bytes),
            Middleware(WithContext, settings=chosen),
        ],
        lifespan=lifespan,
    )


async def _opened(stack: AsyncExitStack, part: T) -> T:
    await part.open()
    stack.push_async_callback(part.close)
    return part


async def _live(request: Request) -> Response:
    return JSONResponse({"status": "ok"})


async def _health(request: Request) -> Response:
    found = await health.check(request.state.ctx)
    return JSONResponse(found.as_dict(), 200 if found.ready else 503)
