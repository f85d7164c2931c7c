"""Events under kill -9: what 128 callers were told is saved is there, once each."""

import asyncio
import itertools
import os
import signal
import sys
from collections import Counter

import httpx
import psycopg
import pytest

from kit import embedded

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
CALLERS = 128
BEFORE, AFTER = 150, 150
"""Events that are acknowledged before the kill, and after it."""


class Callers:
    """Post events one after another, each again under its own id until it is acknowledged."""

    def __init__(self, port):
        self.address = f"http://127.0.0.1:{port}/api/v2/cdp/events"
        self.numbers = itertools.count()
        self.acknowledged: Counter[str] = Counter()
        self.failures = 0
        self.over = False

    async def call(self, client):
        while not self.over:
            name = f"m{next(self.numbers)}"
            body = {
                "tenant_id": 56,
                "external_id": "ana",
                "event_type": "page_view",
                "timestamp": "2026-01-05T10:00:00Z",
                "message_id": name,
            }
            while not await self.sent(client, body):
                self.failures += 1
                await asyncio.sleep(0.05)
            self.acknowledged[name] += 1

    async def sent(self, client, body):
        try:
            answer = await client.post(self.address, json=body)
        except httpx.TransportError:
            return False
        assert answer.status_code in (201, 429, 503), answer.text
        return answer.status_code == 201

    async def until(self, enough):
        while not enough():  # noqa: ASYNC110 - looks at what processes do
            await asyncio.sleep(0.01)


async def run(cdp, kill):
    """Keep 128 callers going, kill something, bring it back, and let them end; what they were told."""
    callers = Callers(cdp.port)
    limits = httpx.Limits(max_connections=CALLERS)
    async with httpx.AsyncClient(timeout=60, limits=limits) as client, asyncio.TaskGroup() as group:
        for _ in range(CALLERS):
            group.create_task(callers.call(client))
        await callers.until(lambda: len(callers.acknowledged) >= BEFORE)
        failed, before = callers.failures, len(callers.acknowledged)
        kill()
        await callers.until(lambda: callers.failures > failed or len(callers.acknowledged) > before + AFTER)
        api = (
            await asyncio.to_thread(cdp.start, "serve", "--no-worker")
            if cdp.api.poll() is not None
            else cdp.api
        )
        after = len(callers.acknowledged)
        await callers.until(lambda: len(callers.acknowledged) >= after + AFTER)
        callers.over = True
    return callers, api


@pytest.fixture
def serving(cdp):
    """A served tenant 56 with the customer ana."""
    cdp.environment["CDP_RATE_LIMIT"] = "off"
    (cdp.directory / "customers.csv").write_text("customer_id\nana\n")
    new = "--tenant 56 --create-tenant Shop --currency GBP --timezone Europe/London"
    done = cdp.run("import", "customers", "customers.csv", *new.split())
    assert done.returncode == 0, done.stderr
    cdp.api = cdp.start("serve", "--no-worker")
    return cdp


@pytest.mark.parametrize("victim", ["api", "database"])
async def test_every_acknowledged_event_is_there_once(serving, victim):
    def kill():
        os.kill(serving.api.pid if victim == "api" else serving.postmaster(), signal.SIGKILL)
        if victim == "api":
            serving.api.wait(30)
            serving.api.stdout.close()

    callers, api = await run(serving, kill)
    with embedded.lease(serving.data) as server, psycopg.connect(server.url("cdp_owner")) as owner:
        stored: Counter[str] = Counter(
            dict(owner.execute("SELECT message_id, count(*) FROM event GROUP BY 1").fetchall())
        )
    assert stored == callers.acknowledged
    assert set(callers.acknowledged.values()) == {1}
    api.terminate()
    assert api.wait(30) == 0
    api.stdout.close()
