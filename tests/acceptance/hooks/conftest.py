"""A VTEX of our own with a hook, an application that it calls, and an integration."""

import asyncio
from datetime import UTC, datetime

import httpx
import pytest

from app import create
from connectors.vtex import Vtex
from connectors.vtex.hook import SECRET_HEADER
from kit.secrets import vault_of
from resolvers.syncing.sync import Place, sync
from tests.acceptance.hooks.operations import ADD, ASK, BASE, NEW, PATIENCE, STANDING
from tests.acceptance.vtex import anew, settings_beside
from tests.connectors.vtex.fake import FakeVtex, serving
from tests.connectors.vtex.hook import calling, notice
from tests.connectors.vtex.shop import Shop


@pytest.fixture(scope="module")
def serving_vtex():
    with serving(FakeVtex()) as found:
        yield found


@pytest.fixture
def shop():
    return Shop(orders=30, now=datetime.now(UTC))


@pytest.fixture
def vtex(serving_vtex, shop):
    return anew(serving_vtex, shop)


@pytest.fixture
def settings(urls, vtex):
    return settings_beside(vtex, urls)


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
