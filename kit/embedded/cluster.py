"""The cluster: PostgreSQL's own directory with the database `cdp` and the roles that use it."""

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from kit.embedded.binaries import Binaries
from kit.embedded.home import Home, newest_cluster
from kit.embedded.report import telling
from kit.errors import ConfigurationError, UnavailableError

DATABASE = "cdp"
LOCALE = ("--encoding=UTF8", "--locale=C")
# Sorts like C, and folds the case of all letters: lower() of an e-mail needs it. New in PostgreSQL 17.
UNICODE_LOCALE = ("--locale-provider=builtin", "--builtin-locale=C.UTF-8")
FIRST_WITH_UNICODE = 17
POWERLESS = "NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB"
PROVISION = (
    f"CREATE ROLE cdp_owner LOGIN {POWERLESS}",
    f"CREATE ROLE cdp_app LOGIN {POWERLESS}",
    f"CREATE DATABASE {DATABASE} OWNER cdp_owner",
)


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster directory and the major version that made it."""

    path: Path
    major: int


def find(home: Home) -> Cluster | None:
    """The cluster of the data directory, if there is one."""
    path = newest_cluster(home.path)
    if path is None:
        return None
    try:
        return Cluster(path, int((path / "PG_VERSION").read_text("ascii")))
    except (OSError, ValueError):
        raise ConfigurationError(
            f"{path} is not a PostgreSQL cluster: it has no readable PG_VERSION. Restore it, or move it away "
            "to start with an empty database."
        ) from None


def find_or_create(home: Home, binaries: Binaries, *, provision: bool = True) -> Cluster:
    """The cluster to run with `binaries`; refuses one that another major version made."""
    found = find(home)
    if found is None:
        return _create(home, binaries, provision=provision)
    if found.major != binaries.major:
        raise ConfigurationError(_mismatch(found, binaries))
    retire_older(home, found)
    return found


def retire_older(home: Home, current: Cluster) -> None:
    """Finish what a killed upgrade left: its last step names the old cluster `<name>.old-<major>`."""
    for path in home.path.glob("pg[1-9][0-9]"):
        if path != current.path:
            path.rename(retired(path))


def retired(cluster: Path) -> Path:
    """A free name for the cluster that an upgrade leaves behind."""
    name = f"{cluster.name}.old-{cluster.name.removeprefix('pg')}"
    free = (cluster.with_name(name + suffix) for suffix in ("", *(f".{n}" for n in range(2, 1000))))
    return next(path for path in free if not path.exists())


def sync(directory: Path) -> None:
    """Make a rename in this directory last through a power cut."""
    fd = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)


def _mismatch(found: Cluster, binaries: Binaries) -> str:
    facts = (
        f"The database in {found.path} was made by PostgreSQL {found.major}, but the programs in "
        f"{binaries.directory} are PostgreSQL {binaries.major}."
    )
    if found.major > binaries.major:
        return f"{facts} Set CDP_PG_BIN to the bin directory of a PostgreSQL {found.major}, or unset it."
    return (
        f"{facts} To migrate it run: cdp db upgrade --from-bin DIR  (DIR is the bin directory of "
        f"PostgreSQL {found.major}; the old cluster is kept)."
    )


def _create(home: Home, binaries: Binaries, *, provision: bool) -> Cluster:
    """initdb beside, then one rename: a killed one leaves nothing that could pass for a cluster.

    Roles and database are made in single-user mode before the rename, so whoever sees a cluster sees a
    complete one, and nothing has to be remembered or repeated.
    """
    name = f"pg{binaries.major}"
    for leftover in home.path.glob("pg*.new-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    fresh = Path(tempfile.mkdtemp(prefix=f"{name}.new-", dir=home.path))
    home.identity.own(fresh)
    initdb = [binaries.tool("initdb"), "-D", str(fresh)]
    locale = LOCALE if binaries.major < FIRST_WITH_UNICODE else LOCALE + UNICODE_LOCALE
    quick = ["--auth=trust", "--username=postgres", "--no-sync", "--no-instructions"]
    try:
        _run(home, [*initdb, *locale, *quick])
        if provision:
            single = [binaries.tool("postgres"), "--single", "-D", str(fresh), "-c", "exit_on_error=on"]
            _run(home, [*single, "-c", "fsync=off", "postgres"], "".join(f"{line}\n" for line in PROVISION))
        _run(home, [*initdb, "--sync-only"])
    except BaseException:
        shutil.rmtree(fresh, ignore_errors=True)
        raise
    fresh.rename(home.path / name)
    sync(home.path)
    return Cluster(home.path / name, binaries.major)


def _run(home: Home, command: list[str], given: str | None = None) -> None:
    done = home.identity.run(command, given)
    if done.returncode != 0:
        raise UnavailableError(f"The database could not be created in {home.path}: {telling(done.stderr)}")
