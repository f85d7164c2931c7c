"""Sockets and streams: what is refused, what is bounded, and how they end."""

import asyncio
import json
import signal
from typing import Any

import httpx
import psycopg
import pytest
import websockets

from kit import ids
from tests.acceptance.live import Served
from tests.acceptance.subscriptions.clients import EVENTS, MOVES, PROGRESS, TENANT, run

OTHER = ids.encode("Tenant", 57)


async def test_who_only_waits_holds_no_connection(urls, make, api):
    make.history(make.tenant(), 100)
    await asyncio.to_thread(run, urls)
    async with api.socket() as client:
        for number in range(20):
            await client.subscribe(PROGRESS, str(number), tenant=TENANT)
            await client.next(str(number))
        with psycopg.connect(urls.admin, autocommit=True) as admin:
            held = admin.execute(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE application_name = 'cdp' AND xact_start IS NOT NULL"
            ).fetchone()
        assert held == (0,)


async def test_events_over_http(urls, make, api):
    make.history(make.tenant(), 100)
    await asyncio.to_thread(run, urls)
    body = {"query": PROGRESS, "variables": {"tenant": TENANT}}
    headers = {"Accept": "text/event-stream"}
    async with httpx.AsyncClient(timeout=30) as client:
        asked: list[tuple[str, Any]] = [
            ("POST", {"json": body}),
            ("GET", {"params": body | {"variables": json.dumps(body["variables"])}}),
        ]
        for method, sent in asked:
            async with client.stream(method, api.http, headers=headers, **sent) as answer:
                assert answer.headers["content-type"].startswith("text/event-stream")
                lines = answer.aiter_lines()
                assert await anext(lines) == "event: next"
                told = json.loads((await anext(lines)).removeprefix("data: "))
                assert told["data"]["processingProgress"]["status"] == "SUCCEEDED"
        query = {"query": "{ viewer { tenants { nodes { databaseId } } } }"}
        once = await client.post(api.http, headers=headers, json=query)
        blocks = once.text.strip().split("\n\n")
        assert [block.split("\n")[0] for block in blocks] == ["event: next", "event: complete"]
        wrong = await client.post(api.http, headers=headers, json={"query": "subscription { nothing }"})
        assert '"GRAPHQL_VALIDATION_FAILED"' in wrong.text
        assert wrong.text.rstrip().endswith("data:")


async def test_a_subscription_is_no_plain_query(make, client):
    answer = await client.post("/graphql", json={"query": PROGRESS, "variables": {"tenant": TENANT}})
    assert answer.status_code == 400
    assert "WebSocket" in answer.json()["errors"][0]["message"]


async def test_what_is_wrong_with_a_subscription_is_told_and_ends_no_other(make, api):
    make.tenant()
    async with api.socket() as client:
        await client.subscribe("subscription { nothing }", "a")
        message = await client.read()
        assert (message["type"], message["id"]) == ("error", "a")
        assert message["payload"][0]["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
        await client.subscribe("subscription {", "b")
        assert (await client.read())["type"] == "error"
        await client.send(id="e", type="subscribe", payload={"query": "{ a }", "operationName": "nobody"})
        assert (await client.read())["payload"][0]["extensions"]["code"] == "BAD_REQUEST"
        await client.send(id="e", type="subscribe", payload={})
        assert (await client.read())["payload"][0]["extensions"]["code"] == "BAD_REQUEST"
        deep = (
            "{ viewer { tenants { nodes { "
            + "customers { nodes { tenant { " * 6
            + "name"
            + " } } }" * 6
            + " } } } }"
        )
        await client.subscribe(deep, "c")
        assert (await client.read())["payload"][0]["extensions"]["bound"] == "depth"
        for number, (query, given, code) in enumerate(
            [
                (MOVES, {"tenant": OTHER}, "NOT_FOUND"),
                (MOVES, {"tenant": TENANT, "after": "x"}, "BAD_USER_INPUT"),
                (EVENTS, {"tenant": TENANT, "customer": ids.encode("Customer", 57, 1)}, "BAD_USER_INPUT"),
            ]
        ):
            await client.subscribe(query, str(number), **given)
            message = await client.read()
            assert message["payload"]["errors"][0]["extensions"]["code"] == code, message
            assert (await client.read())["type"] == "complete"
        await client.subscribe("{ viewer { tenants { nodes { databaseId } } } }", "d")
        assert (await client.next("d"))["viewer"]["tenants"]["nodes"] == [{"databaseId": "56"}]


async def test_sockets_are_bounded(make, api):
    make.tenant()
    async with api.socket() as client:
        for number in range(50):
            await client.subscribe(EVENTS, str(number), tenant=TENANT)
            await client.next(str(number))
        await client.subscribe(EVENTS, "50", tenant=TENANT)
        refused = await client.read()
        assert (refused["id"], refused["payload"][0]["extensions"]["code"]) == ("50", "RATE_LIMITED")
        await client.send(type="complete", id="0")
        await client.subscribe("{ viewer { tenants { nodes { databaseId } } } }", "50")
        assert (await client.next("50"))["viewer"]["tenants"]
    async with api.socket() as client:
        await client.send(type="subscribe", id="1", payload={"query": "x" * 1_100_000})
        assert await client.closed() == 1009
    async with api.socket(init=False) as client:
        await client.subscribe(EVENTS, tenant=TENANT)
        assert await client.closed() == 4401
    async with api.socket(init=False) as client:
        assert await client.closed() == 4408


@pytest.mark.parametrize(
    "message",
    [
        "[]",
        "null",
        "nonsense",
        '{"type": 1}',
        '{"type": "subscribe", "id": 1, "payload": {}}',
        '{"type": "subscribe", "id": "1", "payload": []}',
        '{"type": "subscribe", "id": "1", "payload": {"query": "{ a }", "variables": []}}',
        '{"type": "complete"}',
        "[" * 100_000,
    ],
)
async def test_messages_that_are_none_close_the_socket(api, message):
    async with api.socket() as client:
        await client.socket.send(message)
        assert await client.closed() == 4400


async def test_no_page_of_elsewhere_opens_a_socket(api):
    with pytest.raises(websockets.InvalidStatus):
        async with api.socket(origin="https://evil.example"):
            pass
    async with api.socket(origin="http://localhost:3000"):
        pass


async def test_streams_end_when_the_server_stops(urls, make):
    make.history(make.tenant(), 100)
    await asyncio.to_thread(run, urls)
    api = await asyncio.to_thread(Served(urls.app).wait)
    body = {"query": MOVES, "variables": {"tenant": TENANT}}
    async with (
        api.socket() as client,
        httpx.AsyncClient(timeout=30) as other,
        other.stream("POST", api.http, headers={"Accept": "text/event-stream"}, json=body) as answer,
    ):
        await client.subscribe(MOVES, tenant=TENANT)
        await client.next()
        parts = answer.aiter_text()
        await anext(parts)
        api.process.terminate()
        rest = "".join([part async for part in parts])
        assert rest.endswith("event: complete\ndata: \n\n")
        assert await client.closed() in (1001, 1012)
    assert await asyncio.to_thread(api.process.wait, 20) in (0, -signal.SIGTERM)
