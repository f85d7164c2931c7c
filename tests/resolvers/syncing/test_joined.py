"""Syncs that find two customers to be one: they are merged, and stay one; who was taken apart stays so."""

import contextlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kit.errors import CdpError
from resolvers.context import OPEN, Ctx
from resolvers.merging.unmerge import unmerge
from resolvers.syncing.sync import sync
from tests.connectors.vtex.detail import detail
from tests.connectors.vtex.fake import MASTER_DATA, Fault
from tests.connectors.vtex.shop import Shop, document
from tests.resolvers.conftest import NoQueue
from tests.resolvers.syncing.conftest import TENANT, shop_of
from tests.resolvers.syncing.test_faults import EMPTY, last

AT = datetime.now(UTC) - timedelta(days=20)
P1, P2 = "00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"


@pytest.fixture
def sold(fill):
    """Orders of (profile, address), and CL's documents of (profile, address)."""

    def sell(orders, documents):
        shop = fill(Shop(orders=0))
        for n, (buyer, email) in enumerate(orders):
            name = f"v{n}-01"
            shop.details[name] = detail(name, at=AT + timedelta(hours=n), profile=buyer, email=email)
        shop.documents[:] = [document(buyer, email) for buyer, email in documents]
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


@pytest.fixture
def blind(fake):
    """Have the key not read Master Data, for a while."""

    @contextlib.contextmanager
    def shut():
        fake.stores["chelseaio"].permissions -= {MASTER_DATA}
        yield
        fake.stores["chelseaio"].permissions |= {MASTER_DATA}

    return shut


async def test_two_profiles_found_to_have_one_address_are_merged(
    place, integration, sold, customers, blind, make, state
):
    sold([(P1, "a-1b@ct.vtex.com.br"), (P2, "b@ct.x.com")], [(P1, "ana@x.com"), (P2, "Ana@X.com")])
    with blind():
        await sync(place, TENANT, integration)
    assert customers() == [(P1, None, 1), (P2, None, 1)]
    done = await sync(place, TENANT, integration, full=True)
    assert customers() == [(P1, "ana@x.com", 2)]
    assert done.changed
    record = make.owner.execute("SELECT origin, reason, orders FROM customer_merge").fetchall()
    assert record == [("sync", "Master Data has one e-mail for both; found by a sync of integration 29.", 1)]
    logged = make.owner.execute("SELECT counts FROM audit_entry WHERE action = 'customerMerge'").fetchall()
    assert logged == [({"orders": 1, "refunds": 0, "events": 0},)]
    await sync(place, TENANT, integration, full=True)
    assert customers() == [(P1, "ana@x.com", 2)]


async def test_an_address_and_a_profile_found_to_be_one_are_merged(
    place, integration, sold, customers, blind
):
    sold([(P1, "a-1b@ct.vtex.com.br"), (None, "ana@x.com")], [(P1, "ana@x.com")])
    with blind():
        await sync(place, TENANT, integration)
    assert len(customers()) == 2
    await sync(place, TENANT, integration, full=True)
    assert customers() == [(P1, "ana@x.com", 2)]


async def test_a_customer_of_the_shops_own_is_who_stays(place, integration, sold, customers, blind, make):
    sold([(P1, "a-1b@ct.vtex.com.br")], [(P1, "ana@x.com")])
    with blind():
        await sync(place, TENANT, integration)
    make.customer(TENANT, "C7", email="Ana@x.com")
    make.customer(TENANT, "C8", email="ana@x.com")
    await sync(place, TENANT, integration, full=True)
    assert customers() == [("C7", "Ana@x.com", 1), ("C8", "ana@x.com", 0)]


async def test_aliases_alone_make_nobody_one(place, integration, sold, customers):
    alias = "same@ct.vtex.com.br"
    sold([(P1, alias), (P2, alias)], [(P1, alias), (P2, alias)])
    await sync(place, TENANT, integration)
    await sync(place, TENANT, integration, full=True)
    assert customers() == [(P1, None, 1), (P2, None, 1)]


async def test_who_was_taken_apart_by_hand_is_not_merged_again(
    place, integration, sold, customers, blind, make, database
):
    sold([(P1, "a-1b@ct.vtex.com.br"), (P2, "b@ct.x.com")], [(P1, "ana@x.com"), (P2, "ana@x.com")])
    with blind():
        await sync(place, TENANT, integration)
    await sync(place, TENANT, integration, full=True)
    ((number,),) = make.owner.execute("SELECT id FROM customer_merge").fetchall()
    async with database.read() as reader:
        await unmerge(Ctx(actor=OPEN, db=database, reader=reader, queue=NoQueue()), TENANT, number)
    assert {name: orders for name, _, orders in customers()} == {P1: 1, P2: 1}
    await sync(place, TENANT, integration, full=True)
    assert {name: orders for name, _, orders in customers()} == {P1: 1, P2: 1}


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    seed=st.integers(0, 10**6),
    orders=st.integers(1, 60),
    broken=st.sets(st.integers(1, 120), max_size=20),
)
async def test_one_customer_a_buyer_however_late_master_data_is_read(
    place, integration, fake, fill, kept, make, blind, seed, orders, broken
):
    make.owner.execute(f"{EMPTY}; TRUNCATE customer_merge, audit_entry")
    shop = fill(shop_of(seed=seed, orders=orders, persons=15, twins=4))
    fake.requests.clear()
    fake.plan = lambda number, path: Fault(500) if number in broken else None
    with blind(), contextlib.suppress(CdpError):
        await sync(place, TENANT, integration)
    for full in (False, True):
        with contextlib.suppress(CdpError):
            await sync(place, TENANT, integration, full=full)
    fake.plan = lambda number, path: None
    await last(place, integration)
    await sync(place, TENANT, integration, full=True)
    assert kept() == shop.truth
