"""Spans of time of which VTEX does not list all orders: told, tried again, and in nobody's way."""

from datetime import UTC, datetime, timedelta

import pytest

from resolvers.syncing.sync import sync
from tests.connectors.vtex.fake import Fault
from tests.connectors.vtex.shop import Shop
from tests.resolvers.syncing.conftest import TENANT, shop_of

AT = datetime.now(UTC) - timedelta(days=9)


@pytest.fixture
def most(monkeypatch, fake):
    """VTEX lists no more than a hundred orders of a span."""
    monkeypatch.setattr("resolvers.syncing.run.MOST", 100)
    monkeypatch.setattr("resolvers.syncing.listing.MOST", 100)
    fake.pages = 1


@pytest.fixture
def problems(make):
    """The problems of windows, with the times they were tried. Two windows share each millisecond."""

    def read():
        query = "SELECT problem, tries, done FROM integration_window WHERE problem IS NOT NULL"
        return set(make.owner.execute(query).fetchall())

    return read


@pytest.fixture
def later(make):
    """Let all windows have been looked at two days ago."""

    def passed():
        make.owner.execute("UPDATE integration_window SET looked_at = looked_at - interval '2 days'")

    return passed


async def test_a_millisecond_of_too_many_holds_nothing_else_up(
    place, integration, fill, most, kept, state, problems
):
    shop = fill(shop_of(orders=60))
    for _ in range(101):
        shop.sell(shop.persons[0], AT)
    assert (await sync(place, TENANT, integration)).kind == "full"
    assert kept().orders == 160
    assert problems() == {("VTEX lists 100 of 101 orders.", 1, True)}
    assert state("status") == "succeeded"
    assert (await sync(place, TENANT, integration)).kind == "recent"


async def test_what_can_be_listed_later_comes_later(
    place, integration, fill, most, fake, kept, problems, later
):
    shop = fill(Shop(orders=0))
    for _ in range(101):
        shop.sell(shop.persons[0], AT)
    await sync(place, TENANT, integration)
    await sync(place, TENANT, integration)
    assert problems() == {("VTEX lists 100 of 101 orders.", 2, True)}
    fake.requests.clear()
    await sync(place, TENANT, integration)
    assert len(fake.paths) == 2, "it is not tried again at once for ever"
    later()
    del shop.details[next(iter(shop.details))]
    await sync(place, TENANT, integration)
    assert problems() == set()
    assert kept().orders == 101


async def test_a_span_that_is_cut_short_in_a_sync_of_what_is_new_is_kept_for_later(
    place, integration, fill, fake, kept, problems, make
):
    shop = fill(shop_of(orders=5))
    await sync(place, TENANT, integration)
    shop.sell(shop.persons[0], datetime.now(UTC) - timedelta(minutes=1))
    body = b'{"list": [], "paging": {"total": 1}}'
    fake.plan = lambda number, path: Fault(body=body) if path.endswith("/orders") else None
    await sync(place, TENANT, integration)
    assert kept().orders == 5
    assert problems() == {("VTEX lists 0 of 1 orders.", 1, True)}
    fake.plan = lambda number, path: None
    # What is new is not listed from so far back any more.
    make.owner.execute("UPDATE integration_sync SET through_at = now() + interval '15 minutes'")
    await sync(place, TENANT, integration)
    assert problems() == set()
    assert kept() == shop.truth
