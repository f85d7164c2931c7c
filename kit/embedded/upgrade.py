"""Carry the database over to a newer major version of PostgreSQL.

By dump and restore and not by pg_upgrade: both servers run under keepers, so nothing is left when this is
killed, and neither a server that was not shut down cleanly, page checksums (on by default since 18) nor
differently built programs stand in the way. It costs the time to write the data and to build the indexes.
"""

import shutil
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from kit.embedded.binaries import Binaries, resolve
from kit.embedded.cluster import Cluster, find, retire_older, retired, sync
from kit.embedded.home import Home
from kit.embedded.idle import await_idle
from kit.embedded.launch import launch
from kit.embedded.lease import join, require_posix, start_lock
from kit.embedded.report import telling
from kit.embedded.server import Server
from kit.errors import ConfigurationError, ConflictError, FailedError

START_PATIENCE = 5.0
STOP_PATIENCE = 120.0
START_TIMEOUT = 600.0
SCRATCH = "upgrade"
DATABASES = "SELECT datname FROM pg_database WHERE datallowconn AND NOT datistemplate ORDER BY datname"


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What an upgrade did: the cluster in use now, and the old one, which may be deleted."""

    from_major: int
    to_major: int
    cluster: Path
    kept: Path


def upgrade(data_dir: Path, *, from_bin: Path, bin_dir: Path | None = None) -> Upgraded:
    """Rebuild the database with the programs in `bin_dir` (the packaged ones); `from_bin` reads the old one.

    The new cluster is built aside and put in place by one rename, so that killed at any moment this leaves
    the old one in use, or the new one complete; run it again. The old cluster is kept beside, renamed.
    """
    require_posix()
    home = Home.prepare(data_dir)
    with start_lock(home, time.monotonic() + START_PATIENCE):
        source, target = resolve(home, from_bin), resolve(home, bin_dir)
        old = _require_upgradable(home, source, target)
        _require_idle(home)
        scratch = _empty_scratch(home)
        made = _rebuild(home, scratch, source, target)
        new = Cluster(home.path / made.path.name, made.major)
        kept = retired(old.path)
        made.path.rename(new.path)
        sync(home.path)
        retire_older(home, new)
        sync(home.path)
        shutil.rmtree(scratch.path, ignore_errors=True)
        return Upgraded(old.major, new.major, new.path, kept)


def _require_upgradable(home: Home, source: Binaries, target: Binaries) -> Cluster:
    old = find(home)
    if old is None:
        raise ConfigurationError(f"There is no database in {home.path}, so there is nothing to upgrade.")
    if old.major >= target.major:
        raise ConfigurationError(
            f"The database in {old.path} was made by PostgreSQL {old.major} and the programs in "
            f"{target.directory} are PostgreSQL {target.major}: there is nothing to upgrade."
        )
    if old.major != source.major:
        raise ConfigurationError(
            f"The database in {old.path} was made by PostgreSQL {old.major}, but the programs in "
            f"{source.directory} are PostgreSQL {source.major}. Name the bin directory of a PostgreSQL "
            f"{old.major}: cdp db upgrade --from-bin DIR"
        )
    return old


def _require_idle(home: Home) -> None:
    """Waits for a server that is shutting down. Nobody new comes: we hold the start lock."""
    if not await_idle(home, time.monotonic() + STOP_PATIENCE):
        raise ConflictError(
            f"The database in {home.path} is in use. Stop every cdp command that uses it, then run the "
            "upgrade again."
        )


def _empty_scratch(home: Home) -> Home:
    path = home.path / SCRATCH
    if path.exists():
        _require_idle(Home.prepare(path, home.identity))
        shutil.rmtree(path)
    return Home.prepare(path, home.identity)


def _rebuild(home: Home, scratch: Home, source: Binaries, target: Binaries) -> Cluster:
    own_target = resolve(scratch, target.directory)
    launched = launch(scratch, own_target, provision=False)
    with (
        join(home, launch(home, source), START_TIMEOUT) as old,
        join(scratch, launched, START_TIMEOUT) as new,
    ):
        Transfer(home, own_target, old, new).run()
    for used in (home, scratch):
        _require_idle(used)
    return launched.cluster


@dataclass(frozen=True, slots=True)
class Transfer:
    """Roles, databases and rows from one running server to another."""

    home: Home
    programs: Binaries
    old: Server
    new: Server

    def run(self) -> None:
        self._roles()
        listed = self._output("psql", self.old, "-X", "-A", "-t", "-d", "postgres", "-c", DATABASES)
        for database in listed.splitlines():
            self._database(database)
        self._output("vacuumdb", self.new, "--all", "--analyze-only", "--quiet")

    def _roles(self) -> None:
        script = self._output("pg_dumpall", self.old, "--globals-only")
        # initdb made this one already.
        lines = [line for line in script.splitlines() if line != "CREATE ROLE postgres;"]
        done = self.home.identity.run(self._psql(), "\n".join(lines) + "\n")
        self._require(done.returncode, done.stderr)

    def _database(self, name: str) -> None:
        create = [] if name == "postgres" else ["--create"]
        quoted = name.replace("\\", "\\\\").replace("'", "\\'")
        dump = self._command("pg_dump", self.old, *create, "-d", f"dbname='{quoted}'")
        identity = self.home.identity
        with (
            tempfile.TemporaryFile("w+", errors="replace") as complaints,
            identity.popen(dump, stderr=complaints.fileno()) as reader,
        ):
            if reader.stdout is None:
                raise FailedError("pg_dump has no output.")
            restore = identity.popen(self._psql(), stdin=reader.stdout.fileno(), stdout=subprocess.DEVNULL)
            with restore as writer:
                reader.stdout.close()
                _, said = writer.communicate()
            reader.wait()
            complaints.seek(0)
            self._require(reader.returncode, complaints.read())
            self._require(writer.returncode, said)

    def _psql(self) -> list[str]:
        return self._command("psql", self.new, "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", "postgres")

    def _output(self, program: str, server: Server, *arguments: str) -> str:
        done = self.home.identity.run(self._command(program, server, *arguments))
        self._require(done.returncode, done.stderr)
        return done.stdout

    def _command(self, program: str, server: Server, *arguments: str) -> list[str]:
        place = ("-h", str(server.socket_dir), "-p", "5432", "-U", "postgres")
        return [self.programs.tool(program), *place, *arguments]

    def _require(self, code: int, said: str) -> None:
        if code != 0:
            raise FailedError(
                f"The upgrade of {self.home.path} did not succeed and has changed nothing: {telling(said)}"
            )
