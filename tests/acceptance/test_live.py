"""Subscriptions over real sockets, with the writers in another process than the API."""

import asyncio
import json
import signal
from typing import Any

import httpx
import psycopg
import pytest
import websockets

from kit import ids
from resolvers.processing.process import process
from resolvers.processing.request import Request
from tests.acceptance.live import Served

TENANT, OTHER = ids.encode("Tenant", 56), ids.encode("Tenant", 57)
PROGRESS = (
    "subscription ($tenant: ID!) { processingProgress(tenantId: $tenant) "
    "{ percent step status run { databaseId } } }"
)
MOVES = (
    "subscription ($tenant: ID!, $after: String, $segments: [RfmSegment!]) "
    "{ segmentChanges(tenantId: $tenant, after: $after, segments: $segments, kinds: [RFM_SEGMENT]) "
    "{ cursor changes "
    "{ cursor fromSegment toSegment changedAt customer { databaseId } run { databaseId } } } }"
)
EVENTS = (
    "subscription ($tenant: ID!, $types: [String!], $customer: ID) "
    "{ events(tenantId: $tenant, types: $types, customerId: $customer) "
    "{ omitted events { messageId type customer { externalId } } } }"
)


@pytest.fixture(scope="module")
def apis(migrated):
    """Two API processes on the test's database."""
    both = [Served(migrated.app), Served(migrated.app)]
    yield [each.wait() for each in both]
    for each in both:
        each.process.terminate()
    for each in both:
        assert each.process.wait(20) in (0, -signal.SIGTERM)


@pytest.fixture
def api(apis):
    return apis[0]


def run(urls, tenant=56):
    return process(urls.app, tenant, Request.of(None, "latest", force=True)).run_id


async def shift(urls, make, tenant=56, every=3):
    """Have some customers buy anew, so that the next run moves them; returns the moves of the log."""
    make.owner.execute(
        "INSERT INTO customer_order (tenant_id, external_id, customer_id, placed_at, amount, currency) "
        "SELECT tenant_id, gen_random_uuid()::text, id, timestamptz '2026-01-02', 500, 'GBP' "
        "FROM customer WHERE tenant_id = %s AND id %% %s = 0",
        [tenant, every],
    )
    number = await asyncio.to_thread(run, urls, tenant)
    found = make.owner.execute(
        "SELECT customer_id::text FROM segment_change JOIN segment_feed AS feed ON feed.id = feed_id "
        "WHERE run_id = %s AND kind = 'rfm_segment'",
        [number],
    ).fetchall()
    found.sort(key=lambda row: int(row[0]))
    assert found
    return [(str(number), customer) for (customer,) in found]


def moved(batch):
    changes = batch["segmentChanges"]["changes"]
    return [(each["run"]["databaseId"], each["customer"]["databaseId"]) for each in changes]


async def gather(client, wanted):
    """Read batches until as many moves have come; returns them and the last cursor."""
    found: list[tuple[str, str]] = []
    cursor = None
    while len(found) < wanted:
        batch = await client.next()
        found += moved(batch)
        cursor = batch["segmentChanges"]["cursor"]
    return found, cursor


async def test_progress_is_told_across_processes_from_where_it_stands_to_its_end(urls, make, api):
    make.history(make.tenant(), 400)
    first = await asyncio.to_thread(run, urls)
    async with api.socket() as client:
        await client.subscribe(PROGRESS, tenant=TENANT)
        told = (await client.next())["processingProgress"]
        assert told == {
            "percent": 100,
            "step": "done",
            "status": "SUCCEEDED",
            "run": {"databaseId": str(first)},
        }
        second = await asyncio.to_thread(run, urls)
        seen: list[dict[str, Any]] = []
        while not seen or seen[-1]["status"] != "SUCCEEDED":
            seen.append((await client.next())["processingProgress"])
        assert {each["run"]["databaseId"] for each in seen} == {str(second)}
        assert [each["percent"] for each in seen] == sorted(each["percent"] for each in seen)


async def test_moves_arrive_on_every_process_and_only_those_of_the_tenant(urls, make, apis):
    for tenant in (56, 57):
        make.history(make.tenant(tenant), 300, seed=tenant)
        await asyncio.to_thread(run, urls, tenant)
    async with apis[0].socket() as one, apis[1].socket() as two:
        for client in (one, two):
            await client.subscribe(MOVES, tenant=TENANT)
            assert (await client.next())["segmentChanges"]["changes"] == []
        await shift(urls, make, 57)
        expected = await shift(urls, make, 56)
        for client in (one, two):
            assert (await gather(client, len(expected)))[0] == expected


async def test_who_comes_back_with_a_cursor_misses_nothing(urls, make, api):
    make.history(make.tenant(), 400)
    await asyncio.to_thread(run, urls)
    async with api.socket() as client:
        await client.subscribe(MOVES, tenant=TENANT)
        await client.next()
        expected = await shift(urls, make)
        batch = await client.next()
        found, cursor = moved(batch), batch["segmentChanges"]["cursor"]
        client.socket.transport.abort()
    expected += await shift(urls, make, every=2)
    async with api.socket() as client:
        await client.subscribe(MOVES, tenant=TENANT, after=cursor)
        more, cursor = await gather(client, len(expected) - len(found))
        expected += await shift(urls, make, every=5)
        rest, _ = await gather(client, len(expected) - len(found) - len(more))
    assert found + more + rest == expected


async def test_a_run_with_a_lower_number_that_stands_later_is_not_skipped(urls, make, api):
    make.history(make.tenant(), 300)
    await asyncio.to_thread(run, urls)
    waiting = make.owner.execute(
        "INSERT INTO score_run (tenant_id, status, analyses, as_of, as_of_requested, step) "
        "VALUES (56, 'queued', '{rfm}', now(), 'latest', '') RETURNING id"
    ).fetchone()[0]
    # The clock was ahead when the next one ended.
    first = await shift(urls, make)
    make.owner.execute("UPDATE score_run SET finished_at = now() + interval '1 h' WHERE status = 'succeeded'")
    async with api.socket() as client:
        await client.subscribe(MOVES, tenant=TENANT, after=None)
        await client.next()
        make.owner.execute(
            "INSERT INTO customer_order (tenant_id, external_id, customer_id, placed_at, amount, currency) "
            "SELECT 56, 'late' || id, id, timestamptz '2026-01-03', 900, 'GBP' FROM customer WHERE id % 2 = 0"
        )
        request = Request.of(["rfm"], "latest", force=True)
        await asyncio.to_thread(process, urls.app, 56, request, run_id=waiting)
        found = moved(await client.next())
        assert found
        assert {number for number, _ in found} == {str(waiting)}
        assert int(first[0][0]) > waiting


async def test_moves_of_some_segments_alone(urls, make, api, ask):
    make.history(make.tenant(), 400)
    await asyncio.to_thread(run, urls)
    async with api.socket() as client:
        await client.subscribe(MOVES, tenant=TENANT, segments=["CHAMPIONS"])
        cursor = (await client.next())["segmentChanges"]["cursor"]
        await shift(urls, make)
        found = (await client.next())["segmentChanges"]["changes"]
    assert all("CHAMPIONS" in (each["fromSegment"], each["toSegment"]) for each in found)
    query = (
        "query ($after: String) { tenant(databaseId: 56) { segmentChanges(first: 7, after: $after) "
        "{ nodes { cursor } edges { cursor } pageInfo { hasNextPage endCursor } } } }"
    )
    page = (await ask(query, after=cursor))["tenant"]["segmentChanges"]
    assert len(page["nodes"]) == 7
    assert page["pageInfo"]["hasNextPage"]
    more = (await ask(query, after=page["pageInfo"]["endCursor"]))["tenant"]["segmentChanges"]
    assert not {each["cursor"] for each in page["nodes"]} & {each["cursor"] for each in more["nodes"]}


async def test_events_of_a_file_arrive_by_tenant_type_and_customer(urls, make, api, tmp_path):
    from kit.db import connect_for_work
    from resolvers.imports.events import import_events
    from resolvers.imports.options import ImportOptions

    for tenant in (56, 57):
        make.tenant(tenant)
    known = make.customer(56, "c1")

    def bring(tenant, rows):
        path = tmp_path / "events.ndjson"
        path.write_text("\n".join(json.dumps(row) for row in rows))
        with connect_for_work(urls.app) as work:
            import_events(work, path, ImportOptions(tenant=tenant))

    def event(number, kind="page_view", customer="c1"):
        at = f"2026-01-05T10:00:{number % 60:02}Z"
        return {"message_id": f"m{number}", "customer_id": customer, "event_type": kind, "occurred_at": at}

    async with api.socket() as client:
        await client.subscribe(EVENTS, "all", tenant=TENANT)
        await client.subscribe(
            EVENTS, "some", tenant=TENANT, types=["purchase"], customer=ids.encode("Customer", 56, known)
        )
        for _ in range(2):
            assert (await client.read())["payload"]["data"]["events"] == {"omitted": 0, "events": []}
        await asyncio.to_thread(bring, 57, [event(1)])
        await asyncio.to_thread(bring, 56, [event(2), event(3, "purchase"), event(4, "purchase", "c2")])
        told = {}
        for _ in range(2):
            message = await client.read()
            told[message["id"]] = message["payload"]["data"]["events"]
        assert {each["messageId"] for each in told["all"]["events"]} == {"m2", "m3", "m4"}
        assert told["some"] == {
            "omitted": 0,
            "events": [{"messageId": "m3", "type": "purchase", "customer": {"externalId": "c1"}}],
        }
        await asyncio.to_thread(bring, 56, [event(number) for number in range(10, 1310)])
        seen = [await client.read(), await client.read()]
        assert [each["payload"]["data"]["events"] for each in seen] == [{"omitted": 1300, "events": []}] * 2


async def test_events_that_a_mutation_takes_in_arrive_once(make, apis):
    make.tenant()
    track = (
        "mutation ($input: EventTrackInput!) "
        "{ eventTrack(input: $input) { isDuplicate userErrors { message } } }"
    )
    event = {"type": "page_view", "occurredAt": "2026-01-05T10:00:00Z", "messageId": "m1"}
    async with apis[0].socket() as client, apis[1].socket() as writer:
        await client.subscribe(EVENTS, tenant=TENANT)
        await client.next()
        for number in ("m1", "m1", "m2"):
            given = {"tenantId": TENANT, "event": event | {"messageId": number}}
            await writer.subscribe(track, input=given)
            assert (await writer.next())["eventTrack"]["userErrors"] == []
            assert (await writer.read())["type"] == "complete"
        for number in ("m1", "m2"):
            told = (await client.next())["events"]["events"]
            assert [each["messageId"] for each in told] == [number]


async def test_after_the_database_was_lost_nothing_is_missed(urls, make, api):
    make.history(make.tenant(), 300)
    await asyncio.to_thread(run, urls)
    async with api.socket() as client:
        await client.subscribe(MOVES, tenant=TENANT)
        await client.next()
        with psycopg.connect(urls.admin, autocommit=True) as admin:
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name IN ('cdp', 'cdp live')"
            )
        expected = await shift(urls, make)
        assert (await gather(client, len(expected)))[0] == expected


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
