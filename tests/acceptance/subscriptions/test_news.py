"""Subscriptions over real sockets, with the writers in another process than the API."""

import asyncio
import json
from typing import Any

import psycopg

from kit import ids
from resolvers.processing.process import process
from resolvers.processing.request import Request
from tests.acceptance.subscriptions.clients import EVENTS, MOVES, PROGRESS, TENANT, run

READING = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'cdp' AND xact_start IS NOT NULL"


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
            while admin.execute(READING).fetchone() != (0,):  # noqa: ASYNC110 - it tells nobody
                await asyncio.sleep(0.05)
            admin.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                "WHERE application_name IN ('cdp', 'cdp live')"
            )
        expected = await shift(urls, make)
        assert (await gather(client, len(expected)))[0] == expected
