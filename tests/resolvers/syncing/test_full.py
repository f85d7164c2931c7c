"""A full sync: everything, exactly, through halved windows, faults and interruptions."""

import asyncio
import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from connectors.vtex.errors import LimitedError, RefusedError, UnansweredError
from kit.errors import ConflictError, NotFoundError, UnavailableError
from resolvers.syncing import fetch
from resolvers.syncing.scoring import changed_at, processed
from resolvers.syncing.sync import Progress, StoppedError, sync
from tests.connectors.vtex.detail import detail
from tests.connectors.vtex.fake import Fault
from tests.connectors.vtex.shop import Shop, give_back
from tests.resolvers.syncing.conftest import TENANT, shop_of


def same(kept, truth):
    """Everything but the buyers, whom aliases hide."""
    return dataclasses.replace(kept, buyers=0) == dataclasses.replace(truth, buyers=0)


async def begun(kept):
    """Wait until the first orders are stored."""
    for _ in range(400):
        if kept().orders:
            return
        await asyncio.sleep(0.05)
    raise AssertionError("nothing came")


async def test_all_orders_come_with_their_money(place, integration, fill, kept, state):
    shop = fill(shop_of(orders=120))
    outcome = await sync(place, TENANT, integration)
    assert (outcome.kind, outcome.orders, outcome.skipped, outcome.changed) == ("full", 120, 0, True)
    assert same(kept(), shop.truth)
    assert state("status, orders_total, orders_done, error") == ("succeeded", 120, 120, None)


async def test_the_last_sync_is_as_of_when_it_began(place, integration, fill, make):
    fill(shop_of(orders=3))
    before = datetime.now(UTC)
    await sync(place, TENANT, integration)
    (found,) = make.owner.execute("SELECT last_sync_at FROM integration").fetchone()
    assert before - timedelta(seconds=5) <= found <= datetime.now(UTC)


async def test_windows_that_hold_too_much_are_halved(place, integration, fake, fill, kept, make, monkeypatch):
    fake.pages = 2
    monkeypatch.setattr("resolvers.syncing.run.MOST", 200)
    monkeypatch.setattr("resolvers.syncing.listing.MOST", 200)
    shop = fill(shop_of(orders=500))
    await sync(place, TENANT, integration)
    assert same(kept(), shop.truth)
    windows = make.owner.execute("SELECT count(*), bool_and(done) FROM integration_window").fetchone()
    assert windows[0] >= 4
    assert windows[1]
    details = [each for each in fake.paths if "/orders/" in each]
    assert len(details) == len(set(details)) == 500


async def test_twice_is_as_once(place, integration, fill, kept, make):
    shop = fill(shop_of(orders=80))
    await sync(place, TENANT, integration)
    processed(place.url, TENANT, integration, changed_at(place.url, TENANT, integration))
    version = make.owner.execute("SELECT data_version FROM tenant").fetchone()
    again = await sync(place, TENANT, integration, full=True)
    assert (again.kind, again.orders, again.changed) == ("full", 80, False)
    assert same(kept(), shop.truth)
    assert make.owner.execute("SELECT data_version FROM tenant").fetchone() == version


async def test_what_breaks_off_goes_on_without_fetching_again(
    place, integration, fake, fill, kept, state, monkeypatch
):
    shop = fill(shop_of(orders=300))
    fake.plan = lambda number, path: Fault(503) if number > 200 else None
    monkeypatch.setattr(fetch, "BATCH", 40)
    with pytest.raises(UnansweredError):
        await sync(place, TENANT, integration)
    assert state("status, attempts") == ("stalled", 1)
    assert "VTEX failed" in state("error")
    assert state("next_at > now()")
    done = kept().orders
    assert 0 < done < 300
    fake.plan = lambda number, path: None
    fake.requests.clear()
    outcome = await sync(place, TENANT, integration)
    assert outcome.orders == 300 - done
    assert len([each for each in fake.paths if "/orders/" in each]) == 300 - done
    assert same(kept(), shop.truth)
    assert state("status, attempts, orders_total, orders_done") == ("succeeded", 0, 300, 300)


async def test_cancelled_anywhere_it_goes_on(place, integration, fake, fill, kept, state, monkeypatch):
    shop = fill(shop_of(orders=300))
    monkeypatch.setattr(fetch, "BATCH", 20)
    fake.delay = 0.05
    for _ in range(3):
        running = asyncio.create_task(sync(place, TENANT, integration))
        await asyncio.sleep(0.25)
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert state("status") == "waiting"
    await sync(place, TENANT, integration)
    assert same(kept(), shop.truth)
    assert state("orders_done") == 300


@pytest.mark.parametrize(
    "fault",
    [Fault(429), Fault(429, {"Retry-After": "0"}), Fault(503), Fault(truncated=True), Fault(body=b"{")],
)
async def test_faults_that_pass_change_nothing(place, integration, fake, fill, kept, fault):
    shop = fill(shop_of(orders=60))
    asked = set()

    def first(number, path):
        """The fault for whatever is asked for the first time."""
        known = path in asked
        asked.add(path)
        return None if known else fault

    fake.plan = first
    await sync(place, TENANT, integration)
    assert same(kept(), shop.truth)


async def test_a_key_revoked_midway_is_told(place, integration, fake, fill, state):
    fill(shop_of(orders=100))
    fake.plan = lambda number, path: Fault(401) if number > 40 else None
    with pytest.raises(RefusedError):
        await sync(place, TENANT, integration)
    assert "refused" in state("error")


async def test_a_pause_that_is_too_long_stalls(place, integration, fake, fill, state):
    fill(shop_of(orders=10))
    fake.plan = lambda number, path: Fault(429, {"Retry-After": "86400"})
    with pytest.raises(LimitedError):
        await sync(place, TENANT, integration)
    assert "asks to wait" in state("error")


async def test_the_pause_before_another_try_doubles(place, integration, fake, state):
    fake.plan = lambda number, path: Fault(403)
    waits = []
    for _ in range(4):
        with pytest.raises(RefusedError):
            await sync(place, TENANT, integration)
        waits.append(state("extract(epoch from next_at - finished_at)::float"))
    assert state("attempts") == 4
    for wait, full in zip(waits, (60, 120, 240, 480), strict=True):
        assert 0.7 * full <= wait <= full


async def test_orders_that_cannot_be_read_are_told_and_hold_nothing_up(
    place, integration, fill, kept, state, make
):
    shop = fill(shop_of(orders=20))
    first, second = list(shop.details)[:2]
    shop.details[first]["value"] = None
    shop.details[second]["storePreferencesData"] = None
    outcome = await sync(place, TENANT, integration)
    assert (outcome.orders, outcome.skipped) == (20, 2)
    assert kept().orders == 18
    assert dict(make.owner.execute("SELECT number, reason FROM integration_unreadable").fetchall()) == {
        first: "value is no whole number of cents",
        second: "storePreferencesData.currencyCode is no currency",
    }
    assert state("status") == "succeeded"


async def test_an_unknown_status_is_no_revenue_and_is_told(place, integration, fill, kept, state):
    shop = fill(Shop(orders=0))
    shop.sell(shop.persons[0], datetime.now(UTC) - timedelta(days=2), status="teleported")
    await sync(place, TENANT, integration)
    assert kept().paid == 0
    assert state("unknown_statuses") == {"teleported": 1}


async def test_a_tenants_own_table_holds_from_the_next_sync_on(place, integration, fill, kept, make, state):
    shop = fill(Shop(orders=0))
    at = datetime.now(UTC) - timedelta(days=300)
    shop.sell(shop.persons[0], at, status="teleported", value=700, packageAttachment=None)
    await sync(place, TENANT, integration)
    processed(place.url, TENANT, integration, changed_at(place.url, TENANT, integration))
    make.owner.execute(
        """UPDATE tenant SET settings = '{"scoring": {"revenue_statuses": {"teleported": true}}}'"""
    )
    outcome = await sync(place, TENANT, integration)
    assert outcome.changed
    assert (kept().paid, kept().net_cents) == (1, 700)
    assert state("unknown_statuses") == {}


@pytest.mark.parametrize("at", ["UPDATE ON tenant", "UPDATE OF revenue ON integration_sync"])
async def test_a_table_whose_application_is_killed_is_applied_by_the_next_sync(
    place, integration, fill, kept, make, state, at
):
    shop = fill(Shop(orders=0))
    created = datetime.now(UTC) - timedelta(days=300)
    shop.sell(shop.persons[0], created, status="teleported", value=700, packageAttachment=None)
    await sync(place, TENANT, integration)
    processed(place.url, TENANT, integration, changed_at(place.url, TENANT, integration))
    make.owner.execute(
        """UPDATE tenant SET settings = '{"scoring": {"revenue_statuses": {"teleported": true}}}'"""
    )
    make.owner.execute(
        "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$"
    )
    make.owner.execute(f"CREATE TRIGGER dying AFTER {at} FOR EACH ROW EXECUTE FUNCTION die()")
    try:
        with pytest.raises(UnavailableError):
            await sync(place, TENANT, integration)
    finally:
        make.owner.execute("DROP FUNCTION die() CASCADE")
    assert kept().paid == 0
    assert (await sync(place, TENANT, integration)).changed
    assert (kept().paid, kept().net_cents) == (1, 700)
    assert state("revenue") == {"teleported": True}


async def test_what_changes_while_a_run_is_asked_for_is_scored_too(place, integration, fill, state):
    shop = fill(shop_of(orders=5))
    await sync(place, TENANT, integration)
    seen = changed_at(place.url, TENANT, integration)
    shop.sell(shop.persons[0], datetime.now(UTC) - timedelta(minutes=1))
    assert (await sync(place, TENANT, integration)).changed
    processed(place.url, TENANT, integration, seen)
    assert state("changed_at") is not None
    assert (await sync(place, TENANT, integration)).changed
    processed(place.url, TENANT, integration, changed_at(place.url, TENANT, integration))
    assert not (await sync(place, TENANT, integration)).changed


async def test_a_refund_that_is_taken_back_goes(place, integration, fill, kept):
    shop = fill(Shop(orders=0))
    at = datetime.now(UTC) - timedelta(days=9)
    number = shop.sell(shop.persons[0], at, status="invoiced", value=1_000)
    order = shop.details[number]
    order["packageAttachment"] = {"packages": []}
    give_back(order, 300, at)
    await sync(place, TENANT, integration, full=True)
    assert kept().net_cents == 700
    give_back(order, 200, at)
    await sync(place, TENANT, integration, full=True)
    assert kept().net_cents == 500
    order["packageAttachment"]["packages"].pop(0)
    await sync(place, TENANT, integration, full=True)
    assert kept().net_cents == 800


async def test_an_older_state_does_not_replace_a_newer_one(place, integration, fill, kept):
    shop = fill(Shop(orders=0))
    at = datetime.now(UTC) - timedelta(days=9)
    number = shop.sell(shop.persons[0], at, status="canceled", packageAttachment=None)
    await sync(place, TENANT, integration)
    old = detail(number, at=at, status="invoiced", value=5)
    shop.details[number] = old | {"lastChange": (at + timedelta(hours=1)).isoformat()}
    await sync(place, TENANT, integration, full=True)
    assert kept().paid == 0


async def test_one_sync_at_a_time(place, integration, fake, fill):
    fill(shop_of(orders=50))
    fake.delay = 0.2
    running = asyncio.create_task(sync(place, TENANT, integration))
    await asyncio.sleep(0.2)
    with pytest.raises(ConflictError, match="going on"):
        await sync(place, TENANT, integration)
    await running


async def test_a_removed_integration_stops_and_keeps_its_data(place, integration, fake, fill, make, kept):
    fill(shop_of(orders=1_000))
    running = asyncio.create_task(sync(place, TENANT, integration))
    await begun(kept)
    make.owner.execute("DELETE FROM integration")
    with pytest.raises(StoppedError):
        await running
    assert 0 < kept().orders < 1_000
    assert make.owner.execute("SELECT count(*) FROM integration_sync").fetchone() == (0,)


async def test_one_that_is_switched_off_stops(place, integration, fake, fill, make, kept):
    fill(shop_of(orders=1_000))
    running = asyncio.create_task(sync(place, TENANT, integration))
    await begun(kept)
    make.owner.execute("UPDATE integration SET is_active = false")
    with pytest.raises(StoppedError):
        await running
    with pytest.raises(StoppedError):
        await sync(place, TENANT, integration)


async def test_an_unknown_integration_is_told(place, integration):
    with pytest.raises(NotFoundError):
        await sync(place, TENANT, 999)


async def test_memory_is_bounded_by_what_waits(place, integration, fill, monkeypatch, kept):
    monkeypatch.setattr(fetch, "BATCH", 7)
    monkeypatch.setattr(fetch, "_WAITING", 5)
    shop = fill(shop_of(orders=300))
    seen: list[Progress] = []
    await sync(place, TENANT, integration, notify=seen.append)
    assert same(kept(), shop.truth)
    assert [each.done for each in seen] == sorted(each.done for each in seen)
    assert len(seen) > 300 / 7
    assert (seen[-1].total, seen[-1].done, seen[-1].seconds_left) == (300, 300, 0)
