"""What becomes of subscriptions when a client is slow or silent, or the process that is followed dies."""

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from pydantic import SecretStr
from starlette.applications import Starlette

from app import create
from kit import ids
from kit.config import Settings
from resolvers.processing.process import process
from resolvers.processing.request import Request
from tests.acceptance.live import ROOT, socket_of
from tests.live import listening

TENANT = ids.encode("Tenant", 56)
LONG = " ".join(f"{'x' * 4_000}{number}: fromSegment" for number in range(20))
"""What makes each move of a delivery 80 kB long, so that some of them fill every buffer on the way."""
MOVES = (
    "subscription ($tenant: ID!, $after: String) { segmentChanges(tenantId: $tenant, after: $after) "
    "{ cursor changes { customer { databaseId } %s } } }"
)
PROGRESS = (
    "subscription ($tenant: ID!) { processingProgress(tenantId: $tenant) "
    "{ status step run { databaseId error } } }"
)


@dataclass(frozen=True, slots=True)
class Api:
    """The application on a port of this machine, within this process."""

    app: Starlette
    port: int

    async def followed(self, by: int) -> None:
        """Wait until so many streams follow something."""
        for _ in range(6_000):
            if self.app.state.notices.followers == by:
                return
            await asyncio.sleep(0.01)
        raise AssertionError(f"{self.app.state.notices.followers} streams, not {by}")


@pytest.fixture
async def api(urls):
    """An API that has little patience and says often that it is alive."""
    settings = Settings(
        database_url=SecretStr(urls.app), stream_patience_seconds=0.5, stream_heartbeat_seconds=0.1
    )
    app = create(settings)
    async with listening(app) as address:
        yield Api(app, int(address.rpartition(":")[2]))


@pytest.fixture
async def moves(urls, make, api):
    """The cursor from before 240 moves between segments, and who moved."""
    make.history(make.tenant(), 240)
    await asyncio.to_thread(process, urls.app, 56, Request.of(None, "latest"))
    async with socket_of(api.port) as client:
        await client.subscribe(MOVES % "", tenant=TENANT)
        cursor = (await client.next())["segmentChanges"]["cursor"]
    customers = [each for (each,) in make.owner.execute("SELECT id FROM customer ORDER BY id")]
    make.moves(56, 1, [(each, "Lost", "Champions") for each in customers], datetime.now(UTC))
    moved = [str(each) for each in customers]
    return cursor, moved


def narrow(port):
    """A connection that takes in little before it is read."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
    made.connect(("127.0.0.1", port))
    return made


async def caught_up(api, cursor):
    """Who moved after a cursor, as a new socket is told."""
    found: list[str] = []
    async with socket_of(api.port) as client:
        await client.subscribe(MOVES % "", tenant=TENANT, after=cursor)
        while len(found) < 240:
            batch = (await client.next())["segmentChanges"]
            found += [each["customer"]["databaseId"] for each in batch["changes"]]
    return found


async def test_a_socket_that_is_not_read_is_let_go_with_all_its_operations(api, moves):
    cursor, moved = moves
    async with socket_of(api.port, sock=narrow(api.port), compression=None, ping_interval=None) as slow:
        await slow.subscribe(MOVES % "", "idle", tenant=TENANT)
        await slow.next("idle")
        slow.socket.transport.pause_reading()
        await slow.subscribe(MOVES % LONG, tenant=TENANT, after=cursor)
        await api.followed(by=2)
        await api.followed(by=0)
        slow.socket.transport.abort()
    assert await caught_up(api, cursor) == moved


async def test_a_stream_of_events_that_is_not_read_is_let_go(api, moves):
    cursor, moved = moves
    body = json.dumps({"query": MOVES % LONG, "variables": {"tenant": TENANT, "after": cursor}}).encode()
    head = (
        "POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    with contextlib.closing(narrow(api.port)) as slow:
        slow.setblocking(False)
        await asyncio.get_running_loop().sock_sendall(slow, head.encode() + body)
        await api.followed(by=1)
        await api.followed(by=0)
    assert await caught_up(api, cursor) == moved


async def test_a_silent_stream_of_events_says_that_it_is_alive(api, make):
    make.tenant()
    body = json.dumps({"query": MOVES % "", "variables": {"tenant": TENANT}}).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write(
        b"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/event-stream\r\n"
        b"Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(body), body)
    )
    async with asyncio.timeout(30):
        told = (await reader.readuntil(b": ping\n\n") + await reader.readuntil(b": ping\n\n")).decode()
    assert told.count("event: next") == 1
    assert told.index("event: next") < told.index(": ping")
    writer.close()
    await writer.wait_closed()
    await api.followed(by=0)


async def test_a_client_that_asks_whether_the_socket_is_alive_is_answered(api):
    async with socket_of(api.port, init=False) as client:
        await client.send(type="ping")
        assert await client.read() == {"type": "pong"}
        await client.send(type="connection_init")
        assert await client.read() == {"type": "connection_ack"}
        await client.send(type="pong")
        await client.send(type="ping", payload={"sent": 17})
        assert await client.read() == {"type": "pong", "payload": {"sent": 17}}


@contextlib.contextmanager
def working(url):
    """A worker in a process of its own; killed at the end, if not before."""
    program = f"import asyncio; from jobs.worker import run_worker; asyncio.run(run_worker({url!r}))"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    process = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, env=environment)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def test_the_death_of_a_worker_in_the_middle_of_a_run_and_the_next_attempt_are_told(
    urls, make, api, client
):
    make.history(make.tenant(), 100)
    asked = {"url": "/api/v2/cdp/process/56", "headers": {"Prefer": "respond-async"}}

    async def told(subscriber, status):
        while True:
            found = (await subscriber.next())["processingProgress"]
            if found["status"] == status:
                return found["run"]

    async with socket_of(api.port) as subscriber:
        await subscriber.subscribe(PROGRESS, tenant=TENANT)
        with working(urls.app) as worker:
            with make.owner.transaction():
                # The worker waits for the rates, which nobody else reads.
                make.owner.execute("LOCK TABLE exchange_rate IN ACCESS EXCLUSIVE MODE")
                assert (await client.post(**asked)).status_code == 202
                run = await told(subscriber, "RUNNING")
                worker.kill()
                worker.wait()
            assert (await told(subscriber, "QUEUED"))["databaseId"] == run["databaseId"]
        make.owner.execute("UPDATE procrastinate_workers SET last_heartbeat = now() - interval '1 hour'")
        with working(urls.app):
            assert await told(subscriber, "SUCCEEDED") == run
