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
from models.migration import migrate

SHARED = Path(__file__).parent.parent.parent / "shared"
TEMPLATE = "cdp_template"


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
            yield running
    finally:
        shutil.rmtree(directory, ignore_errors=True)


@pytest.fixture(scope="session")
def template(server: embedded.Server) -> str:
    """A migrated database that every test's own is copied from."""
    with psycopg.connect(server.url("postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {TEMPLATE} OWNER cdp_owner")
    migrate(_named(server.url("cdp_owner"), TEMPLATE))
    return TEMPLATE


@pytest.fixture
def urls(server: embedded.Server, template: str, request: pytest.FixtureRequest) -> Iterator[Urls]:
    """A fresh, migrated and empty database."""
    name = f"test_{abs(hash(request.node.nodeid)):x}"
    with psycopg.connect(server.url("postgres"), autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {name} TEMPLATE {template} OWNER cdp_owner")
        yield Urls(*(_named(server.url(role), name) for role in ("cdp_app", "cdp_owner", "postgres")))
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


def _named(url: str, database: str) -> str:
    return url.replace("@/cdp?", f"@/{database}?")
