"""What VTEX's hook tells of is brought by the worker."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from connectors.vtex.errors import UnansweredError
from jobs.worker import run_worker
from kit.errors import ConflictError
from resolvers.syncing.noticed import bring_noticed
from tests.acceptance.hooks.operations import cancel
from tests.connectors.vtex.fake import Fault


async def test_what_was_told_is_brought_and_forgotten(place, number, shop, tell, kept, waiting, vtex, make):
    changed = list(shop.details)[:12]
    for order in changed:
        cancel(shop, order)
        await tell(order)
    await tell(changed[0])
    new = shop.sell(shop.persons[0], datetime.now(UTC) - timedelta(days=2), status="invoiced")
    await tell(new)
    vtex.requests.clear()
    assert await bring_noticed(place, 56, number) == 13
    assert (waiting(), kept()[new]) == ({}, "paid")
    assert {kept()[each] for each in changed} == {"cancelled"}
    asked = [each for each in vtex.paths if "/pvt/orders" in each]
    assert len(asked) == 13
    assert make.owner.execute("SELECT changed_at IS NOT NULL FROM integration_sync").fetchone() == (True,)
    assert make.owner.execute("SELECT heard_at IS NOT NULL FROM integration_hook").fetchone() == (True,)


async def test_the_last_sync_is_not_moved(place, number, shop, tell, make):
    def last():
        return make.owner.execute("SELECT last_sync_at FROM integration").fetchone()

    before = last()
    await tell(next(iter(shop.details)))
    await bring_noticed(place, 56, number)
    assert last() == before


async def test_an_older_state_does_not_replace_a_newer_one(place, number, shop, tell, kept):
    order = next(name for name, each in shop.details.items() if each["status"] == "invoiced")
    shop.details[order] |= {"status": "canceled", "lastChange": shop.details[order]["creationDate"]}
    await tell(order)
    await bring_noticed(place, 56, number)
    assert kept()[order] == "paid"


async def test_what_is_told_while_it_is_fetched_stays(place, number, shop, tell, kept, waiting, vtex):
    order = next(iter(shop.details))
    await tell(order)
    vtex.requests.clear()
    vtex.plan = lambda number, path: Fault(slow=0.5) if path.endswith(order) else None
    running = asyncio.create_task(bring_noticed(place, 56, number))
    for _ in range(200):
        if any(each.endswith(order) for each in vtex.paths):
            break
        await asyncio.sleep(0.02)
    await tell(order)
    with pytest.raises(ConflictError):
        await bring_noticed(place, 56, number)
    await running
    assert waiting() == {order: 2}
    vtex.plan = lambda number, path: None
    await bring_noticed(place, 56, number)
    assert waiting() == {}


async def test_nothing_is_forgotten_where_it_cannot_be_brought(
    place, number, shop, tell, kept, waiting, vtex
):
    order = next(iter(shop.details))
    cancel(shop, order)
    await tell(order)
    vtex.plan = lambda number, path: Fault(503)
    with pytest.raises(UnansweredError):
        await bring_noticed(place, 56, number)
    vtex.plan = lambda number, path: None
    assert waiting() == {order: 1}
    await bring_noticed(place, 56, number)
    assert (waiting(), kept()[order]) == ({}, "cancelled")


async def test_an_order_that_is_not_there_waits_for_an_hour(place, number, shop, tell, waiting, kept, make):
    order = shop.sell(shop.persons[0], datetime.now(UTC) - timedelta(days=2))
    detail = shop.details.pop(order)
    await tell(order)
    await tell("v-never")
    await bring_noticed(place, 56, number)
    assert set(waiting()) == {order, "v-never"}
    shop.details[order] = detail
    make.owner.execute("UPDATE integration_notice SET first_at = now() - interval '2 hours'")
    await bring_noticed(place, 56, number)
    assert (waiting(), order in kept()) == ({}, True)


async def test_notices_are_found_whatever_tenant_they_are_of(tell, number, make):
    query = "SELECT tenant_id, id FROM integrations_noticed()"
    assert make.owner.execute(query).fetchall() == []
    await tell("v1shop-01")
    assert make.owner.execute(query).fetchall() == [(56, number)]
    make.owner.execute("UPDATE integration SET is_active = false")
    assert make.owner.execute(query).fetchall() == []


async def test_vtex_calls_and_the_worker_brings(secret, settings, urls, shop, hook, kept):
    task = asyncio.create_task(run_worker(urls.app, settings))
    try:
        order = shop.sell(shop.persons[0], datetime.now(UTC) - timedelta(days=2), status="invoiced")
        assert await hook.tell(order) == 200
        for _ in range(200):
            if order in kept():
                break
            await asyncio.sleep(0.1)
        assert kept()[order] == "paid"
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_it_goes_with_its_integration(secret, tell, make):
    await tell("v1shop-01")
    make.owner.execute("DELETE FROM integration")
    with psycopg.connect(make.owner.info.dsn, password=make.owner.info.password) as owner:
        for table in ("integration_hook", "integration_notice"):
            assert owner.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
    assert (await tell("v1shop-01")).status_code == 401
