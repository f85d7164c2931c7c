"""One customer a buyer: profiles, aliases and own addresses joined through Master Data."""

from datetime import UTC, datetime, timedelta

import pytest

from resolvers.syncing.sync import sync
from tests.connectors.vtex.detail import detail
from tests.connectors.vtex.fake import MASTER_DATA, Fault
from tests.connectors.vtex.shop import Shop, document
from tests.resolvers.syncing.conftest import TENANT, shop_of

AT = datetime.now(UTC) - timedelta(days=20)
P1, P2 = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"


@pytest.fixture
def sold(fill):
    """Orders of (profile, address), and CL's documents of (profile, address)."""

    def sell(orders, documents=()):
        shop = fill(Shop(orders=0))
        for n, (profile, email) in enumerate(orders):
            name = f"v{len(shop.details) + n}-01"
            shop.details[name] = detail(name, at=AT + timedelta(hours=n), profile=profile, email=email)
        shop.documents[:] = [document(profile, email) for profile, email in documents]
        return shop

    return sell


@pytest.fixture
def customers(make):
    """External id, e-mail and orders of each customer."""

    def read():
        return make.owner.execute(
            "SELECT c.external_id, c.email, count(o.id) FROM customer c LEFT JOIN customer_order o "
            "ON o.customer_id = c.id GROUP BY c.id, c.external_id, c.email ORDER BY c.id"
        ).fetchall()

    return read


async def test_every_buyer_is_one_customer(place, integration, fill, kept):
    shop = fill(shop_of(orders=250, persons=40, twins=6))
    await sync(place, TENANT, integration)
    assert kept() == shop.truth


async def test_aliases_are_nobodys_address(place, integration, sold, customers):
    sold([(P1, "a-1b@ct.vtex.com.br"), (P1, "a-2b@ct.vtex.com.br")], [(P1, "ana@x.com")])
    await sync(place, TENANT, integration)
    assert customers() == [(P1, "ana@x.com", 2)]


async def test_two_profiles_with_one_address_are_one(place, integration, sold, customers):
    sold([(P1, "a-1b@ct.vtex.com.br"), (P2, "b@ct.x.com")], [(P1, "ana@x.com"), (P2, "Ana@X.com")])
    await sync(place, TENANT, integration)
    assert customers() == [(P1, "ana@x.com", 2)]


async def test_an_order_without_a_profile_joins_by_its_own_address(place, integration, sold, customers):
    sold([(None, "ana@x.com"), (P1, "a-1b@ct.vtex.com.br")], [(P1, "ana@x.com")])
    await sync(place, TENANT, integration)
    ((name, email, orders),) = customers()
    assert (name[:6], email, orders) == ("email:", "ana@x.com", 2)
    await sync(place, TENANT, integration, full=True)
    assert customers() == [(name, email, 2)]


async def test_without_a_document_the_profile_stays_the_customer(place, integration, sold, customers):
    sold([(P1, "a-1b@ct.vtex.com.br"), (P1, "ana@x.com"), (P1, "a-3b@ct.vtex.com.br")])
    await sync(place, TENANT, integration)
    assert customers() == [(P1, "ana@x.com", 3)]


async def test_a_customer_of_the_shop_with_that_address_is_the_buyer(
    place, integration, sold, customers, make
):
    make.customer(TENANT, "C7", email="Ana@x.com")
    sold([(P1, "a-1b@ct.vtex.com.br")], [(P1, "ana@x.com")])
    await sync(place, TENANT, integration)
    assert customers() == [("C7", "Ana@x.com", 1)]


async def test_a_key_that_may_not_read_master_data_does_without(
    place, integration, sold, customers, fake, state
):
    fake.stores["chelseaio"].permissions -= {MASTER_DATA}
    sold([(P1, "a-1b@ct.vtex.com.br")], [(P1, "ana@x.com")])
    await sync(place, TENANT, integration)
    assert customers() == [(P1, None, 1)]
    assert "Read only documents" in state("buyers_error")
    fake.stores["chelseaio"].permissions |= {MASTER_DATA}
    await sync(place, TENANT, integration, full=True)
    assert customers() == [(P1, "ana@x.com", 1)]
    assert state("buyers_error") is None


async def test_a_large_shop_has_its_profiles_scrolled(place, integration, fill, kept, fake, monkeypatch):
    monkeypatch.setattr("resolvers.syncing.run.SCROLLED", 50)
    shop = fill(shop_of(orders=60, persons=20))
    scrolls: list[str] = []

    def drop(number, path):
        """The second step of the scroll finds that its token is no more."""
        if path.endswith("/scroll"):
            scrolls.append(path)
            if len(scrolls) == 2:
                fake.stores["chelseaio"].master_data.drop()
        return

    fake.plan = drop
    await sync(place, TENANT, integration)
    assert kept() == shop.truth
    assert len(scrolls) >= 4
    documents = fake.stores["chelseaio"].master_data
    assert not documents.wanted & {each["userId"] for each in documents.documents}, (
        "all of them were scrolled"
    )


async def test_a_heavy_search_stalls_and_the_next_sync_brings_all(place, integration, fill, kept, fake):
    shop = fill(shop_of(orders=40))
    fake.plan = lambda number, path: Fault(503) if path.endswith("/search") else None
    with pytest.raises(Exception, match="VTEX failed"):
        await sync(place, TENANT, integration)
    fake.plan = lambda number, path: None
    await sync(place, TENANT, integration)
    assert kept() == shop.truth
