"""Orders that are missing or make no sense: tried again until they can be read, and counted until then."""

from datetime import UTC, datetime, timedelta

import pytest

from resolvers.context import OPEN, Ctx
from resolvers.privacy.erase import erase
from resolvers.syncing import rereading
from resolvers.syncing.sync import sync
from resolvers.writes.people import CustomerReference
from tests.connectors.vtex.fake import Fault
from tests.resolvers.conftest import NoQueue
from tests.resolvers.syncing.conftest import TENANT, shop_of
from tests.resolvers.syncing.test_full import same


@pytest.fixture
def unread(make):
    """Orders that could not be read, with the times they were tried."""

    def read():
        return dict(make.owner.execute("SELECT number, tries FROM integration_unreadable").fetchall())

    return read


@pytest.fixture
def later(make):
    """Let all that was looked at have been two days ago."""

    def passed():
        for table in ("integration_unreadable", "integration_order"):
            make.owner.execute(f"UPDATE {table} SET looked_at = looked_at - interval '2 days'")

    return passed


def detail_of(number):
    return f"/api/oms/pvt/orders/{number}"


MISSING, LIST, TEXT, CUT = Fault(404), Fault(body=b"[]"), Fault(body=b'"gone"'), Fault(body=b'{"orderId"')


@pytest.mark.parametrize("fault", [MISSING, LIST, TEXT, CUT, Fault(body=b"null"), Fault(body=b"{}")])
async def test_what_passes_is_asked_again_at_once(place, integration, fake, fill, kept, unread, fault):
    shop = fill(shop_of(orders=30))
    asked = set()

    def first(number, path):
        known = path in asked
        asked.add(path)
        return None if known or "/orders/" not in path else fault

    fake.plan = first
    outcome = await sync(place, TENANT, integration)
    assert (outcome.orders, outcome.skipped, outcome.unreadable) == (30, 0, 0)
    assert same(kept(), shop.truth)
    assert unread() == {}


@pytest.mark.parametrize("fault", [MISSING, LIST, CUT])
async def test_what_lasts_is_kept_and_comes_with_a_later_sync(
    place, integration, fake, fill, kept, unread, fault
):
    shop = fill(shop_of(orders=30))
    lost = {detail_of(each): each for each in list(shop.details)[:3]}
    fake.plan = lambda number, path: fault if path in lost else None
    outcome = await sync(place, TENANT, integration)
    assert (outcome.kind, outcome.skipped, outcome.unreadable) == ("full", 3, 3)
    assert unread() == dict.fromkeys(lost.values(), 1)
    assert kept().orders == 27
    fake.plan = lambda number, path: None
    outcome = await sync(place, TENANT, integration)
    assert (outcome.kind, outcome.orders, outcome.unreadable) == ("recent", 3, 0)
    assert unread() == {}
    assert same(kept(), shop.truth)


async def test_it_is_tried_ever_more_seldom(place, integration, fake, fill, unread, make):
    shop = fill(shop_of(orders=5))
    lost = next(iter(shop.details))
    fake.plan = lambda number, path: MISSING if path == detail_of(lost) else None

    async def tried():
        before = unread()[lost]
        await sync(place, TENANT, integration)
        return unread()[lost] > before

    await sync(place, TENANT, integration)
    assert await tried()
    for pause in (60, 240, 960, 3840):
        query = "UPDATE integration_unreadable SET looked_at = now() - %s"
        make.owner.execute(query, [timedelta(seconds=pause - 10)])
        assert not await tried()
        make.owner.execute(query, [timedelta(seconds=pause)])
        assert await tried()
    row = make.owner.execute(
        "SELECT reason, looked_at > first_seen_at FROM integration_unreadable"
    ).fetchone()
    assert row == ("VTEX tells of it and does not have it", True)


async def test_orders_that_stay_unreadable_keep_no_others_from_being_looked_at(
    place, integration, fake, fill, kept, unread, later, make, monkeypatch
):
    shop = fill(shop_of(orders=12, days=100))
    await sync(place, TENANT, integration)
    monkeypatch.setitem(rereading._DUE.defaults, "most", 4)
    oldest = sorted(shop.details, key=lambda each: shop.details[each]["creationDate"])
    lost = {detail_of(each) for each in oldest[:4]}
    fake.plan = lambda number, path: MISSING if path in lost else None
    now = datetime.now(UTC).isoformat()
    for each in oldest[4:]:
        shop.details[each] |= {"status": "canceled", "lastChange": now}
    make.owner.execute("UPDATE integration_order SET looked_at = looked_at - interval '20 days'")
    make.owner.execute(
        "UPDATE integration_order SET looked_at = looked_at - interval '1 day' WHERE number = ANY (%s)",
        [oldest[:4]],
    )
    for _ in range(4):
        await sync(place, TENANT, integration)
    assert set(unread()) == set(oldest[:4])
    fake.plan = lambda number, path: None
    later()
    await sync(place, TENANT, integration)
    assert unread() == {}
    assert same(kept(), shop.truth)


async def test_an_older_state_that_is_told_for_ever_is_not_first_for_ever(
    place, integration, fill, fake, make, monkeypatch
):
    shop = fill(shop_of(orders=2, days=50))
    await sync(place, TENANT, integration)
    monkeypatch.setitem(rereading._DUE.defaults, "most", 1)
    stale, other = shop.details
    shop.details[stale]["lastChange"] = shop.details[stale]["creationDate"]
    make.owner.execute("UPDATE integration_order SET looked_at = now() - interval '20 days'")
    make.owner.execute("UPDATE integration_order SET looked_at = '2020-01-01' WHERE number = %s", [stale])
    fake.requests.clear()
    await sync(place, TENANT, integration)
    await sync(place, TENANT, integration)
    assert [each for each in fake.paths if "/orders/" in each] == [detail_of(stale), detail_of(other)]


async def test_of_an_erased_order_nothing_is_kept(place, integration, fake, fill, unread, make, database):
    shop = fill(shop_of(orders=10, persons=3))
    await sync(place, TENANT, integration)
    lost = next(iter(shop.details))
    fake.plan = lambda number, path: MISSING if path == detail_of(lost) else None
    await sync(place, TENANT, integration, full=True)
    assert set(unread()) == {lost}
    ((number,),) = make.owner.execute(
        "SELECT customer_id FROM customer_order WHERE external_id = %s", [lost]
    ).fetchall()
    async with database.read() as reader:
        ctx = Ctx(actor=OPEN, db=database, reader=reader, queue=NoQueue())
        await erase(ctx, TENANT, CustomerReference(number))
    assert unread() == {}
    await sync(place, TENANT, integration, full=True)
    assert unread() == {}
