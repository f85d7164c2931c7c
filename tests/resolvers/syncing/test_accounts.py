"""An integration that is given another account midway, and two accounts of one tenant."""

import asyncio
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from kit.errors import ConflictError, NotFoundError
from resolvers import integrations
from resolvers.context import OPEN, Ctx
from resolvers.integrations import IntegrationChanges, NewIntegration
from resolvers.syncing import lease
from resolvers.syncing.run import Run
from resolvers.syncing.source import StoppedError
from resolvers.syncing.sync import sync
from tests.connectors.vtex.fake import KEY, TOKEN, Fault, Store
from tests.connectors.vtex.shop import Shop
from tests.resolvers.conftest import NoQueue
from tests.resolvers.syncing.conftest import TENANT, shop_of
from tests.resolvers.syncing.test_full import begun

OTHER = "harbourio"
RECORD = (
    "SELECT status, started_at, finished_at, full_finished_at, orders_done, attempts FROM integration_sync"
)
FRESH = ("queued", None, None, None, 0, 0)


class Queue(NoQueue):
    async def put_sync(self, **job):
        """Nobody works here."""


@pytest.fixture
async def ctx(database, place):
    async with database.read() as reader:
        yield Ctx(actor=OPEN, db=database, reader=reader, queue=Queue(), vault=place.vault)


@pytest.fixture
def other(fake):
    """Another account with a shop of its own, whose orders have the same numbers."""
    shop = shop_of(seed=2, orders=40)
    fake.stores[OTHER] = Store(name=OTHER, details=shop.details, documents=shop.documents)
    return shop


@pytest.fixture
def second(make, place, other, integration):
    """A second integration of the tenant, of the other account."""
    sealed = place.vault.seal(orjson.dumps({"app_key": KEY, "app_token": TOKEN}).decode())
    make.owner.execute(
        "INSERT INTO integration (tenant_id, id, integration_type, account_name, environment, app_key_hint, "
        "credentials) VALUES (%s, 30, 'vtex', %s, 'vtexcommercestable', 'CDEF', %s)",
        [TENANT, OTHER, sealed],
    )
    return 30


def change(ctx, integration, account):
    return integrations.update(ctx, TENANT, integration, IntegrationChanges(account_name=account))


async def stopped(running):
    with pytest.raises(StoppedError, match="another account"):
        await running


async def test_a_run_of_the_old_account_writes_nothing_to_the_new_ones_record(
    place, integration, fake, fill, other, make, ctx, kept
):
    fill(shop_of(orders=600))
    fake.delay = 0.02
    running = asyncio.create_task(sync(place, TENANT, integration))
    await begun(kept)
    await change(ctx, integration, OTHER)
    assert make.owner.execute(RECORD).fetchone() == FRESH
    await stopped(running)
    assert make.owner.execute(RECORD).fetchone() == FRESH
    assert make.owner.execute("SELECT last_sync_at FROM integration").fetchone() == (None,)


async def test_a_run_that_ends_just_after_the_change_is_not_the_new_ones_end(
    place, integration, fake, fill, other, make, ctx, monkeypatch
):
    fill(shop_of(orders=3))
    waits, goes = asyncio.Event(), asyncio.Event()
    full = Run._full

    async def held(self, standing):
        through = await full(self, standing)
        waits.set()
        await goes.wait()
        return through

    monkeypatch.setattr(Run, "_full", held)
    monkeypatch.setattr("resolvers.syncing.run._BEAT", 3600.0)
    running = asyncio.create_task(sync(place, TENANT, integration))
    await waits.wait()
    await change(ctx, integration, OTHER)
    goes.set()
    await stopped(running)
    assert make.owner.execute(RECORD).fetchone() == FRESH


async def test_a_run_that_fails_after_the_change_does_not_stall_the_new_one(
    place, integration, fake, fill, other, make, ctx, monkeypatch
):
    fill(shop_of(orders=3))
    failing, goes = asyncio.Event(), asyncio.Event()

    async def failed(self, standing):
        failing.set()
        await goes.wait()
        raise ConflictError("something else")

    async def unheard(self):
        await asyncio.sleep(3600)

    monkeypatch.setattr(Run, "_full", failed)
    monkeypatch.setattr(Run, "_beat", unheard)
    running = asyncio.create_task(sync(place, TENANT, integration))
    await failing.wait()
    await change(ctx, integration, OTHER)
    goes.set()
    with pytest.raises(ConflictError, match="something else"):
        await running
    assert make.owner.execute(RECORD).fetchone() == FRESH


async def test_the_account_that_is_read_is_the_one_that_is_begun_with(
    place, integration, fill, other, ctx, monkeypatch, make
):
    fill(shop_of(orders=3))
    claim = lease.claim
    loop = asyncio.get_running_loop()

    def claimed(work, tenant, number):
        account = claim(work, tenant, number)
        asyncio.run_coroutine_threadsafe(change(ctx, integration, OTHER), loop).result(30)
        return account

    monkeypatch.setattr("resolvers.syncing.sync.claim", claimed)
    with pytest.raises(ConflictError, match="changed just now"):
        await sync(place, TENANT, integration)
    assert make.owner.execute(RECORD).fetchone() == FRESH


async def test_the_new_account_is_asked_for_none_of_the_old_ones_orders(
    place, integration, fake, fill, other, ctx, make
):
    shop = fill(Shop(orders=0))
    at = datetime.now(UTC) - timedelta(days=3)
    old = [shop.sell(each, at) for each in shop.persons[:5]]
    for each in old:
        shop.details[f"old-{each}"] = shop.details.pop(each) | {"orderId": f"old-{each}"}
    lost = next(iter(shop.details))
    fake.plan = lambda number, path: Fault(404) if path.endswith(lost) else None
    await sync(place, TENANT, integration)
    assert make.owner.execute("SELECT number FROM integration_unreadable").fetchall() == [(lost,)]
    await change(ctx, integration, OTHER)
    make.owner.execute("UPDATE integration_order SET looked_at = now() - interval '30 days'")
    fake.requests.clear()
    assert (await sync(place, TENANT, integration)).kind == "full"
    assert (await sync(place, TENANT, integration)).unreadable == 0
    assert not [each for each in fake.paths if "old-" in each]
    assert make.owner.execute("SELECT count(*) FROM customer_order").fetchone() == (44,)


async def test_an_account_that_comes_back_finds_its_orders(place, integration, fill, other, ctx, make):
    fill(shop_of(orders=30))
    await sync(place, TENANT, integration)
    names = "SELECT external_id FROM customer_order ORDER BY id"
    before = make.owner.execute(names).fetchall()
    await change(ctx, integration, OTHER)
    await sync(place, TENANT, integration)
    assert make.owner.execute("SELECT count(*) FROM customer_order").fetchone() == (70,)
    await integrations.delete(ctx, TENANT, integration)
    new = NewIntegration("vtex", "chelseaio", KEY, TOKEN)
    again = (await integrations.create(ctx, TENANT, new)).id
    await sync(place, TENANT, again)
    assert make.owner.execute("SELECT count(*) FROM customer_order").fetchone() == (70,)
    assert make.owner.execute(names).fetchall()[:30] == before


async def test_two_accounts_with_the_same_numbers_have_all_their_orders(
    place, integration, second, fill, other, kept, make
):
    shop = fill(shop_of(orders=30))
    await sync(place, TENANT, integration)
    await sync(place, TENANT, second)
    found = kept()
    assert found.orders == 70
    assert found.paid == shop.truth.paid + other.truth.paid
    assert found.net_cents == shop.truth.net_cents + other.truth.net_cents
    names = {each for (each,) in make.owner.execute("SELECT external_id FROM customer_order").fetchall()}
    assert names == {*shop.details, *(f"{OTHER}:{each}" for each in other.details)}
    await sync(place, TENANT, integration, full=True)
    await sync(place, TENANT, second, full=True)
    assert kept() == found
    refunds = make.owner.execute("SELECT external_id, order_external_id FROM refund").fetchall()
    assert all(name.startswith(f"{order}/") for name, order in refunds)
    assert any(name.startswith(OTHER) for name, _ in refunds)


async def test_accounts_that_come_first_at_once_are_told_apart(place, integration, second, fill, kept, make):
    fill(shop_of(orders=30))
    await asyncio.gather(sync(place, TENANT, integration), sync(place, TENANT, second))
    assert kept().orders == 70
    query = "SELECT count(*) FROM integration_account WHERE order_prefix = ''"
    assert make.owner.execute(query).fetchone() == (1,)


async def test_orders_of_a_second_account_that_are_there_keep_their_ids(
    place, integration, second, fill, other, kept, make
):
    """As they were before accounts were told apart: two accounts, and no prefix but what is to come."""
    fill(shop_of(orders=30))
    await sync(place, TENANT, second)
    make.owner.execute("UPDATE integration_account SET order_prefix = account_name || ':'")
    await sync(place, TENANT, integration)
    names = {each for (each,) in make.owner.execute("SELECT external_id FROM customer_order").fetchall()}
    assert {*other.details} <= names
    # Taken by the other account: the first one's has the account's name as well.
    assert "chelseaio:v1shop-01" in names
    assert kept().orders == 70
    await sync(place, TENANT, second, full=True)
    assert kept().orders == 70


async def test_orders_of_which_the_account_is_not_known_any_more_are_found(
    place, integration, fill, kept, make
):
    shop = fill(shop_of(orders=30))
    await sync(place, TENANT, integration)
    make.owner.execute("UPDATE integration_order SET account_name = ''")
    await sync(place, TENANT, integration, full=True)
    assert kept().orders == len(shop.details)
    query = "SELECT DISTINCT account_name FROM integration_order"
    assert make.owner.execute(query).fetchall() == [("chelseaio",)]


async def test_an_account_is_fetched_from_by_one_sync_at_a_time(place, integration, make, fake, fill):
    """So that what VTEX lets an account ask for is not asked for by each of several processes."""
    fill(shop_of(orders=50))
    make.tenant(57, currency="BRL")
    make.owner.execute(
        "INSERT INTO integration (tenant_id, id, integration_type, account_name, environment, app_key_hint, "
        "credentials) SELECT 57, 31, integration_type, account_name, environment, app_key_hint, credentials "
        "FROM integration"
    )
    fake.delay = 0.2
    running = asyncio.create_task(sync(place, TENANT, integration))
    while not fake.requests:  # noqa: ASYNC110 - looks at what the other side got
        await asyncio.sleep(0.01)
    with pytest.raises(ConflictError, match="account chelseaio is being fetched from"):
        await sync(place, 57, 31)
    await running
    fake.delay = 0.0
    assert (await sync(place, 57, 31)).orders == 50


async def test_an_integration_that_is_not_there_is_told(place, integration):
    with pytest.raises(NotFoundError):
        await sync(place, TENANT, 999)
