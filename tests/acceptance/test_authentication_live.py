"""Who may follow: sockets and streams ask for credentials, and end with them."""

import json
from types import SimpleNamespace

import httpx
import psycopg
import pytest
import structlog
import websockets

from kit import ids
from kit.db import Work
from resolvers.access.administration import create_key, revoke_key
from tests.acceptance.credentials import bearer, token
from tests.acceptance.live import socket_of
from tests.acceptance.test_authentication import SHARED_SECRET
from tests.live import serving

FOLLOW = "subscription ($tenant: ID!) { processingProgress(tenantId: $tenant) { percent } }"
EVENTS = "subscription ($tenant: ID!) { events(tenantId: $tenant) { omitted } }"
ASK = "{ tenant(databaseId: 56) { databaseId } }"
HOUR = 3_600


@pytest.fixture
async def port(urls, make):
    make.tenant()
    make.tenant(57)
    async with serving(urls.app, **SHARED_SECRET, jwt_leeway_seconds=0) as address:
        yield int(address.rpartition(":")[2])


@pytest.fixture
def later(monkeypatch):
    """Lets so many seconds pass, by the clock that says when credentials end."""
    real = __import__("time").time
    passed = [0.0]
    clock = SimpleNamespace(time=lambda: real() + passed[0])
    monkeypatch.setattr("resolvers.access.access.time", clock)
    monkeypatch.setattr("resolvers.access.access._LONGEST_SLEEP", 0.05)

    def let(seconds):
        passed[0] += seconds

    return let


def payloads(text):
    return [{"Authorization": f"Bearer {text}"}, {"authorization": f"bearer {text}"}, {"X-API-Key": text}]


async def test_a_socket_says_who_it_is_by_header_or_first_message(port):
    good = token()
    for payload in payloads(good):
        async with socket_of(port, init=False) as client:
            await client.send(type="connection_init", payload=payload)
            assert await client.read() == {"type": "connection_ack"}
            await client.subscribe(ASK)
            assert await client.next() == {"tenant": {"databaseId": "56"}}
    async with socket_of(port, additional_headers=bearer(good)) as client:
        await client.subscribe(ASK)
        assert await client.next() == {"tenant": {"databaseId": "56"}}


async def test_a_socket_without_good_credentials_is_closed(port):
    for payload in (None, {}, *payloads("garbage"), *payloads(token(exp=1)), {"Authorization": 5}):
        async with socket_of(port, init=False) as client:
            await client.send(type="connection_init", payload=payload)
            assert await client.closed() == 4403, payload
    async with socket_of(port, init=False) as client:
        await client.subscribe(ASK)
        assert await client.closed() == 4401
    with pytest.raises(websockets.InvalidStatus) as refused:
        async with socket_of(port, init=False, additional_headers=bearer("garbage")):
            pass
    assert refused.value.response.status_code == 401
    assert b"UNAUTHENTICATED" in refused.value.response.body
    with pytest.raises(websockets.InvalidStatus):
        async with socket_of(port, init=False, origin="https://evil.example"):
            pass


async def test_a_socket_may_not_follow_another_tenant(port):
    answers = []
    for number in (57, 999):
        async with socket_of(port, additional_headers=bearer(token())) as client:
            tenant = ids.encode("Tenant", number)
            await client.subscribe(FOLLOW, tenant=tenant)
            answers.append(json.dumps(await client.read()).replace(tenant, "ID"))
    assert answers[0] == answers[1]
    assert "NOT_FOUND" in answers[0]


async def test_a_socket_ends_when_its_token_expires(port, later):
    async with socket_of(port, init=False) as client:
        await client.send(type="connection_init", payload=bearer(token()))
        await client.read()
        await client.subscribe(FOLLOW, tenant=ids.encode("Tenant", 56))
        later(HOUR + 1)
        assert await client.closed() == 4403
        assert "no longer good" in client.socket.close_reason


async def test_a_socket_ends_when_its_key_is_revoked(port, urls, monkeypatch):
    monkeypatch.setattr("resolvers.access.keys_in_use.REMEMBERED_FOR", 0.0)
    monkeypatch.setattr("resolvers.access.access.REMEMBERED_FOR", 0.05)
    with psycopg.connect(urls.owner, autocommit=True) as connection:
        key, _ = create_key(Work(connection), tenants=[56], scope="read")
        async with socket_of(port, additional_headers={"X-API-Key": key.text}) as client:
            await client.subscribe(ASK)
            assert await client.next() == {"tenant": {"databaseId": "56"}}
            revoke_key(Work(connection), key.id)
            assert await client.closed() == 4403


async def test_a_socket_whose_credentials_cannot_be_watched_is_closed_and_that_is_logged(
    port, urls, monkeypatch
):
    async def fail(*arguments):
        raise RuntimeError("a fault of ours")

    monkeypatch.setattr("resolvers.access.access.REMEMBERED_FOR", 0.05)
    with psycopg.connect(urls.owner, autocommit=True) as connection:
        key, _ = create_key(Work(connection), tenants=[56], scope="read")
    with structlog.testing.capture_logs() as logged:
        async with socket_of(port, additional_headers={"X-API-Key": key.text}) as client:
            await client.subscribe(FOLLOW, tenant=ids.encode("Tenant", 56))
            monkeypatch.setattr("resolvers.access.keys_in_use.KeysInUse.is_good", fail)
            assert await client.closed() == 4403
    told = [each for each in logged if "credentials cannot be watched" in each["event"]]
    assert told
    assert told[0]["exc_info"]


async def test_a_stream_ends_when_its_token_expires(port, later):
    asked = {"query": EVENTS, "variables": {"tenant": ids.encode("Tenant", 56)}}
    headers = {"Accept": "text/event-stream"}
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
        answer = await client.post("/graphql", json=asked, headers=headers)
        assert answer.status_code == 401
        async with client.stream("POST", "/graphql", json=asked, headers=headers | bearer(token())) as stream:
            lines = stream.aiter_lines()
            while not (line := await anext(lines)).startswith("data: "):
                pass
            assert "omitted" in line
            later(HOUR + 1)
            rest = [line async for line in lines if line and not line.startswith(":")]
    assert rest[0] == "event: next"
    (error,) = json.loads(rest[1].removeprefix("data: "))["errors"]
    assert error["extensions"]["code"] == "UNAUTHENTICATED"
    assert rest[2] == "event: complete"
