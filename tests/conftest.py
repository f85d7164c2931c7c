"""Real parts for all tests: one embedded PostgreSQL a session, one fresh database a test."""

import itertools
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from demo.shop import Shop
from kit import embedded
from kit.db import Database
from kit.db.arrays import Amount, Int4, register
from kit.process import without_long_pauses
from models import METADATA
from models.migrating import migrate

SHARED = Path(__file__).parent.parent.parent / "shared"


@dataclass(frozen=True, slots=True)
class Urls:
    """One test's database, as the application and as the owner of the tables."""

    app: str
    owner: str
    admin: str


@pytest.fixture(scope="session", autouse=True)
def _collected_once() -> Iterator[None]:
    """What is imported by now is left out of garbage collection, which each application would begin with."""
    with without_long_pauses(), pytest.MonkeyPatch.context() as patch:
        if app := sys.modules.get("app"):
            patch.setattr(app, "without_long_pauses", nullcontext)
        yield


@pytest.fixture(scope="session")
def server() -> Iterator[embedded.Server]:
    """A server for the whole session. Its directory is open to the server's own user when root runs this."""
    directory = Path(tempfile.mkdtemp(prefix="cdp-test-"))
    directory.chmod(0o755)
    try:
        with embedded.lease(directory / "data") as running:
            _forgo_durability(running)
            yield running
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def migrated(server: embedded.Server) -> Urls:
    """One migrated database, which the tests use one after another."""
    found = Urls(*(server.url(role) for role in ("cdp_app", "cdp_owner", "postgres")))
    migrate(found.owner)
    return found


@pytest.fixture
def urls(migrated: Urls) -> Urls:
    """A migrated and empty database."""
    with psycopg.connect(migrated.owner, autocommit=True) as owner:
        tables = ", ".join([*METADATA.tables, "procrastinate_jobs", "procrastinate_workers"])
        owner.execute("SET lock_timeout = '20s'")
        owner.execute(f"TRUNCATE {tables} RESTART IDENTITY CASCADE")
    return migrated


@pytest.fixture
def own_urls(server: embedded.Server, request: pytest.FixtureRequest) -> Iterator[Urls]:
    """A migrated database of the test's own, whose tables it may change."""
    name = f"test_{abs(hash(request.node.nodeid)):x}"
    roles: tuple[embedded.Role, ...] = ("cdp_app", "cdp_owner", "postgres")
    found = Urls(*(server.url(role).replace("@/cdp?", f"@/{name}?") for role in roles))
    with psycopg.connect(server.url("postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} OWNER cdp_owner")
        migrate(found.owner)
        yield found
        admin.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
async def database(urls: Urls) -> AsyncIterator[Database]:
    """The application's pool on the test's database."""
    opened = Database(urls.app, size=4)
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with real order histories; the test skips where it is not there."""
    folder = SHARED / "data"
    if not folder.is_dir():
        pytest.skip("no real order histories beside this checkout")
    return folder


@pytest.fixture(scope="session")
def shared_reference() -> Path:
    """The folder with what others publish; the test skips where it is not there."""
    folder = SHARED / "reference"
    if not folder.is_dir():
        pytest.skip("no published contracts beside this checkout")
    return folder


def _forgo_durability(server: embedded.Server) -> None:
    """Nothing here outlives the session: waiting for the disk would only cost time."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as admin:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            admin.execute(f"ALTER SYSTEM SET {setting} = off")
        admin.execute("SELECT pg_reload_conf()")


class ShopMaker:
    """Puts a tenant and its orders into the database, past the import, as the owner of the tables."""

    def __init__(self, owner: psycopg.Connection[tuple[object, ...]]) -> None:
        self.owner = owner

    def tenant(self, number: int = 56, *, currency: str = "GBP", time_zone: str = "Europe/London") -> int:
        self.owner.execute(
            "INSERT INTO tenant (id, name, slug, currency, time_zone) VALUES (%s, %s, %s, %s, %s)",
            [number, f"Shop {number}", f"shop-{number}", currency, time_zone],
        )
        return number

    def customer(self, tenant: int, name: str, **columns: object) -> int:
        names = ["tenant_id", "external_id", *columns]
        values = [tenant, name, *columns.values()]
        return self._insert("customer", names, values)

    def order(self, tenant: int, customer: int | None, at: str, amount: object, **columns: object) -> int:
        given = {"currency": "GBP", "external_id": f"o-{next(self._count)}"} | columns
        names = ["tenant_id", "customer_id", "placed_at", "amount", *given]
        return self._insert("customer_order", names, [tenant, customer, at, amount, *given.values()])

    def refund(self, tenant: int, customer: int | None, at: str, amount: object, **columns: object) -> int:
        given = {"currency": "GBP", "external_id": f"r-{next(self._count)}"} | columns
        if given.get("order_id") is not None:
            given["linked_by"] = "reference"
        names = ["tenant_id", "customer_id", "refunded_at", "amount", *given]
        return self._insert("refund", names, [tenant, customer, at, amount, *given.values()])

    def event_type(self, tenant: int, name: str, **columns: object) -> int:
        return self._insert("event_type", ["tenant_id", "name", *columns], [tenant, name, *columns.values()])

    def rate(self, tenant: int, currency: str, day: str, rate: object) -> None:
        self.owner.execute("INSERT INTO exchange_rate VALUES (%s, %s, %s, %s)", [tenant, currency, day, rate])

    def history(self, tenant: int, customers: int, *, seed: int = 1) -> None:
        """So many generated customers, with all their orders, ending on 2025-12-31."""
        bare = Shop(seed=seed).orders_only(customers)
        self.owner.execute(
            "INSERT INTO customer (tenant_id, external_id, email) "
            "SELECT %(tenant)s, 'C' || n, 'c' || n || '@example.com' FROM generate_series(0, %(last)s) n",
            {"tenant": tenant, "last": customers - 1},
        )
        register(self.owner)
        self.owner.execute(
            "INSERT INTO customer_order (tenant_id, external_id, customer_id, placed_at, amount, currency) "
            "SELECT %(tenant)s, 'O' || n, customer.id, date '2024-01-02' + day + interval '15 h', "
            "amount, 'GBP' "
            "FROM unnest(%(customer)b, %(day)b, %(amount)b) WITH ORDINALITY AS o (number, day, amount, n) "
            "JOIN customer ON customer.tenant_id = %(tenant)s AND customer.external_id = 'C' || number",
            {
                "tenant": tenant,
                "customer": Int4(bare.customer),
                "day": Int4(bare.day),
                "amount": Amount(bare.amount),
            },
        )

    def moves(
        self, tenant: int, run: int | None, moved: Sequence[tuple[int, str | None, str | None]], at: object
    ) -> None:
        """Moves between RFM segments (customer, from, to) that a run found, at an instant of their own."""
        feed = self._insert(
            "segment_feed",
            ["tenant_id", "at", "kind", "segment_id", "run_id", "reason"],
            [tenant, at, "rfm_segment", 0, run, "run"],
        )
        for move in moved:
            self.owner.execute(
                "INSERT INTO segment_change VALUES (%s, %s, %s, %s, %s)", [tenant, feed, *move]
            )

    _count = itertools.count(1)

    def _insert(self, table: str, names: list[str], values: list[object]) -> int:
        marks = ", ".join(["%s"] * len(values))
        query = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks}) RETURNING id"
        row = self.owner.execute(query, values).fetchone()
        assert row is not None
        return int(str(row[0]))


@pytest.fixture
def make(urls: Urls) -> Iterator[ShopMaker]:
    """A maker of shops in the test's database."""
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        yield ShopMaker(owner)
