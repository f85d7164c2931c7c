"""The feed: what it tells is brought, nothing of it is lost, and another system's is left alone."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

import pytest

from connectors.vtex.errors import LimitedError, RefusedError
from connectors.vtex.feed import LONGEST_KEPT
from kit.errors import CdpError
from resolvers.syncing import feed as feeding
from resolvers.syncing import fetch
from resolvers.syncing.store import store_orders
from resolvers.syncing.sync import sync
from tests.connectors.vtex.fake import Fault
from tests.connectors.vtex.feed import ADMIN, OTHERS
from tests.resolvers.syncing.conftest import TENANT, shop_of

CONFIGURATION, ITEMS = "/api/orders/feed/config", "/api/orders/feed"


@pytest.fixture
def feed(fake):
    return fake.stores["chelseaio"].feed


@pytest.fixture
def use(make):
    """Choose whether the feed is used."""

    def chosen(how):
        make.owner.execute("UPDATE integration SET feed = %s", [how])

    return chosen


@pytest.fixture
async def shop(place, integration, fill, feed, use):
    """A shop of 60 orders that was fetched, whose feed is ours."""
    use("auto")
    found = fill(shop_of(orders=60))
    await sync(place, TENANT, integration)
    assert feed.configuration is not None
    return found


def cancel(shop, numbers):
    """Change orders as VTEX does not list it."""
    for number in numbers:
        shop.details[number] |= {"status": "canceled", "lastChange": datetime.now(UTC).isoformat()}


def standing(state):
    return state("feed_error, feed_at IS NOT NULL")


async def test_it_is_off_unless_it_is_chosen(place, integration, fake, fill, feed):
    fill(shop_of(orders=5))
    for _ in range(2):
        await sync(place, TENANT, integration)
    assert feed.configuration is None
    assert not [each for each in fake.paths if "/feed" in each]


async def test_all_changes_that_it_tells_of_come_and_are_committed(
    place, integration, shop, feed, kept, state, fake
):
    changed = list(shop.details)[:37]
    cancel(shop, changed)
    feed.twice = 50
    feed.tell(*changed, *changed[:5])
    fake.requests.clear()
    outcome = await sync(place, TENANT, integration)
    assert (outcome.kind, outcome.changed, outcome.orders) == ("recent", True, 37)
    assert kept() == shop.truth
    assert feed.items == []
    assert sorted(set(feed.committed)) == sorted(changed)
    assert standing(state) == (None, True)
    asked = [each for each in fake.paths if "/pvt/orders/" in each]
    assert len(asked) == len(set(asked)) == 37
    assert all(
        int(each.query_params["maxlot"]) <= 10 for each in fake.requests if "maxlot" in each.query_params
    )


async def test_more_than_a_round_comes_too(place, integration, shop, feed, kept, monkeypatch, state):
    monkeypatch.setattr(feeding, "ROUND", 10)
    cancel(shop, shop.details)
    feed.tell(*shop.details)
    await sync(place, TENANT, integration)
    assert kept() == shop.truth
    assert feed.items == []


async def test_what_is_left_after_the_last_round_comes_with_the_next_sync(
    place, integration, shop, feed, kept, monkeypatch, state
):
    monkeypatch.setattr(feeding, "ROUND", 10)
    monkeypatch.setattr(feeding, "ROUNDS", 1)
    cancel(shop, shop.details)
    feed.tell(*shop.details)
    await sync(place, TENANT, integration)
    assert (len(feed.items), standing(state)) == (10, (None, False))
    await sync(place, TENANT, integration)
    assert feed.items == []
    assert kept() == shop.truth


async def test_nothing_is_committed_where_storing_fails(place, integration, shop, feed, kept, monkeypatch):
    changed = list(shop.details)[:20]
    cancel(shop, changed)
    feed.tell(*changed)

    def broken(*given):
        store_orders(*given)
        raise RuntimeError("no more")

    monkeypatch.setattr("resolvers.syncing.run.store_orders", broken)
    with pytest.raises(RuntimeError):
        await sync(place, TENANT, integration)
    assert (feed.committed, len(feed.items)) == ([], 20)
    assert kept() != shop.truth
    monkeypatch.undo()
    feed.show()
    await sync(place, TENANT, integration)
    assert kept() == shop.truth
    assert feed.items == []


async def test_what_was_stored_and_not_committed_comes_again_and_changes_nothing(
    place, integration, shop, feed, kept, fake, state
):
    changed = list(shop.details)[:20]
    cancel(shop, changed)
    feed.tell(*changed)
    fake.plan = lambda number, path: Fault(500) if path == ITEMS and _posts(fake) else None
    await sync(place, TENANT, integration)
    assert kept() == shop.truth
    assert (feed.committed, len(feed.items)) == ([], 20)
    assert "failed at /api/orders/feed" in state("feed_error")
    fake.plan = lambda number, path: None
    feed.show()
    await sync(place, TENANT, integration)
    assert kept() == shop.truth
    assert (feed.items, standing(state)) == ([], (None, True))


async def test_killed_at_any_moment_it_loses_nothing(place, integration, shop, feed, kept, fake, make):
    def cancelled():
        query = "SELECT external_id FROM customer_order WHERE status = 'cancelled'"
        return {number for (number,) in make.owner.execute(query)}

    changed = list(shop.details)
    cancel(shop, changed)
    feed.tell(*changed)
    fake.delay = 0.02
    for seconds in (0.05, 0.1, 0.15, 0.2, 0.3):
        with contextlib.suppress(TimeoutError, CdpError):
            async with asyncio.timeout(seconds):
                await sync(place, TENANT, integration)
        feed.show()
        assert set(changed) <= cancelled() | {each.order for each in feed.items}
    fake.delay = 0.0
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(CdpError):
                await sync(place, TENANT, integration)
                break
            await asyncio.sleep(0.05)
    assert kept() == shop.truth
    assert feed.items == []


async def test_an_order_that_is_not_there_yet_is_not_committed(place, integration, shop, feed, kept):
    number = shop.sell(shop.persons[0], datetime.now(UTC) - timedelta(days=3))
    order = shop.details.pop(number)
    feed.tell(number)
    await sync(place, TENANT, integration)
    assert (feed.committed, len(feed.items)) == ([], 1)
    shop.details[number] = order
    feed.show()
    await sync(place, TENANT, integration)
    assert kept() == shop.truth
    assert feed.items == []


async def test_an_order_that_cannot_be_read_is_told_and_committed(place, integration, shop, feed, make):
    number = next(iter(shop.details))
    shop.details[number]["value"] = None
    feed.tell(number)
    outcome = await sync(place, TENANT, integration)
    assert outcome.skipped == 1
    assert make.owner.execute("SELECT number FROM integration_unreadable").fetchall() == [(number,)]
    assert (feed.committed, feed.items) == ([number], [])


async def test_an_older_state_does_not_replace_a_newer_one(place, integration, shop, feed, kept, make):
    number = next(number for number, each in shop.details.items() if each["status"] == "invoiced")
    truth = shop.truth
    newer = shop.details[number]
    shop.details[number] = newer | {"status": "canceled", "lastChange": newer["creationDate"]}
    feed.tell(number)
    await sync(place, TENANT, integration)
    shop.details[number] = newer
    assert kept() == truth
    assert feed.items == []


async def test_another_systems_feed_is_left_alone(place, integration, fill, feed, use, kept, state, fake):
    use("auto")
    feed.configuration = OTHERS
    shop = fill(shop_of(orders=20))
    feed.tell(*shop.details)
    for _ in range(3):
        await sync(place, TENANT, integration)
    number = shop.sell(shop.persons[0], datetime.now(UTC) - timedelta(minutes=1))
    assert number in shop.details
    await sync(place, TENANT, integration)
    assert feed.configuration is OTHERS
    assert (feed.set, len(feed.items), ITEMS in fake.paths) == (0, 20, False)
    assert state("feed_error").startswith("The feed is used by another system")
    assert kept() == shop.truth
    use("off")
    await sync(place, TENANT, integration)
    assert feed.configuration is OTHERS
    assert standing(state) == (None, False)


async def test_one_that_another_system_took_over_is_left_alone(place, integration, shop, feed, state):
    feed.configuration = OTHERS
    feed.tell(*shop.details)
    await sync(place, TENANT, integration)
    assert (feed.configuration, len(feed.items)) == (OTHERS, 60)
    assert "another system" in state("feed_error")


async def test_one_like_ours_that_was_set_elsewhere_is_not_ours(place, integration, shop, feed, make, state):
    """Another installation of this product, with the same key."""
    make.owner.execute("UPDATE integration_sync SET feed_set = NULL")
    before = feed.configuration
    await sync(place, TENANT, integration)
    assert feed.configuration is before
    assert "another system" in state("feed_error")


async def test_two_of_ours_are_told_apart(place, integration, shop, feed, make):
    kept = [feed.configuration["queue"]["MessageRetentionPeriodInSeconds"]]
    for _ in range(5):
        make.owner.execute("UPDATE integration_sync SET feed_set = NULL")
        feed.vanish()
        await sync(place, TENANT, integration)
        kept.append(feed.configuration["queue"]["MessageRetentionPeriodInSeconds"])
    assert len(set(kept)) > 3
    assert LONGEST_KEPT - 90_000 < min(kept) <= max(kept) < LONGEST_KEPT


async def test_one_that_vanished_is_set_again_and_windows_cover_the_gap(
    place, integration, shop, feed, kept, state
):
    before = feed.configuration
    feed.vanish()
    unheard = shop.sell(shop.persons[0], datetime.now(UTC) - timedelta(minutes=1))
    feed.tell(unheard)
    await sync(place, TENANT, integration)
    assert kept() == shop.truth
    assert (feed.configuration, feed.set) == (before, 2)
    assert standing(state) == (None, True)
    changed = list(shop.details)[:5]
    cancel(shop, changed)
    feed.tell(*changed)
    await sync(place, TENANT, integration)
    assert kept() == shop.truth


async def test_one_that_vanishes_while_it_is_read_holds_nothing_up(
    place, integration, shop, feed, kept, fake, state
):
    fake.plan = lambda number, path: Fault(404) if path == ITEMS else None
    shop.sell(shop.persons[0], datetime.now(UTC) - timedelta(minutes=1))
    await sync(place, TENANT, integration)
    assert kept() == shop.truth
    assert "vanished" in state("feed_error")


async def test_what_was_set_without_an_answer_is_known_for_its_own(
    place, integration, fill, feed, use, fake, state
):
    use("auto")
    fill(shop_of(orders=3))
    fake.plan = lambda number, path: Fault(500) if path == CONFIGURATION and _posts(fake) else None
    await sync(place, TENANT, integration)
    assert "failed at /api/orders/feed/config" in state("feed_error")
    fake.plan = lambda number, path: None
    feed.configuration = state("feed_set")
    await sync(place, TENANT, integration)
    assert (feed.set, standing(state)) == (0, (None, True))


def _posts(fake):
    return fake.requests[-1].method == "POST"


async def test_a_key_that_may_not_use_it_does_without(place, integration, fill, use, kept, state, fake):
    use("auto")
    shop = fill(shop_of(orders=10))
    fake.stores["chelseaio"].permissions -= {ADMIN}
    for _ in range(2):
        await sync(place, TENANT, integration)
    assert kept().orders == len(shop.details)
    assert state("status") == "succeeded"
    assert "Feed v3 and Hook Admin" in state("feed_error")
    fake.stores["chelseaio"].permissions |= {ADMIN}
    await sync(place, TENANT, integration)
    assert standing(state) == (None, True)


async def test_a_key_that_is_dead_stalls(place, integration, shop, fake, state):
    fake.plan = lambda number, path: Fault(401) if path == CONFIGURATION else None
    with pytest.raises(RefusedError):
        await sync(place, TENANT, integration)
    assert state("status") == "stalled"


@pytest.mark.parametrize(
    "fault", [Fault(429), Fault(429, {"Retry-After": "0"}), Fault(503), Fault(body=b"{")]
)
async def test_a_storm_of_refusals_passes(place, integration, shop, feed, kept, fake, fault):
    cancel(shop, shop.details)
    feed.tell(*shop.details)
    fake.requests.clear()
    fake.plan = lambda number, path: fault if number <= 120 and number % 3 else None
    for _ in range(10):
        with contextlib.suppress(CdpError):
            await sync(place, TENANT, integration)
        feed.show()
    assert kept() == shop.truth
    assert feed.items == []


async def test_a_pause_that_is_too_long_is_no_loss(place, integration, shop, feed, kept, fake):
    changed = list(shop.details)[:30]
    cancel(shop, changed)
    feed.tell(*changed)
    fake.plan = lambda number, path: Fault(429, {"Retry-After": "3600"}) if "/pvt/orders/" in path else None
    with pytest.raises(LimitedError):
        await sync(place, TENANT, integration)
    assert feed.committed == []
    assert len(feed.items) == 30


async def test_one_that_is_switched_off_is_taken_away_if_it_is_ours(
    place, integration, shop, feed, use, state
):
    use("off")
    await sync(place, TENANT, integration)
    assert feed.configuration is None
    assert standing(state) == (None, False)
    assert state("feed_set") is None
    await sync(place, TENANT, integration)
    assert feed.set == 1


async def test_changes_during_a_full_sync_are_brought_by_the_next(place, integration, fill, feed, use, kept):
    use("auto")
    shop = fill(shop_of(orders=60))
    running = asyncio.create_task(sync(place, TENANT, integration))
    for _ in range(400):
        if kept().orders:
            break
        await asyncio.sleep(0.02)
    cancel(shop, shop.details)
    feed.tell(*shop.details)
    await running
    await sync(place, TENANT, integration)
    assert kept() == shop.truth


async def test_memory_is_bounded(place, integration, shop, feed, kept, monkeypatch):
    monkeypatch.setattr(fetch, "BATCH", 7)
    monkeypatch.setattr(fetch, "_WAITING", 5)
    cancel(shop, shop.details)
    feed.tell(*shop.details)
    await sync(place, TENANT, integration)
    assert kept() == shop.truth
