"""Sudden ends: of the server, of its keeper, of everything, and of half a start."""

import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from kit import embedded
from kit.embedded.cluster import find
from kit.embedded.holder import clear_holder
from kit.embedded.home import Home, newest_cluster
from kit.embedded.identity import server_identity
from kit.errors import ConflictError, UnavailableError
from tests.kit.embedded.conftest import kill

if TYPE_CHECKING:
    World = Any

linux = pytest.mark.skipif(sys.platform != "linux", reason="the kernel's help is Linux's")


def ask(server: embedded.Server, query: str) -> list[tuple[Any, ...]]:
    with psycopg.connect(server.url("cdp_owner")) as connection:
        return connection.execute(query.encode()).fetchall()


def do(server: embedded.Server, statements: str) -> None:
    with psycopg.connect(server.url("cdp_owner")) as connection:
        connection.execute(statements.encode())


class Writer(threading.Thread):
    """Commits rows one by one, through crashes, and remembers which were acknowledged."""

    def __init__(self, lease: embedded.Lease) -> None:
        super().__init__()
        self.lease = lease
        self.acknowledged: list[int] = []
        self.crashes = 0
        self.done = threading.Event()
        self.next = 0

    def run(self) -> None:
        while not self.done.is_set():
            try:
                with psycopg.connect(self.lease.server.url("cdp_owner"), autocommit=True) as connection:
                    self.write(connection)
            except psycopg.OperationalError:
                self.crashes += 1
                self.lease.ensure()

    def write(self, connection: "psycopg.Connection[Any]") -> None:
        while not self.done.is_set():
            self.next += 1
            connection.execute("INSERT INTO written VALUES (%s)", [self.next])
            self.acknowledged.append(self.next)


def test_a_killed_postmaster_comes_back_with_every_acknowledged_row(data_dir: Path, world: "World") -> None:
    lease = embedded.lease(data_dir)
    with lease as server:
        do(server, "DROP TABLE IF EXISTS written; CREATE TABLE written (id bigint)")
        keeper = world.keeper(data_dir)
        writer = Writer(lease)
        writer.start()
        for _ in range(2):
            # New rows come from the server that runs now: until then the one killed before is still named.
            told = len(writer.acknowledged)
            assert world.eventually(lambda told=told: len(writer.acknowledged) > told + 200)
            seen = writer.crashes
            os.kill(world.postmaster(data_dir), signal.SIGKILL)
            assert world.eventually(lambda seen=seen: writer.crashes > seen)
        before = len(writer.acknowledged)
        assert world.eventually(lambda: len(writer.acknowledged) > before + 50)
        writer.done.set()
        writer.join()
        assert world.keeper(data_dir) == keeper
        stored = {row[0] for row in ask(lease.server, "SELECT id FROM written")}
        assert set(writer.acknowledged) <= stored
    assert world.ends(data_dir)


@linux
def test_a_busy_backend_does_not_hold_up_recovery(data_dir: Path, world: "World") -> None:
    lease = embedded.lease(data_dir)
    with lease as server:
        busy = psycopg.connect(server.url())
        backend = busy.info.backend_pid
        busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 100000000000)")
        old = world.postmaster(data_dir)
        os.kill(old, signal.SIGKILL)
        assert world.eventually(lambda: world.postmaster(data_dir) not in (0, old))
        lease.ensure()
        assert ask(lease.server, "SELECT 1") == [(1,)]
        assert backend not in world.processes(data_dir)
        busy.close()


def test_a_killed_keeper_takes_the_server_along_and_ensure_brings_one_back(
    data_dir: Path, world: "World"
) -> None:
    lease = embedded.lease(data_dir)
    with lease:
        do(lease.server, "DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT 1")
        os.kill(world.keeper(data_dir), signal.SIGKILL)
        if sys.platform == "linux":
            assert world.ends(data_dir)
        lease.ensure()
        assert ask(lease.server, "SELECT * FROM kept") == [(1,)]
        again = world.postmaster(data_dir)
        lease.ensure()
        assert world.postmaster(data_dir) == again
    assert world.ends(data_dir)


def test_sigterm_to_the_keeper_is_a_clean_stop(data_dir: Path, world: "World") -> None:
    lease = embedded.lease(data_dir)
    with lease:
        os.kill(world.keeper(data_dir), signal.SIGTERM)
        assert world.ends(data_dir)
        assert (data_dir / "postgres.log").read_text().rstrip().endswith("database system is shut down")
        lease.ensure()
        assert ask(lease.server, "SELECT 1") == [(1,)]


def test_a_start_after_the_sudden_death_of_everything(data_dir: Path, world: "World") -> None:
    user = world.user(data_dir)
    user.stdout.readline()
    kill(world.processes(data_dir))
    user.kill()
    user.communicate()
    assert (data_dir / "pg18" / "postmaster.pid").exists()
    with embedded.lease(data_dir) as server:
        assert ask(server, "SELECT 1") == [(1,)]


@linux
def test_a_start_while_a_backend_of_the_dead_server_is_busy(data_dir: Path, world: "World") -> None:
    """The keeper and the postmaster are gone, one backend still holds the shared memory."""
    user = world.user(data_dir)
    url = user.stdout.readline().strip()
    with closing(psycopg.connect(url)) as busy:
        busy.pgconn.send_query(b"SELECT count(*) FROM generate_series(1, 100000000000)")
        kept = busy.info.backend_pid
        with psycopg.connect(url, autocommit=True) as other:
            query = "SELECT state FROM pg_stat_activity WHERE pid = %s"
            # One that had not begun would see the postmaster die, and leave.
            while other.execute(query, [kept]).fetchone() != ("active",):
                time.sleep(0.01)
        others = {pid: line for pid, line in world.processes(data_dir).items() if pid != kept}
        # All at once: a postmaster that outlived its keeper for a moment would take its backends along.
        kill(others, signal.SIGSTOP)
        kill(others)
        user.kill()
        user.communicate()
        assert kept in world.processes(data_dir)
        with embedded.lease(data_dir) as server:
            assert ask(server, "SELECT 1") == [(1,)]


def test_a_stale_pid_file_that_says_ready_is_not_believed(data_dir: Path, world: "World") -> None:
    """The pid in it is this test's own: alive, and no PostgreSQL."""
    stale = data_dir / "pg18" / "postmaster.pid"
    lines = [os.getpid(), data_dir / "pg18", 1, 5432, data_dir / "socket", "", "1 1", "ready"]
    stale.write_text("\n".join(map(str, lines)) + "\n")
    (data_dir / "keeper.lock").write_text(f"{os.getpid()} {os.getpid()}")
    with embedded.lease(data_dir) as server:
        assert ask(server, "SELECT 1") == [(1,)]
        assert world.postmaster(data_dir) != os.getpid()
    stale.write_text("\n".join(map(str, lines)) + "\n")
    home = Home.prepare(data_dir)
    cluster = find(home)
    assert cluster is not None
    clear_holder(home, cluster)
    assert not stale.exists()


def test_a_stale_pid_file_of_a_dead_server_is_not_taken_for_the_new_one(data_dir: Path) -> None:
    dead = subprocess.Popen(["true"])
    dead.wait()
    lines = [dead.pid, data_dir / "pg18", 1, 5432, data_dir / "socket", "", "1 1", "ready"]
    (data_dir / "pg18" / "postmaster.pid").write_text("\n".join(map(str, lines)) + "\n")
    with embedded.lease(data_dir) as server:
        assert ask(server, "SELECT 1") == [(1,)]


def test_a_server_that_is_not_ours_is_named_and_left_alone(data_dir: Path, packaged_bin: Path) -> None:
    cluster = newest_cluster(data_dir)
    assert cluster is not None
    sockets = f"unix_socket_directories={data_dir / 'socket'}"
    command = [str(packaged_bin / "postgres"), "-D", str(cluster), "-c", "listen_addresses=", "-c", sockets]
    with server_identity(cluster).popen(command, stdout=subprocess.DEVNULL) as foreign:
        assert foreign.stderr is not None
        while "ready to accept" not in foreign.stderr.readline():
            assert foreign.poll() is None
        with pytest.raises(ConflictError, match=f"held by PostgreSQL process {foreign.pid}"):
            embedded.lease(data_dir)
        assert foreign.poll() is None
        foreign.send_signal(signal.SIGINT)
        foreign.stderr.read()


def test_a_failed_start_tells_the_log_in_a_sentence(own_dir: Path, world: "World") -> None:
    with (own_dir / "pg18" / "postgresql.conf").open("a") as file:
        file.write("shared_preload_libraries = 'no_such_library'\n")
    with pytest.raises(UnavailableError, match=r"does not start.*no_such_library") as failed:
        embedded.lease(own_dir)
    assert "Traceback" not in failed.value.message
    assert world.ends(own_dir)


def test_half_a_first_start_is_cleared_away(place: Path) -> None:
    half = place / "data" / "pg18.new-killed"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    with embedded.lease(place / "data") as server:
        assert ask(server, "SELECT 1") == [(1,)]
    assert not half.exists()


def test_a_first_start_killed_half_way_is_begun_anew(place: Path, world: "World") -> None:
    data = place / "data"
    user = world.user(data)
    assert world.eventually(lambda: any(data.glob("pg18.new-*/global/pg_control")))
    user.kill()
    user.communicate()
    assert not (data / "pg18").exists()
    with embedded.lease(data) as server:
        assert ask(server, "SELECT 1") == [(1,)]


def test_the_log_is_bounded(own_dir: Path) -> None:
    log = own_dir / "postgres.log"
    log.write_bytes(b"old\n" * 3_000_000)
    embedded.lease(own_dir).close()
    assert log.stat().st_size < 100_000
    assert (own_dir / "postgres.log.1").stat().st_size <= 8 * 1024 * 1024
