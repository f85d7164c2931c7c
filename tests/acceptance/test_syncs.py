"""Syncs through the application: made by a worker, asked for and watched over the graph."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

import httpx
import psycopg
import pytest

from app import create
from jobs.worker import run_worker
from kit import ids
from tests.acceptance.vtex import anew, settings_beside
from tests.connectors.vtex.detail import detail
from tests.connectors.vtex.fake import KEY, TOKEN, FakeVtex, Fault, Store, serving
from tests.connectors.vtex.shop import Shop

TENANT = ids.encode("Tenant", 56)
SYNC = (
    "{ status kind isStalled error attempts ordersDone ordersTotal secondsLeft startedAt finishedAt "
    "fullFinishedAt unknownStatuses { status orderCount } skippedOrderCount "
    "skippedOrders { externalId reason tries firstSeenAt lookedAt } "
    "unlistedSpans { startsAt endsAt reason } }"
)
CREATE = (
    "mutation ($input: IntegrationCreateInput!) { integrationCreate(input: $input) "
    f"{{ integration {{ id databaseId lastSyncAt sync {SYNC} }} userErrors {{ code message }} }} }}"
)
STANDING = (
    f"query ($id: ID!) {{ node(id: $id) {{ ... on Integration {{ lastSyncAt sync {SYNC} }} }} "
    "tenant(databaseId: 56) { processing { status run { data { orderCount } } } customers { totalCount } } }"
)
AGAIN = (
    "mutation ($input: IntegrationSyncInput!) { integrationSync(input: $input) "
    f"{{ integration {{ sync {SYNC} }} userErrors {{ code message }} }} }}"
)
UPDATE = (
    "mutation ($input: IntegrationUpdateInput!) { integrationUpdate(input: $input) { userErrors { code } } }"
)
DELETE = (
    "mutation ($input: IntegrationDeleteInput!) { integrationDelete(input: $input) { userErrors { code } } }"
)
NEW = {"tenantId": TENANT, "type": "VTEX", "accountName": "chelseaio", "appKey": KEY, "appToken": TOKEN}


@pytest.fixture(scope="module")
def serving_vtex():
    with serving(FakeVtex()) as found:
        yield found


@pytest.fixture
def vtex(serving_vtex):
    """A VTEX with a shop of 150 orders."""
    return anew(serving_vtex, Shop(orders=150, now=datetime.now(UTC)))


@pytest.fixture
def settings(urls, vtex):
    return settings_beside(vtex, urls)


@pytest.fixture
async def client(settings):
    app = create(settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as opened:
            yield opened


@pytest.fixture
async def working(settings, client, urls):
    """A worker with the same settings."""
    task = asyncio.create_task(run_worker(urls.app, settings))
    yield task
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@pytest.fixture
async def made(make, client, ask):
    """A tenant with an integration that was just made."""
    make.tenant(currency="BRL")
    found = (await ask(CREATE, input=NEW))["integrationCreate"]
    assert found["userErrors"] == []
    return found["integration"]


@pytest.fixture
async def until(ask, made):
    """Ask how it stands until that is as it should be."""

    async def wait(ready):
        for _ in range(300):
            found = await ask(STANDING, id=made["id"])
            if ready(found):
                return found
            await asyncio.sleep(0.1)
        raise AssertionError(found)

    return wait


def ended(found):
    return found["node"]["sync"]["fullFinishedAt"] and found["node"]["lastSyncAt"]


def scored(found):
    return ended(found) and found["tenant"]["processing"]["status"] == "PROCESSED"


async def test_an_integration_that_is_made_is_fetched_from_and_scored(made, working, until, vtex):
    assert made["lastSyncAt"] is None
    assert (made["sync"]["status"], made["sync"]["kind"]) == ("QUEUED", "FULL")
    found = await until(scored)
    assert len(vtex.stores["chelseaio"].details) == 150
    assert found["tenant"]["customers"]["totalCount"] > 0
    assert int(found["tenant"]["processing"]["run"]["data"]["orderCount"]) > 0
    assert found["node"]["sync"]["error"] is None


async def test_a_full_sync_is_asked_for_again(made, working, until, ask, vtex):
    before = (await until(ended))["node"]["sync"]["fullFinishedAt"]
    vtex.requests.clear()
    await until(lambda found: found["node"]["sync"]["status"] == "SUCCEEDED")
    asked = (await ask(AGAIN, input={"id": made["id"], "full": True}))["integrationSync"]
    assert asked["userErrors"] == []
    assert asked["integration"]["sync"]["fullFinishedAt"] is None
    await until(lambda found: ended(found) and found["node"]["sync"]["fullFinishedAt"] > before)
    assert len({each for each in vtex.paths if "/orders/" in each}) == 150


async def test_a_stalled_sync_says_why_and_a_new_key_begins_at_once(made, working, until, ask, vtex):
    vtex.plan = lambda number, path: Fault(401)
    await ask(AGAIN, input={"id": made["id"]})
    found = await until(lambda found: found["node"]["sync"]["isStalled"])
    assert "refused" in found["node"]["sync"]["error"]
    assert TOKEN not in str(found)
    assert found["node"]["lastSyncAt"] is None
    vtex.plan = lambda number, path: None
    await ask(UPDATE, input={"id": made["id"], "appToken": TOKEN})
    assert (await until(ended))["node"]["sync"]["attempts"] == 0


async def test_orders_that_cannot_be_read_are_counted_until_they_can(made, make, working, until, ask, vtex):
    lost = next(iter(vtex.stores["chelseaio"].details))
    vtex.plan = lambda number, path: Fault(404) if path.endswith(lost) else None
    found = (await until(ended))["node"]["sync"]
    (told,) = found["skippedOrders"]
    assert found["skippedOrderCount"] == 1
    assert (told["externalId"], told["reason"]) == (lost, "VTEX tells of it and does not have it")
    assert told["firstSeenAt"] <= told["lookedAt"]
    make.owner.execute("UPDATE integration_window SET problem = 'VTEX lists 1 of 2 orders.' WHERE done")
    spans = (await until(lambda found: found["node"]["sync"]["unlistedSpans"]))["node"]["sync"]
    assert {each["reason"] for each in spans["unlistedSpans"]} == {"VTEX lists 1 of 2 orders."}
    vtex.plan = lambda number, path: None
    make.owner.execute("UPDATE integration_unreadable SET looked_at = now() - interval '1 day'")
    await ask(AGAIN, input={"id": made["id"]})
    found = await until(lambda found: found["node"]["sync"]["skippedOrderCount"] == 0)
    assert found["node"]["sync"]["skippedOrders"] == []
    assert make.owner.execute("SELECT count(*) FROM customer_order").fetchone() == (150,)


@pytest.fixture
def narrow(monkeypatch):
    """A worker has one place for syncs of what is new, and one for those of all there is."""
    monkeypatch.setattr("jobs.worker._SYNCS", 1)
    monkeypatch.setattr("jobs.worker._BACKFILLS", 1)


async def test_what_is_new_does_not_wait_for_all_there_is_of_another(made, narrow, working, until, ask, vtex):
    await until(ended)
    await ask(AGAIN, input={"id": made["id"]})
    await until(lambda found: ended(found) and found["node"]["sync"]["kind"] == "RECENT")
    slow = {f"slow-{n}": detail(f"slow-{n}", at=datetime.now(UTC) - timedelta(days=9)) for n in range(40)}
    for name in ("harbourio", "lagoonio"):
        vtex.stores[name] = Store(name=name, details=slow)
        await ask(CREATE, input=NEW | {"accountName": name})
    vtex.plan = lambda number, path: Fault(slow=10.0) if "slow-" in path else None
    others = "{ tenant(databaseId: 56) { integrations(first: 9) { nodes { accountName sync { status } } } } }"

    async def standing():
        nodes = (await ask(others))["tenant"]["integrations"]["nodes"]
        return {each["accountName"]: each["sync"]["status"] for each in nodes}

    await until(lambda found: True)
    for _ in range(100):
        if "RUNNING" in (await standing()).values():
            break
        await asyncio.sleep(0.1)
    before = (await until(ended))["node"]["lastSyncAt"]
    await ask(AGAIN, input={"id": made["id"]})
    await until(lambda found: found["node"]["lastSyncAt"] > before)
    found = await standing()
    assert sorted((found["harbourio"], found["lagoonio"])) == ["QUEUED", "RUNNING"]


async def test_one_that_is_off_is_not_fetched_from(make, client, ask, urls):
    make.tenant(currency="BRL")
    found = (await ask(CREATE, input=NEW | {"isActive": False}))["integrationCreate"]["integration"]
    assert found["sync"] is None
    asked = (await ask(AGAIN, input={"id": found["id"]}))["integrationSync"]
    assert asked["userErrors"][0]["code"] == "CONFLICT"
    with psycopg.connect(urls.owner) as owner:
        assert owner.execute("SELECT count(*) FROM procrastinate_jobs").fetchone() == (0,)


async def test_an_integration_that_is_not_there_is_told(make, client, ask):
    make.tenant()
    asked = (await ask(AGAIN, input={"id": ids.encode("Integration", 56, 7)}))["integrationSync"]
    assert asked["userErrors"][0]["code"] == "NOT_FOUND"


async def test_one_that_is_removed_stops_and_its_orders_stay(made, working, until, ask, make, vtex):
    await until(ended)
    await ask(DELETE, input={"id": made["id"]})
    assert make.owner.execute("SELECT count(*) FROM integration_sync").fetchone() == (0,)
    assert make.owner.execute("SELECT count(*) FROM customer_order").fetchone() == (150,)


async def test_what_is_due_is_found_whatever_tenant_it_is_of(made, make, urls):
    async def due():
        return make.owner.execute("SELECT tenant_id, id FROM integrations_due()").fetchall()

    number = int(made["databaseId"])
    assert await due() == []
    make.owner.execute("UPDATE integration_sync SET next_at = now()")
    assert await due() == [(56, number)]
    make.owner.execute("UPDATE integration SET is_active = false")
    assert await due() == []
    make.owner.execute("UPDATE integration SET is_active = true")
    make.owner.execute("DELETE FROM integration_sync")
    assert await due() == [(56, number)]


async def test_how_often_it_is_synced_is_chosen(made, ask, make):
    query = (
        "mutation ($input: IntegrationUpdateInput!) { integrationUpdate(input: $input) "
        "{ integration { syncMinutes } userErrors { code field message } } }"
    )
    found = (await ask(query, input={"id": made["id"], "syncMinutes": 5}))["integrationUpdate"]
    assert found == {"integration": {"syncMinutes": 5}, "userErrors": []}
    for wrong in (0, 1441):
        (error,) = (await ask(query, input={"id": made["id"], "syncMinutes": wrong}))["integrationUpdate"][
            "userErrors"
        ]
        assert (error["code"], error["field"]) == ("BAD_USER_INPUT", ["input", "syncMinutes"])
        assert "1 to 1440" in error["message"]
