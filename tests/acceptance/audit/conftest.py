"""Where the tests of audit begin."""

import pytest
from typer.testing import CliRunner

import cli
from tests.acceptance.audit.calls import OLD_KEY
from tests.acceptance.credentials import bearer, token
from tests.acceptance.test_authentication import SHARED_SECRET, guarded

KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


@pytest.fixture
async def api(urls, make):
    make.tenant()
    async with guarded(urls, **SHARED_SECRET, secret_key=KEY, process_wait_seconds=0.1) as client:
        client.headers.update(bearer(token(scope="admin", tenants="*")))
        yield client


@pytest.fixture
def cdp(urls, make, monkeypatch, tmp_path):
    make.tenant()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CDP_DATABASE_URL", urls.app)
    monkeypatch.setenv("CDP_OWNER_URL", urls.owner)
    monkeypatch.setenv("CDP_SECRET_KEY", f"{KEY},{OLD_KEY}")
    monkeypatch.setenv("COLUMNS", "200")
    orders = "".join(f"o{n},c{n},2026-01-01,10.00\n" for n in (1, 2, 3))
    (tmp_path / "orders.csv").write_text(f"order_id,customer_id,placed_at,amount\n{orders}")

    def run(*words):
        result = CliRunner().invoke(cli.app, [*words], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    return run
