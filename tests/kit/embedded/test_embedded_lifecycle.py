"""Who starts the server, who shares it and who takes it down."""

import fcntl
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from kit import embedded
from kit.errors import ConfigurationError, UnavailableError

if TYPE_CHECKING:
    World = Any

ROLES = "SELECT rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolcanlogin FROM pg_roles"
DATABASE = """
SELECT pg_get_userbyid(datdba), pg_encoding_to_char(encoding), datcollate, datctype
FROM pg_database WHERE datname = current_database()
"""


def ask(server: embedded.Server, query: str, role: embedded.Role = "cdp_app") -> list[tuple[Any, ...]]:
    with psycopg.connect(server.url(role)) as connection:
        return connection.execute(query.encode()).fetchall()


def leave(process: "subprocess.Popen[str]") -> None:
    process.communicate(timeout=20)


def test_the_first_use_makes_database_and_powerless_roles(place: Path) -> None:
    with embedded.lease(place / "data") as server:
        roles = {row[0]: row[1:] for row in ask(server, ROLES)}
        assert roles["cdp_owner"] == roles["cdp_app"] == (False, False, False, False, True)
        assert ask(server, DATABASE) == [("cdp_owner", "UTF8", "C", "C")]
        for role in ("cdp_app", "cdp_owner", "postgres"):
            assert ask(server, "SELECT current_user, current_database()", role) == [(role, "cdp")]
        assert not list((place / "data").glob("*.new-*"))


def test_the_server_listens_on_a_private_socket_alone_and_syncs(data_dir: Path) -> None:
    with embedded.lease(data_dir) as server:
        names = ("listen_addresses", "fsync", "synchronous_commit", "full_page_writes", "TimeZone")
        shown = [ask(server, f"SHOW {name}")[0][0] for name in names]
        assert shown == ["", "on", "on", "on", "UTC"]
        assert server.socket_dir.stat().st_mode & 0o777 == 0o700


def test_rows_outlive_the_server(data_dir: Path, world: "World") -> None:
    with embedded.lease(data_dir) as server, psycopg.connect(server.url("cdp_owner")) as connection:
        connection.execute("DROP TABLE IF EXISTS kept; CREATE TABLE kept AS SELECT 42 AS n")
    assert world.ends(data_dir)
    with embedded.lease(data_dir) as server:
        assert ask(server, "SELECT n FROM kept", "cdp_owner") == [(42,)]


def test_close_by_the_last_user_returns_when_the_server_is_gone(data_dir: Path, world: "World") -> None:
    lease = embedded.lease(data_dir)
    assert world.servers(data_dir)
    lease.close()
    assert world.servers(data_dir) == {}
    lease.close()


def test_close_leaves_the_server_to_the_others_at_once(
    data_dir: Path, world: "World", monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["kit.embedded.lease"], "STOP_PATIENCE", 3600.0)
    with embedded.lease(data_dir) as server:
        first = world.postmaster(data_dir)
        joined = embedded.lease(data_dir)
        assert joined.server == server
        closing = threading.Thread(target=joined.close, daemon=True)
        closing.start()
        closing.join(20)
        assert not closing.is_alive()
        assert ask(server, "SELECT 1") == [(1,)]
        assert world.postmaster(data_dir) == first


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_a_killed_user_leaves_no_process(data_dir: Path, world: "World", number: signal.Signals) -> None:
    user = world.user(data_dir)
    assert user.stdout.readline().startswith("postgresql://cdp_app@")
    assert len(world.servers(data_dir)) > 1
    user.send_signal(number)
    leave(user)
    assert user.returncode != 0
    assert world.ends(data_dir)


@pytest.mark.parametrize("end", [leave, subprocess.Popen.kill])
def test_two_commands_share_one_server_and_the_last_takes_it_down(
    data_dir: Path, world: "World", end: "Callable[[subprocess.Popen[str]], None]"
) -> None:
    first, second = world.user(data_dir), world.user(data_dir)
    urls = {process.stdout.readline().strip() for process in (first, second)}
    assert len(urls) == 1
    postmaster = world.postmaster(data_dir)
    end(first)
    first.wait(timeout=20)
    with psycopg.connect(urls.pop()) as connection:
        connection.execute("SELECT 1")
        assert world.postmaster(data_dir) == postmaster
    end(second)
    second.wait(timeout=20)
    assert world.ends(data_dir)
    for process in (first, second):
        process.communicate()


def test_commands_that_come_while_others_leave_all_get_a_server(data_dir: Path, world: "World") -> None:
    answers: list[int] = []

    def come_and_go() -> None:
        for _ in range(6):
            with embedded.lease(data_dir) as server:
                answers.append(ask(server, "SELECT 7")[0][0])

    threads = [threading.Thread(target=come_and_go) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [7] * 18
    assert world.ends(data_dir)


def test_a_start_that_takes_too_long_says_what_is_in_the_way(data_dir: Path) -> None:
    with (data_dir / "start.lock").open() as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(UnavailableError, match="Another command is still starting"):
            embedded.lease(data_dir, timeout=0.05)


def test_a_hung_keeper_is_named(data_dir: Path) -> None:
    (data_dir / "keeper.lock").write_text("4242 4243")
    with (data_dir / "keeper.lock").open() as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(UnavailableError, match="held by process 4242"):
            embedded.lease(data_dir, timeout=0.05)


def test_a_closed_lease_is_not_renewed(data_dir: Path) -> None:
    lease = embedded.lease(data_dir)
    lease.ensure()
    lease.close()
    with pytest.raises(RuntimeError, match="closed"):
        lease.ensure()


def test_a_data_directory_that_was_deleted_does_not_break_close(data_dir: Path, world: "World") -> None:
    lease = embedded.lease(data_dir)
    data_dir.rename(data_dir.with_name("elsewhere"))
    lease.close()
    data_dir.with_name("elsewhere").rename(data_dir)
    assert world.ends(data_dir)


def test_elsewhere_than_on_posix_it_says_what_to_set(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    with pytest.raises(ConfigurationError, match="CDP_DATABASE_URL"):
        embedded.lease(place / "data")
