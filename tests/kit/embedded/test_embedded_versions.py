"""Other PostgreSQL programs, and the way from one major version to the next."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from kit import embedded
from kit.errors import ConfigurationError, ConflictError

if TYPE_CHECKING:
    World = Any

FIFTEEN = Path("/usr/lib/postgresql/15/bin")
FILL = """
CREATE TABLE customer (tenant_id bigint, id bigint, name text, PRIMARY KEY (tenant_id, id));
INSERT INTO customer SELECT 1, g, 'Zoë ' || g FROM generate_series(1, 1000) g;
ALTER TABLE customer ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON customer
    USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::bigint);
GRANT SELECT ON customer TO cdp_app;
"""
STATE = """
SELECT (SELECT md5(string_agg(c::text, '|' ORDER BY id)) FROM customer c),
       (SELECT tableowner FROM pg_tables WHERE tablename = 'customer'),
       (SELECT count(*) FROM pg_policies),
       (SELECT pg_get_userbyid(datdba) || pg_encoding_to_char(encoding) || datcollate || datctype
        FROM pg_database WHERE datname = 'cdp'),
       (SELECT string_agg(concat(rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin),
                          ' ' ORDER BY rolname)
        FROM pg_roles WHERE rolname NOT LIKE 'pg\\_%')
"""
UPGRADE = """
import sys
from pathlib import Path
from kit import embedded
embedded.upgrade(Path(sys.argv[1]), from_bin=Path(sys.argv[2]))
"""


def one(server: embedded.Server, query: str, role: embedded.Role = "cdp_owner") -> tuple[Any, ...]:
    with psycopg.connect(server.url(role)) as connection:
        row = connection.execute(query.encode()).fetchone()
        assert row is not None
        return row


@pytest.fixture(scope="module")
def older_seed(older_bin: Path) -> Iterator[Path]:
    root = Path(tempfile.mkdtemp(prefix="cdp-older-"))
    root.chmod(0o755)
    with (
        embedded.lease(root / "data", bin_dir=older_bin) as server,
        psycopg.connect(server.url("cdp_owner")) as connection,
    ):
        connection.execute(FILL.encode())
    yield root / "data"
    shutil.rmtree(root)


@pytest.fixture
def older(place: Path, older_seed: Path) -> Path:
    """A data directory that PostgreSQL 16 made, with rows in it."""
    subprocess.run(["cp", "-a", str(older_seed), str(place / "data")], check=True)
    return place / "data"


@pytest.mark.skipif(not FIFTEEN.exists(), reason="needs PostgreSQL 15 in Debian's place")
def test_programs_older_than_16_are_refused(place: Path) -> None:
    with pytest.raises(ConfigurationError, match=r"PostgreSQL 15\.\d+; 16 to 18 are supported"):
        embedded.lease(place / "data", bin_dir=FIFTEEN)
    with pytest.raises(ConfigurationError, match="16 to 18 are supported"):
        embedded.resolve_major(FIFTEEN)


def test_a_directory_without_programs_is_refused(place: Path) -> None:
    with pytest.raises(ConfigurationError, match="CDP_PG_BIN, holds no PostgreSQL"):
        embedded.lease(place / "data", bin_dir=place)


def test_programs_that_do_not_run_are_refused(place: Path) -> None:
    for name in ("postgres", "initdb"):
        (place / name).write_text("#!/bin/sh\necho libfoo.so is missing >&2; exit 127\n")
        (place / name).chmod(0o755)
    with pytest.raises(ConfigurationError, match=r"does not run on this machine: libfoo\.so is missing"):
        embedded.lease(place / "data", bin_dir=place)


def test_the_packaged_programs_are_18_and_others_can_be_named(
    older: Path, older_bin: Path, world: "World"
) -> None:
    assert embedded.resolve_major() == 18
    assert embedded.resolve_major(older_bin) == 16
    with embedded.lease(older, bin_dir=older_bin) as server:
        assert one(server, "SHOW server_version")[0].startswith("16")
    assert world.ends(older)


def test_a_cluster_of_another_version_is_refused_with_the_command(
    older: Path, older_bin: Path, data_dir: Path
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        embedded.lease(older)
    for part in ("made by PostgreSQL 16", "are PostgreSQL 18", "cdp db upgrade --from-bin DIR"):
        assert part in refused.value.message
    with pytest.raises(ConfigurationError, match=r"made by PostgreSQL 18.*Set CDP_PG_BIN"):
        embedded.lease(data_dir, bin_dir=older_bin)


def test_an_upgrade_keeps_everything(older: Path, older_bin: Path, world: "World") -> None:
    with embedded.lease(older, bin_dir=older_bin) as server:
        before = one(server, STATE)
        with pytest.raises(ConflictError, match="in use"):
            embedded.upgrade(older, from_bin=older_bin)
    done = embedded.upgrade(older, from_bin=older_bin)
    assert done == embedded.Upgraded(16, 18, older / "pg18", older / "pg16.old-16")
    assert (done.kept / "PG_VERSION").read_text() == "16\n"
    assert world.ends(older)
    assert not (older / "upgrade").exists()
    with embedded.lease(older) as server:
        assert one(server, "SHOW server_version")[0].startswith("18")
        assert one(server, STATE) == before
        assert one(server, "SELECT count(*) FROM customer", "cdp_app") == (0,)
        assert one(server, "SELECT set_config('app.tenant_id', '1', false)", "cdp_app") == ("1",)
    with pytest.raises(ConfigurationError, match="nothing to upgrade"):
        embedded.upgrade(older, from_bin=older_bin)


@pytest.mark.parametrize(("sign", "count"), [("upgrade/pg18", 1), ("upgrade/pg18/base/*", 4)])
def test_an_upgrade_killed_half_way_can_be_run_again(
    older: Path, older_bin: Path, world: "World", sign: str, count: int
) -> None:
    """Killed when the new cluster is there but empty, and when the database is being restored into it."""
    half = world.python(sys.executable, UPGRADE, older, older_bin)
    assert world.eventually(lambda: len(list(older.glob(sign))) >= count)
    half.kill()
    half.communicate()
    assert not (older / "pg18").exists()
    with embedded.lease(older, bin_dir=older_bin) as server:
        before = one(server, STATE)
    embedded.upgrade(older, from_bin=older_bin)
    with embedded.lease(older) as server:
        assert one(server, STATE) == before
    assert world.ends(older / "upgrade")


def test_an_upgrade_killed_before_its_last_step_is_finished_by_the_next_start(
    older: Path, seed: Path
) -> None:
    """Both clusters are in place: the newer one counts."""
    subprocess.run(["cp", "-a", str(seed / "pg18"), str(older)], check=True)
    with embedded.lease(older) as server:
        assert one(server, "SHOW server_version")[0].startswith("18")
    assert not (older / "pg16").exists()
    assert (older / "pg16.old-16" / "PG_VERSION").exists()


def test_an_upgrade_needs_the_programs_that_made_the_cluster(
    place: Path, older: Path, packaged_bin: Path
) -> None:
    with pytest.raises(ConfigurationError, match="Name the bin directory of a PostgreSQL 16"):
        embedded.upgrade(older, from_bin=packaged_bin)
    with pytest.raises(ConfigurationError, match="There is no database"):
        embedded.upgrade(place / "other", from_bin=packaged_bin)
