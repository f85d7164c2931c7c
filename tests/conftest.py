"""Real parts for all tests: one embedded PostgreSQL a session, one fresh database a test."""

import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest

from kit import embedded
from kit.db import Database
from models import METADATA
from models.migration import migrate

SHARED = Path(__file__).parent.parent.parent / "shared"


@dataclass(frozen=True, slots=True)
class Urls:
    """One test's database, as the application and as the owner of the tables."""

    app: str
    owner: str
    admin: str


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


def _forgo_durability(server: embedded.Server) -> None:
    """Nothing here outlives the session: waiting for the disk would only cost time."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as admin:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            admin.execute(f"ALTER SYSTEM SET {setting} = off")
        admin.execute("SELECT pg_reload_conf()")
