"""The whole application over HTTP, on the test's database."""

import asyncio
import contextlib

import httpx
import pytest
from pydantic import SecretStr

from app import create
from jobs.worker import run_worker
from kit.config import Settings
from resolvers.processing.process import process
from resolvers.processing.request import Request


@pytest.fixture
async def application(urls):
    """The application within its lifespan."""
    app = create(Settings(database_url=SecretStr(urls.app), process_wait_seconds=20))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def client(application):
    """A client of the application."""
    transport = httpx.ASGITransport(application, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as opened:
        yield opened


@pytest.fixture
async def worker(urls, application):
    """A worker that does the jobs meanwhile."""
    task = asyncio.create_task(run_worker(urls.app))
    yield task
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@pytest.fixture
def scored(urls, make):
    """Tenant 56 with 400 customers, scored as of the end of its history."""
    make.history(make.tenant(), 400)
    process(urls.app, 56, Request.of(None, "latest"))
    return make


@pytest.fixture
async def ask(client):
    """Ask the graph; returns data, or fails with the errors."""

    async def send(query, **variables):
        answer = await client.post("/graphql", json={"query": query, "variables": variables})
        content = answer.json()
        assert "errors" not in content, content["errors"]
        return content["data"]

    return send


@pytest.fixture
async def fail(client):
    """Ask the graph something wrong; returns the first error."""

    async def send(query, **variables):
        answer = await client.post("/graphql", json={"query": query, "variables": variables})
        return answer.json()["errors"][0]

    return send
