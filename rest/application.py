"""The v2 application: its routes, its errors, its document."""

from fastapi import FastAPI

from rest import (
    analytics,
    credentials,
    customer_export,
    customers,
    document,
    errors,
    event_batch,
    events,
    exports,
    integrations,
    members,
    processing,
    segments,
    timeline,
)
from rest.body import StrictRequests
from rest.caching import CacheHeaders, NotModifiedError, not_modified

PARTS = (
    processing,
    analytics,
    integrations,
    credentials,
    customers,
    customer_export,
    timeline,
    events,
    event_batch,
    segments,
    members,
    exports,
)


def make_rest() -> FastAPI:
    """The application, to be mounted at the root. Its routes find the context in `request.state.ctx`."""
    app = FastAPI(
        title="CDP API",
        version="2.0.0",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        servers=[{"url": "/", "description": "This server"}],
        responses=errors.DOCUMENTED,
    )
    app.state.routes = [*app.routes]
    for module in PARTS:
        app.include_router(module.router)
        app.state.routes += module.router.routes
    errors.install(app)
    document.install(app)
    app.add_exception_handler(NotModifiedError, not_modified)
    app.add_middleware(StrictRequests, streams=event_batch.STREAMS)
    app.add_middleware(CacheHeaders)
    return app
