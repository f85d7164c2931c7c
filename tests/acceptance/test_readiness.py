"""When the service says that it is not ready, and why."""

import asyncio
import os
import signal
from contextlib import asynccontextmanager

import httpx
import psycopg
import pytest
from pydantic import SecretStr

from app import create
from kit.config import Settings
from kit.db import Database


async def test_without_its_queue_it_is_not_ready(own_urls):
    async with served(own_urls) as client:
        with psycopg.connect(own_urls.owner, autocommit=True) as owner:
            owner.execute("ALTER TABLE procrastinate_jobs RENAME TO elsewhere")
        answer = await client.get("/health/ready")
        assert (answer.status_code, answer.json()["status"]) == (503, "unavailable")
        assert answer.json()["database"] == "ok"
        assert "cdp migrate" in answer.json()["queue"]


async def test_with_its_intake_full_it_is_not_ready(urls, make):
    make.customer(make.tenant(), "ana")
    body = {"tenant_id": 56, "external_id": "ana", "event_type": "page_view"}
    async with served(urls, event_queue=10) as client:
        with psycopg.connect(urls.owner) as other:
            other.execute("LOCK TABLE tenant IN ACCESS EXCLUSIVE MODE")
            tasks = [asyncio.create_task(client.post("/api/v2/cdp/events", json=body)) for _ in range(60)]
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            answer = await client.get("/health/ready")
            live = await client.get("/health/live")
            other.rollback()
        await asyncio.gather(*tasks)
        assert answer.status_code == 503
        assert answer.json()["intake"] == "As many events wait as are accepted."
        assert live.status_code == 200
        assert (await client.get("/health/ready")).status_code == 200


async def test_a_stopping_server_is_not_ready(urls):
    before = signal.signal(signal.SIGTERM, lambda number, frame: None)
    try:
        async with served(urls) as client:
            assert (await client.get("/health/ready")).status_code == 200
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(0)
            answer = await client.get("/health/ready")
            assert (answer.status_code, answer.json()["server"]) == (503, "The server is stopping.")
            assert (await client.get("/health/live")).status_code == 200
    finally:
        signal.signal(signal.SIGTERM, before)


@asynccontextmanager
async def served(urls, **settings):
    app = create(Settings(database_url=SecretStr(urls.app), **settings))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            yield client


@pytest.mark.parametrize("path", ["/health/ready", "/metrics"])
async def test_a_stampede_asks_the_database_once(urls, monkeypatch, path):
    asked = []
    once = Database.once

    async def counted(self, statement, *arguments, **named):
        asked.append(statement.text)
        return await once(self, statement, *arguments, **named)

    monkeypatch.setattr(Database, "once", counted)
    monkeypatch.setattr("kit.recent.Recent.__init__.__defaults__", (60.0,))
    async with served(urls) as client:
        answers = await asyncio.gather(*(client.get(path) for _ in range(100)))
        assert {each.status_code for each in answers} == {200}
        assert (await client.get(path)).status_code == 200
    assert len(asked) == 2
