"""The server is asked to end: what it is answering it finishes, and takes nothing new."""

import asyncio
import contextlib

import httpx
import psycopg
import pytest
from pydantic import SecretStr

from app import create
from kit import ids
from kit.config import Settings
from tests.acceptance.live import socket_of
from tests.live import listening

STATUS = "/api/v2/cdp/process/status/56"
EVENT = {"tenant_id": 56, "external_id": "ana", "event_type": "page_view"}
PROGRESS = "subscription ($tenant: ID!) { processingProgress(tenantId: $tenant) { status } }"
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@pytest.fixture
async def served(urls, make):
    """An address, and what asks the server behind it to end."""
    make.customer(make.tenant(), "ana")
    stack = contextlib.AsyncExitStack()
    address = await stack.enter_async_context(listening(create(Settings(database_url=SecretStr(urls.app)))))
    yield address, stack.aclose
    await stack.aclose()


async def until(true):
    async with asyncio.timeout(60):
        while not await true():  # noqa: ASYNC110 - looks at what the server does
            await asyncio.sleep(0.02)


async def test_requests_under_way_are_answered_and_new_ones_are_not_taken(served, urls, make):
    address, end = served
    async with httpx.AsyncClient(timeout=60) as client:
        with psycopg.connect(urls.owner) as other:
            other.execute("LOCK TABLE tenant IN ACCESS EXCLUSIVE MODE")
            reading = asyncio.create_task(client.get(address + STATUS))
            saving = asyncio.create_task(client.post(f"{address}/api/v2/cdp/events", json=EVENT))

            async def both_wait():
                return make.owner.execute(WAITING).fetchone()[0] >= 2

            async def refuses():
                try:
                    async with httpx.AsyncClient(timeout=60) as another:
                        await another.get(address + "/health/live")
                except httpx.TransportError:
                    return True
                return False

            await until(both_wait)
            ending = asyncio.create_task(end())
            await until(refuses)
            assert not reading.done()
            other.rollback()
        assert (await reading).status_code == 200
        assert (await saving).status_code == 201
        await ending
    assert make.owner.execute("SELECT count(*) FROM event").fetchone() == (1,)


async def test_sockets_are_closed_with_a_code_that_says_to_come_again(served):
    address, end = served
    async with socket_of(int(address.rpartition(":")[2])) as client:
        await client.subscribe(PROGRESS, tenant=ids.encode("Tenant", 56))
        ending = asyncio.create_task(end())
        assert await client.closed() in (1001, 1012)
        await ending
