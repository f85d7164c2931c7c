"""A tenant with an integration of a VTEX of our own, and what it must come to."""

from collections.abc import AsyncIterator, Callable, Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import orjson
import pytest
from cryptography.fernet import Fernet

from connectors.vtex import Patience, Vtex
from kit.secrets import Vault
from resolvers.syncing.sync import Place
from tests.connectors.vtex.fake import KEY, TOKEN, FakeVtex, Store, serving
from tests.connectors.vtex.shop import Shop, Truth

TENANT, INTEGRATION = 56, 29
SECRET = Fernet.generate_key().decode()
PATIENCE = Patience(connect=5.0, read=5.0, attempts=4, first_pause=0.001, longest_pause=0.01, limited=0.001)


@pytest.fixture(scope="session")
def running() -> Iterator[FakeVtex]:
    """One VTEX for the session."""
    with serving(FakeVtex()) as found:
        yield found


@pytest.fixture
def fake(running: FakeVtex) -> FakeVtex:
    """The VTEX with one empty account, and no faults."""
    running.stores = {"chelseaio": Store()}
    running.faults.clear()
    running.requests.clear()
    running.plan = lambda number, path: None
    running.delay, running.pages = 0.0, 30
    return running


Fill = Callable[[Shop], Shop]


@pytest.fixture
def fill(fake: FakeVtex) -> Fill:
    """Make a shop the account's."""

    def filled(shop: Shop) -> Shop:
        store = fake.stores["chelseaio"]
        store.details, store.master_data.documents = shop.details, shop.documents
        return shop

    return filled


def shop_of(**given: Any) -> Shop:
    """A shop whose orders end now: VTEX lets no older ones than of two years be listed."""
    return Shop(now=datetime.now(UTC), **given)


@pytest.fixture
async def place(fake: FakeVtex, urls: Any) -> AsyncIterator[Place]:
    """Where syncs work in tests: no pauses to speak of, and no rate."""
    vtex = Vtex(fake.template, per_minute=1e6, patience=PATIENCE)
    await vtex.open()
    yield Place(urls.app, vtex, Vault((SECRET,)))
    await vtex.close()


@pytest.fixture
def integration(make: Any, place: Place) -> int:
    """Tenant 56 with integration 29."""
    make.tenant(TENANT, currency="BRL", time_zone="America/Sao_Paulo")
    sealed = place.vault.seal(orjson.dumps({"app_key": KEY, "app_token": TOKEN}).decode())
    make.owner.execute(
        "INSERT INTO integration (tenant_id, id, integration_type, account_name, environment, app_key_hint, "
        "credentials) VALUES (%s, %s, 'vtex', 'chelseaio', 'vtexcommercestable', 'CDEF', %s)",
        [TENANT, INTEGRATION, sealed],
    )
    return INTEGRATION


@pytest.fixture
def kept(make: Any) -> Callable[[], Truth]:
    """What is in the database."""

    def read() -> Truth:
        row = make.owner.execute(
            "SELECT count(*), count(*) FILTER (WHERE status = 'paid'), "
            "coalesce(sum(amount - refunded) FILTER (WHERE status = 'paid'), 0), "
            "count(DISTINCT customer_id) + count(*) FILTER (WHERE customer_id IS NULL) "
            "FROM customer_order WHERE tenant_id = 56"
        ).fetchone()
        assert row is not None
        sums = make.owner.execute(
            "SELECT (SELECT coalesce(sum(amount), 0) FROM refund), "
            "(SELECT coalesce(sum(refunded), 0) FROM customer_order)"
        ).fetchone()
        assert sums is not None
        assert sums[0] == sums[1]
        return Truth(row[0], row[1], int(Decimal(row[2]) * 100), row[3])

    return read


@pytest.fixture
def state(make: Any) -> Callable[..., Any]:
    """Columns of the integration's sync."""

    def read(columns: str) -> Any:
        query = f"SELECT {columns} FROM integration_sync WHERE integration_id = 29"
        row = make.owner.execute(query).fetchone()
        return row[0] if row is not None and len(row) == 1 else row

    return read
