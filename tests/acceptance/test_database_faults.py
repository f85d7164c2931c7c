"""The database goes away under load, or its connections are all taken: told as 503, and over by itself."""

import asyncio
import contextlib
import itertools
import os
import shutil
import signal
import tempfile
from collections import Counter
from pathlib import Path

import httpx
import psycopg
import pytest
from pydantic import SecretStr

from app import create
from kit import embedded, ids
from kit.config import Settings
from kit.db import Statement
from models.migrating import migrate
from tests.conftest import ShopMaker

TENANT = ids.encode("Tenant", 56)
STATUS = "/api/v2/cdp/process/status/56"
UPSERT = """mutation ($id: ID!, $name: String!) {
  customersUpsert(input: {tenantId: $id, customers: [{externalId: $name}]}) { userErrors { message } } }"""
CALLERS = 4


@pytest.fixture
def directory():
    """A place that the server's own user can reach."""
    made = Path(tempfile.mkdtemp(prefix="cdp-fault-"))
    made.chmod(0o755)
    return made


@pytest.fixture
def lease(directory):
    """A server of the test's own, that may be killed."""
    try:
        with contextlib.closing(embedded.lease(directory / "data")) as held:
            migrate(held.server.url("cdp_owner"))
            yield held
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _kill(data):
    """The server and who would bring it back at once."""
    for pid in (data / "keeper.lock").read_text().split()[:2]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(int(pid), signal.SIGKILL)


@contextlib.asynccontextmanager
async def answering(url, **settings):
    app = create(Settings(database_url=SecretStr(url), rate_limit="off", **settings))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1", timeout=60) as client,
    ):
        yield app, client


class Load:
    """Callers who read and write, one request after another; what they were told."""

    def __init__(self, client):
        self.client = client
        self.numbers = itertools.count()
        self.done: Counter[str] = Counter()
        self.failed: Counter[str] = Counter()
        self.saved: dict[str, set[str]] = {"event": set(), "upsert": set()}
        self.over = False

    async def call(self, kind):
        while not self.over:
            name = f"n{next(self.numbers)}"
            if await getattr(self, kind)(name):
                self.done[kind] += 1
                if kind in self.saved:
                    self.saved[kind].add(name)
            else:
                self.failed[kind] += 1
            await asyncio.sleep(0.01)

    async def read(self, name):
        answer = await self.client.get(STATUS)
        assert answer.status_code in (200, 503), answer.text
        assert (answer.status_code == 503) == ("retry-after" in answer.headers)
        return answer.status_code == 200

    async def event(self, name):
        body = {"tenant_id": 56, "external_id": "ana", "event_type": "page_view", "message_id": name}
        body["timestamp"] = "2026-01-05T10:00:00Z"
        answer = await self.client.post("/api/v2/cdp/events", json=body)
        assert answer.status_code in (201, 503), answer.text
        return answer.status_code == 201

    async def upsert(self, name):
        asked = {"query": UPSERT, "variables": {"id": TENANT, "name": name}}
        found = (await self.client.post("/graphql", json=asked)).json()
        if "errors" in found:
            assert found["errors"][0]["extensions"]["code"] == "UNAVAILABLE", found
            return False
        return not found["data"]["customersUpsert"]["userErrors"]

    async def until(self, enough):
        async with asyncio.timeout(60):
            while not enough():  # noqa: ASYNC110 - looks at what callers do
                await asyncio.sleep(0.01)


async def test_a_database_restarted_under_load_fails_some_requests_and_loses_nothing(
    lease, directory, monkeypatch
):
    for module in ("database", "bulk", "work_pool"):
        monkeypatch.setattr(f"kit.db.{module}._PATIENCE", 0.4)
    with psycopg.connect(lease.server.url("cdp_owner"), autocommit=True) as owner:
        ShopMaker(owner).customer(ShopMaker(owner).tenant(), "ana")
    async with answering(lease.server.url("cdp_app")) as (_, client), asyncio.TaskGroup() as group:
        load = Load(client)
        for kind in ("read", "event", "upsert"):
            for _ in range(CALLERS):
                group.create_task(load.call(kind))
        await load.until(lambda: min(load.done[kind] for kind in ("read", "event", "upsert")) > 5)
        _kill(directory / "data")
        await load.until(lambda: load.failed["read"] > 5 and load.failed["upsert"] > 5)
        await asyncio.to_thread(lease.ensure)
        before = load.done.copy()
        await load.until(lambda: all(load.done[kind] > before[kind] + 5 for kind in before))
        load.over = True
    with psycopg.connect(lease.server.url("cdp_owner"), autocommit=True) as owner:
        events = {name for (name,) in owner.execute("SELECT message_id FROM event")}
        customers = {name for (name,) in owner.execute("SELECT external_id FROM customer")}
    assert load.saved["event"] <= events
    assert load.saved["upsert"] <= customers


async def test_connections_that_are_all_taken_are_told_with_when_to_come_again(urls, make, monkeypatch):
    monkeypatch.setattr("kit.db.database._PATIENCE", 0.3)
    make.tenant()
    nothing = Statement("SELECT 1", scoped=False, defaults={})
    asked = {"query": "{ tenant(databaseId: 56) { name } }"}
    async with answering(urls.app, pool_size=1) as (app, client):
        async with app.state.database.read() as reader:
            await reader.fetch(nothing, int)
            async with asyncio.timeout(30):
                answers = await asyncio.gather(*(client.get(STATUS) for _ in range(10)))
                graph = (await client.post("/graphql", json=asked)).json()
            assert {each.status_code for each in answers} == {503}
            assert all(int(each.headers["retry-after"]) >= 1 for each in answers)
            assert graph["errors"][0]["extensions"]["code"] == "UNAVAILABLE"
            assert (await client.get("/health/live")).status_code == 200
        assert (await client.get(STATUS)).status_code == 200
        assert (await client.post("/graphql", json=asked)).json()["data"]["tenant"]["name"]
