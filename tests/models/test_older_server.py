"""The tables and a run on the oldest server that is supported."""

import importlib.util
import shutil
import tempfile
from pathlib import Path

import psycopg
import pytest

from kit import embedded
from kit.db import connect_for_work
from kit.errors import ConfigurationError
from models import migration
from models.migrating import migrate
from resolvers.imports.options import ImportOptions, NewTenant
from resolvers.imports.orders import import_orders
from resolvers.processing.process import process
from resolvers.processing.request import Request


@pytest.fixture
def older():
    """A server of PostgreSQL 16, which the test dependency `pgserver` ships."""
    spec = importlib.util.find_spec("pgserver")
    if spec is None or spec.origin is None:
        pytest.skip("pgserver, which has PostgreSQL 16, is not installed")
    directory = Path(tempfile.mkdtemp(prefix="cdp-older-"))
    directory.chmod(0o755)
    programs = Path(spec.origin).resolve().parent / "pginstall" / "bin"
    try:
        with embedded.lease(directory / "data", bin_dir=programs) as server:
            yield server
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def test_a_shop_is_imported_and_scored_on_16(older, tmp_path):
    app, owner = older.url("cdp_app"), older.url("cdp_owner")
    migrate(owner)
    migrate(owner, "0001")
    migrate(owner)
    path = tmp_path / "orders.csv"
    rows = [f"o{n},c{n % 40},2025-01-{1 + n % 28:02},{5 + n}" for n in range(200)]
    path.write_text("\n".join(["order_id,customer_id,date,amount", *rows]))
    with connect_for_work(app) as work:
        new = NewTenant("Old", "GBP", "Europe/London")
        assert import_orders(work, path, ImportOptions(tenant=56, create=new)).inserted == 200
    run = process(app, 56, Request.of(None, "latest")).run_id
    with psycopg.connect(owner, autocommit=True) as connection:
        connection.execute("SET app.tenant_id = 56")
        assert connection.info.server_version // 10_000 == 16
        query = "SELECT count(*) FROM customer_score WHERE run_id = %s AND segment IS NOT NULL"
        assert connection.execute(query, [run]).fetchone() == (40,)


@pytest.mark.parametrize(("version", "major"), [(150_018, 15), (190_000, 19)])
def test_other_servers_are_refused_by_name(version, major):
    with pytest.raises(ConfigurationError, match=f"PostgreSQL {major}; supported are 16 to 18"):
        migration._require_supported(version)
