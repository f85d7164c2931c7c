"""The v2 application: its routes, its errors, its document."""

from fastapi import FastAPI

from rest import (
    analytics,
    credentials,
    customers,
    errors,
    integrations,
    members,
    processing,
    segments,
    timeline,
)

DESCRIPTION = """
Customer data and its analyses: RFM segments, lifetime value, churn and profiles.
Every answer has `success`; errors have `error` and `details`.
"""

PARTS = (
    processing,
    analytics,
    integrations,
    credentials,
    customers,
    timeline,
    segments,
    members,
)


def make_rest() -> FastAPI:
    """The application, to be mounted at the root. Its routes find the context in `request.state.ctx`."""
    app = FastAPI(
        title="CDP API",
        version="2.0.0",
        description=DESCRIPTION.strip(),
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        servers=[{"url": "/", "description": "This server"}],
        responses=errors.DOCUMENTED,
    )
    for module in PARTS:
        app.include_router(module.router)
    errors.install(app)
    return app
