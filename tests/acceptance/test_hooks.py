"""VTEX's hook: set where nobody else has one, heard from whoever has the secret, brought by the worker."""

import asyncio
import contextlib
from datetime import UTC, datetime, timedelta

import httpx
import psycopg
import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from app import create
from connectors.vtex import Patience, Vtex
from connectors.vtex.errors import UnansweredError
from connectors.vtex.hook import SECRET_HEADER, sent_headers
from jobs.worker import run_worker
from kit import ids
from kit.config import Settings
from kit.errors import ConflictError
from kit.secrets import vault_of
from resolvers.syncing import notices
from resolvers.syncing.noticed import bring_noticed
from resolvers.syncing.sync import Place, sync
from tests.connectors.vtex.fake import KEY, TOKEN, FakeVtex, Fault, Store, serving
from tests.connectors.vtex.feed import ADMIN
from tests.connectors.vtex.hook import OTHERS, PING, calling, notice
from tests.connectors.vtex.shop import Shop

TENANT = ids.encode("Tenant", 56)
BASE = "https://cdp.example.com"
HOOK = "hook { url isSet error heardAt createdAt }"
ADD = (
    "mutation ($input: IntegrationCreateInput!) { integrationCreate(input: $input) "
    "{ integration { id databaseId } userErrors { code message } } }"
)
ASK = (
    "mutation ($input: IntegrationHookCreateInput!) { integrationHookCreate(input: $input) "
    f"{{ integration {{ {HOOK} }} secret userErrors {{ code field message }} }} }}"
)
GIVE_UP = (
    "mutation ($input: IntegrationHookDeleteInput!) { integrationHookDelete(input: $input) "
    f"{{ integration {{ {HOOK} }} userErrors {{ code field message }} }} }}"
)
STANDING = f"query ($id: ID!) {{ node(id: $id) {{ ... on Integration {{ {HOOK} }} }} }}"
NEW = {"tenantId": TENANT, "type": "VTEX", "accountName": "chelseaio", "appKey": KEY, "appToken": TOKEN}
PATIENCE = Patience(connect=5.0, read=5.0, attempts=3, first_pause=0.001, longest_pause=0.01, limited=0.001)


@pytest.fixture(scope="module")
def serving_vtex():
    with serving(FakeVtex()) as found:
        yield found


@pytest.fixture
def shop():
    return Shop(orders=30, now=datetime.now(UTC))


@pytest.fixture
def vtex(serving_vtex, shop):
    serving_vtex.stores = {"chelseaio": Store(details=shop.details, documents=shop.documents)}
    serving_vtex.requests.clear()
    serving_vtex.plan = lambda number, path: None
    return serving_vtex


@pytest.fixture
def settings(urls, vtex):
    return Settings(
        database_url=SecretStr(urls.app),
        secret_key=SecretStr(Fernet.generate_key().decode()),
        vtex_base_url=vtex.template,
        vtex_requests_per_minute=1e6,
    )


@pytest.fixture
async def client(settings, vtex):
    """A client of the application, whom the VTEX of our own calls as well."""
    app = create(settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as opened:
            loop, call = asyncio.get_running_loop(), calling(opened)

            async def from_its_thread(*given):
                return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(call(*given), loop))

            vtex.stores["chelseaio"].hook.call = from_its_thread
            yield opened


@pytest.fixture
async def place(settings, urls, vtex):
    opened = Vtex(vtex.template, per_minute=1e6, patience=PATIENCE)
    await opened.open()
    yield Place(urls.app, opened, vault_of(settings))
    await opened.close()


@pytest.fixture
def hook(vtex):
    return vtex.stores["chelseaio"].hook


@pytest.fixture
async def made(make, client, ask):
    """An integration, that no worker fetches from yet."""
    make.tenant(currency="BRL")
    return (await ask(ADD, input=NEW))["integrationCreate"]["integration"]


@pytest.fixture
async def number(made):
    return int(made["databaseId"])


@pytest.fixture
async def secret(made, number, ask, place):
    """The secret of a hook that was asked for and set."""
    told = (await ask(ASK, input={"id": made["id"], "url": BASE}))["integrationHookCreate"]
    assert told["userErrors"] == []
    await sync(place, 56, number)
    return told["secret"]


@pytest.fixture
def standing(ask, made):
    async def read():
        return (await ask(STANDING, id=made["id"]))["node"]["hook"]

    return read


@pytest.fixture
def tell(client, number, secret):
    """Call as VTEX does."""

    async def send(order, **headers):
        given = {SECRET_HEADER: secret} | headers
        return await client.post(f"/hooks/vtex/{number}", json=notice(order), headers=given)

    return send


@pytest.fixture
def waiting(make):
    def read():
        return dict(make.owner.execute("SELECT external_id, times FROM integration_notice").fetchall())

    return read


@pytest.fixture
def kept(make):
    """Status of each order that is here."""

    def read():
        return dict(make.owner.execute("SELECT external_id, status FROM customer_order").fetchall())

    return read


def cancel(shop, order):
    shop.details[order] |= {"status": "canceled", "lastChange": datetime.now(UTC).isoformat()}


async def test_it_is_set_by_the_next_sync_with_a_secret_that_is_told_once(
    made, number, ask, place, hook, standing, make
):
    assert await standing() is None
    await sync(place, 56, number)
    assert hook.set == 0
    told = (await ask(ASK, input={"id": made["id"], "url": f"{BASE}/"}))["integrationHookCreate"]
    assert told["integration"]["hook"]["url"] == f"{BASE}/hooks/vtex/{number}"
    assert (told["integration"]["hook"]["isSet"], hook.configuration) == (False, None)
    assert make.owner.execute("SELECT next_at <= now() FROM integration_sync").fetchone() == (True,)
    await sync(place, 56, number)
    assert hook.configuration["hook"] == {
        "url": f"{BASE}/hooks/vtex/{number}",
        "headers": sent_headers(told["secret"]),
    }
    assert hook.pings == [200]
    found = await standing()
    assert (found["isSet"], found["error"]) == (True, None)
    ((stored,),) = make.owner.execute("SELECT secret FROM integration_hook").fetchall()
    assert told["secret"].encode() not in bytes(stored)
    assert place.vault.unseal(bytes(stored)) == told["secret"]


async def test_it_is_not_set_again_while_it_is_there(place, number, secret, hook):
    for _ in range(2):
        await sync(place, 56, number)
    assert hook.set == 1


async def test_one_that_vtex_took_away_is_set_again(place, number, secret, hook, tell):
    hook.configuration = None
    await sync(place, 56, number)
    assert (hook.set, hook.configuration["hook"]["headers"]) == (2, sent_headers(secret))


async def test_a_new_secret_takes_the_old_ones_place(made, number, secret, ask, place, hook, tell):
    again = (await ask(ASK, input={"id": made["id"], "url": BASE}))["integrationHookCreate"]["secret"]
    assert again != secret
    assert (await tell("v1shop-01")).status_code == 401
    await sync(place, 56, number)
    assert hook.configuration["hook"]["headers"] == sent_headers(again)
    assert await hook.tell("v1shop-01") == 200


async def test_one_that_moves_is_known_for_ours(made, number, secret, ask, place, hook, standing):
    await ask(ASK, input={"id": made["id"], "url": "https://other.example.com"})
    await sync(place, 56, number)
    assert hook.configuration["hook"]["url"] == f"https://other.example.com/hooks/vtex/{number}"
    assert (await standing())["error"] is None


async def test_another_systems_is_left_alone(made, number, ask, place, hook, standing):
    hook.configuration = OTHERS
    await ask(ASK, input={"id": made["id"], "url": BASE})
    for _ in range(2):
        await sync(place, 56, number)
    assert (hook.configuration, hook.set) == (OTHERS, 0)
    found = await standing()
    assert (found["isSet"], found["error"].startswith("The hook is used by another system")) == (False, True)
    await ask(GIVE_UP, input={"id": made["id"]})
    await sync(place, 56, number)
    assert hook.configuration == OTHERS
    assert await standing() is None


async def test_one_that_was_taken_over_is_left_alone(number, secret, place, hook, standing):
    hook.configuration = OTHERS
    await sync(place, 56, number)
    assert hook.configuration == OTHERS
    assert "another system" in (await standing())["error"]


async def test_a_key_that_may_not_set_it_is_told(made, number, ask, place, vtex, standing, make):
    vtex.stores["chelseaio"].permissions -= {ADMIN}
    await ask(ASK, input={"id": made["id"], "url": BASE})
    await sync(place, 56, number)
    assert "Feed v3 and Hook Admin" in (await standing())["error"]
    assert make.owner.execute("SELECT status FROM integration_sync").fetchone() == ("succeeded",)


async def test_it_is_given_up(made, number, secret, ask, place, hook, standing, tell, waiting, make):
    await tell("v1shop-01")
    await ask(GIVE_UP, input={"id": made["id"]})
    assert await standing() is None
    assert waiting() == {}
    assert (await tell("v1shop-01")).status_code == 401
    await sync(place, 56, number)
    assert hook.configuration is None
    assert make.owner.execute("SELECT count(*) FROM integration_hook").fetchone() == (0,)
    (error,) = (await ask(GIVE_UP, input={"id": made["id"]}))["integrationHookDelete"]["userErrors"]
    assert error["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    "url",
    [
        "http://cdp.example.com",
        "cdp.example.com",
        "https://",
        "https://a b.example.com",
        "https://user:password@cdp.example.com",
        "https://cdp.example.com?x=1",
        "https://cdp.example.com#x",
        "https://[cdp",
        "https://cdp.example.com:99999",
        "https://cdp.example.com/" + "a" * 500,
        "javascript:alert(1)",
    ],
)
async def test_an_address_that_vtex_does_not_call_is_refused(made, ask, url):
    told = (await ask(ASK, input={"id": made["id"], "url": url}))["integrationHookCreate"]
    (error,) = told["userErrors"]
    assert (error["code"], error["field"], told["secret"]) == ("BAD_USER_INPUT", ["input", "url"], None)
    assert "https://cdp.example.com" in error["message"]


async def test_a_ping_is_answered_whoever_asks(client, number):
    for path in (f"/hooks/vtex/{number}", "/hooks/vtex/999", "/hooks/vtex/x"):
        assert (await client.post(path, json=PING)).status_code == 200


async def test_a_notice_is_kept_once_and_answered_at_once(tell, waiting, vtex, make):
    vtex.requests.clear()
    for order in ("v1shop-01", "v2shop-01", "v1shop-01"):
        answer = await tell(order)
        assert (answer.status_code, answer.json()) == (200, {"success": True})
    assert waiting() == {"v1shop-01": 2, "v2shop-01": 1}
    assert vtex.requests == []
    jobs = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'notices' AND status = 'todo'"
    assert make.owner.execute(jobs).fetchone() == (1,)


async def test_who_has_not_the_secret_is_told_nothing(client, number, secret, tell, waiting, make, capfd):
    answers = [
        await tell("v1shop-01", **{SECRET_HEADER: wrong})
        for wrong in ("", "x", secret[:-1], secret + "x", secret.upper(), b"\xe9")
    ]
    given = {"json": notice("v1shop-01"), "headers": {SECRET_HEADER: secret}}
    answers += [
        await client.post(path, **given)
        for path in (
            "/hooks/vtex/999",
            "/hooks/vtex/x",
            f"/hooks/vtex/{2**70}",
            "/hooks/vtex/-1",
            "/hooks/vtex/²",
        )
    ]
    make.owner.execute("UPDATE integration SET is_active = false")
    answers.append(await tell("v1shop-01"))
    make.owner.execute("UPDATE integration SET is_active = true")
    make.owner.execute("UPDATE integration_hook SET secret = 'unreadable'")
    answers.append(await tell("v1shop-01"))
    make.owner.execute("DELETE FROM integration_hook")
    answers.append(await tell("v1shop-01"))
    assert {each.status_code for each in answers} == {401}
    assert len({each.content for each in answers}) == 1
    assert waiting() == {}
    said = capfd.readouterr()
    assert secret not in said.out + said.err


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"[" * 60_000,
        b"null",
        b"{}",
        b'{"OrderId": 7}',
        b'{"OrderId": ""}',
        b'{"OrderId": "a/../b"}',
        b'{"OrderId": "a\\u0000b"}',
        b'{"OrderId": "%s"}' % (b"v" * 101),
    ],
)
async def test_what_names_no_order_is_refused_by_its_field(client, number, secret, waiting, body):
    path, headers = f"/hooks/vtex/{number}", {SECRET_HEADER: secret}
    answer = await client.post(path, content=body, headers=headers)
    assert (answer.status_code, "OrderId" in answer.json()["details"]) == (400, True)
    assert (await client.post(path, content=body)).status_code == 401
    assert waiting() == {}


async def test_a_body_is_bounded(client, number, secret):
    path, headers = f"/hooks/vtex/{number}", {SECRET_HEADER: secret}
    answer = await client.post(
        path, content=b'{"OrderId": "v1", "x": "%s"}' % (b"x" * 70_000), headers=headers
    )
    assert answer.status_code == 413
    assert (await client.get(path, headers=headers)).status_code == 405


async def test_no_more_wait_than_may(tell, waiting, monkeypatch):
    monkeypatch.setattr(notices, "MOST_WAITING", 2)
    assert [(await tell(f"v{n}")).status_code for n in (1, 2, 3, 1)] == [200, 200, 503, 200]
    assert int((await tell("v9")).headers["retry-after"]) > 0
    assert waiting() == {"v1": 2, "v2": 1}


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


async def test_it_needs_no_token_where_all_else_does(urls, number, secret, settings, waiting):
    closed = settings.model_copy(update={"auth": "jwt", "jwt_secret": SecretStr("s" * 40)})
    app = create(closed)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://api.example.com") as opened:
            path = f"/hooks/vtex/{number}"
            good = await opened.post(path, json=notice("v1"), headers={SECRET_HEADER: secret})
            bad = await opened.post(path, json=notice("v2"), headers={SECRET_HEADER: "x"})
            elsewhere = await opened.get("/hooks/../api/v2/tenant-integrations/56")
            other = await opened.get("/hooks/else")
    assert (good.status_code, bad.status_code) == (200, 401)
    assert bad.json()["details"] == "There is no such hook, or this is not its secret."
    assert (elsewhere.status_code, other.status_code) == (401, 404)
    assert waiting() == {"v1": 1}
