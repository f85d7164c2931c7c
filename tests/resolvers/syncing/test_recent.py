"""What is new and what has changed, after all was fetched once."""

from datetime import UTC, datetime, timedelta

import pytest

from resolvers.syncing.sync import sync
from tests.connectors.vtex.shop import give_back
from tests.resolvers.syncing.conftest import TENANT, shop_of


@pytest.fixture
async def shop(place, integration, fill):
    """A shop of 60 orders that was fetched."""
    found = fill(shop_of(orders=60))
    await sync(place, TENANT, integration)
    return found


@pytest.fixture
def details(fake):
    """The orders that were asked for in full since this was last called."""

    def read():
        found = {each.rpartition("/")[2] for each in fake.paths if "/orders/" in each}
        fake.requests.clear()
        return found

    read()
    return read


@pytest.fixture
def age(make):
    """Let all have been seen so long ago, and the last sync been so long ago."""

    def aged(**span):
        make.owner.execute("UPDATE integration_order SET looked_at = looked_at - %s", [timedelta(**span)])
        make.owner.execute("UPDATE integration_sync SET through_at = through_at - %s", [timedelta(**span)])

    return aged


async def test_what_is_new_comes_and_nothing_else_is_asked_for(
    place, integration, shop, details, kept, state
):
    details()
    numbers = {shop.sell(each, datetime.now(UTC) - timedelta(minutes=1)) for each in shop.persons[:3]}
    outcome = await sync(place, TENANT, integration)
    assert (outcome.kind, outcome.orders, outcome.changed) == ("recent", 3, True)
    assert details() == numbers
    assert kept() == shop.truth
    assert state("next_at > now() + interval '14 minutes' AND next_at <= now() + interval '15 minutes'")


async def test_an_order_that_the_index_was_late_with_comes_too(place, integration, shop, details, kept, fake):
    number = shop.sell(shop.persons[0], datetime.now(UTC) - timedelta(minutes=4))
    fake.stores["chelseaio"].hidden.add(number)
    await sync(place, TENANT, integration)
    assert kept().orders == 60
    fake.stores["chelseaio"].hidden.clear()
    await sync(place, TENANT, integration)
    assert kept() == shop.truth


async def test_an_order_that_was_invoiced_meanwhile_is_looked_at(place, integration, shop, details, kept):
    number, order = next(each for each in shop.details.items() if each[1]["status"] != "invoiced")
    now = datetime.now(UTC).isoformat()
    order |= {"status": "invoiced", "invoicedDate": now, "lastChange": now}
    details()
    await sync(place, TENANT, integration)
    assert details() == {number}
    assert kept() == shop.truth


async def test_changes_that_vtex_does_not_tell_of_are_found_in_time(
    place, integration, shop, details, kept, age
):
    found = list(shop.details.values())
    now = datetime.now(UTC)
    for each in found[:20]:
        each |= {"status": "canceled", "lastChange": now.isoformat()}
    for each in found[20:40]:
        give_back(each, 100, now)
        each["lastChange"] = now.isoformat()
    age(days=40)
    await sync(place, TENANT, integration)
    young = {
        number
        for number, each in shop.details.items()
        if datetime.fromisoformat(each["creationDate"]) > now - timedelta(days=180)
    }
    assert details() >= young
    make_old = {number for number in shop.details if number not in young}
    for number in make_old:
        shop.details[number]["lastChange"] = now.isoformat()
    await sync(place, TENANT, integration, full=True)
    assert kept() == shop.truth


async def test_the_older_an_order_the_more_seldom_it_is_looked_at(place, integration, shop, details, age):
    details()
    age(hours=30)
    await sync(place, TENANT, integration)
    now = datetime.now(UTC)
    for number in details():
        created = datetime.fromisoformat(shop.details[number]["creationDate"])
        assert now - created < timedelta(hours=301)


async def test_the_last_sync_grows_with_each(place, integration, shop, make):
    def last():
        return make.owner.execute("SELECT last_sync_at FROM integration").fetchone()[0]

    before = last()
    outcome = await sync(place, TENANT, integration)
    assert outcome.kind == "recent"
    assert last() > before
