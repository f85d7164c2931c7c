"""A disk without room, under an import: one clean sentence, and nothing half-stored."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import psycopg
import pytest

from kit.db import connect_for_work
from kit.errors import FailedError
from models.migrating import migrate
from resolvers.imports.options import ImportOptions, NewTenant
from resolvers.imports.orders import import_orders

SIZE = 64 * 2**20
ROOM = 128 * 2**10
ROWS = 8_000


@pytest.fixture
def disk(server):
    """A small disk for a database of the test's own, and that database."""
    if sys.platform != "linux" or os.geteuid() != 0:
        pytest.skip("only root of Linux can mount a small disk")
    place = Path(tempfile.mkdtemp(prefix="cdp-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0755", "tmpfs", str(place)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        place.rmdir()
        pytest.skip(f"a small disk cannot be mounted here: {done.stderr.strip()}")
    try:
        with psycopg.connect(server.url("postgres"), autocommit=True) as admin:
            kept = Path(str(admin.execute("SHOW data_directory").fetchall()[0][0])).stat()
            os.chown(place, kept.st_uid, kept.st_gid)
            admin.execute(f"CREATE TABLESPACE small LOCATION '{place}'")
            try:
                admin.execute("CREATE DATABASE small OWNER cdp_owner TABLESPACE small")
                owner, app = (
                    server.url(role).replace("@/cdp?", "@/small?") for role in ("cdp_owner", "cdp_app")
                )
                migrate(owner)
                yield place, owner, app
            finally:
                admin.execute("DROP DATABASE IF EXISTS small WITH (FORCE)")
                admin.execute("DROP TABLESPACE small")
    finally:
        subprocess.run(["umount", str(place)], check=True)
        shutil.rmtree(place, ignore_errors=True)


@contextlib.contextmanager
def filled(place):
    """The disk with hardly any room left."""
    filler = place / "filler"
    found = os.statvfs(place)
    with filler.open("wb") as opened:
        os.posix_fallocate(opened.fileno(), 0, found.f_bavail * found.f_frsize - ROOM)
    try:
        yield
    finally:
        filler.unlink()


def test_an_import_onto_a_full_disk_stores_nothing_and_says_why(disk, tmp_path):
    place, owner, app = disk
    path = tmp_path / "orders.csv"
    rows = "".join(f"{n},c{n % 900},2024-01-05,10.5,GBP\n" for n in range(ROWS))
    path.write_text(f"order_id,customer_id,placed_at,amount,currency\n{rows}")
    options = ImportOptions(tenant=56, create=NewTenant("Shop", "GBP", "Europe/London"))
    with connect_for_work(app) as work:
        with filled(place), pytest.raises(FailedError, match="no room left"):
            import_orders(work, path, options)
        with psycopg.connect(owner) as looking:
            for table in ("tenant", "customer", "customer_order"):
                assert looking.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,)
        assert import_orders(work, path, options).inserted == ROWS
