"""Which user the server runs as, and what that user can reach.

PostgreSQL refuses to run as root. Started by root it runs as the owner of the cluster that is already there,
else as `postgres`, else as `nobody`; started by anyone else, as that user.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kit.errors import ConfigurationError

if sys.platform != "win32":
    import pwd

CANDIDATES = ("postgres", "nobody")
KEPT = ("PATH", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "DYLD_FALLBACK_LIBRARY_PATH")


def environment() -> dict[str, str]:
    """What PostgreSQL's programs get to see: no PG* variable, no secret of the application, messages in C."""
    return {name: os.environ[name] for name in KEPT if name in os.environ} | {"LC_ALL": "C"}


@dataclass(frozen=True, slots=True)
class Identity:
    """The server's user. `dropped` says that it is not the user of this process, which is root."""

    name: str
    uid: int
    gid: int
    dropped: bool

    def popen(
        self,
        command: Sequence[str],
        *,
        stdin: int | None = subprocess.DEVNULL,
        stdout: int | None = subprocess.PIPE,
        stderr: int | None = subprocess.PIPE,
    ) -> subprocess.Popen[str]:
        """Start a program as this user, outside any directory that the user might not reach."""
        return subprocess.Popen(  # noqa: S603 - a list, no shell; the program is PostgreSQL's or /bin/sh
            command,
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            text=True,
            encoding="utf-8",
            errors="replace",
            cwd="/",
            env=environment(),
            umask=0o077,
            user=self.uid if self.dropped else None,
            group=self.gid if self.dropped else None,
            extra_groups=[] if self.dropped else None,
        )

    def run(self, command: Sequence[str], given: str | None = None) -> subprocess.CompletedProcess[str]:
        """Run a program to its end. The exit code is the caller's to look at."""
        with self.popen(command, stdin=subprocess.PIPE) as process:
            out, err = process.communicate(given)
            return subprocess.CompletedProcess(command, process.returncode, out, err)

    def own(self, path: Path) -> None:
        """Give a directory that was just made inside the data directory to the server's user."""
        if self.dropped:
            os.chown(path, self.uid, self.gid, follow_symlinks=False)

    def can_enter(self, path: Path) -> bool:
        """Tried, not computed from mode bits: access lists and mount options count too."""
        if not self.dropped:
            return os.access(path, os.X_OK)
        return self.run(["/bin/sh", "-c", 'cd -- "$0"', str(path)]).returncode == 0

    def obstacle(self, path: Path) -> Path | None:
        """The first directory on the way to `path` that the user cannot enter."""
        if self.can_enter(path):
            return None
        return next((step for step in (*reversed(path.parents), path) if not self.can_enter(step)), path)


def server_identity(cluster: Path | None) -> Identity:
    """Who runs the server; `cluster` is the directory that exists already, if one does."""
    if os.geteuid() != 0:
        return _self()
    if cluster is not None and (owner := cluster.stat()).st_uid:
        return Identity(_name(owner.st_uid) or str(owner.st_uid), owner.st_uid, owner.st_gid, dropped=True)
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        if entry.pw_uid:
            return Identity(name, entry.pw_uid, entry.pw_gid, dropped=True)
    raise ConfigurationError(
        "PostgreSQL refuses to run as root, and this system has neither a user 'postgres' nor 'nobody' to "
        "run it as. Start as an ordinary user, or set CDP_DATABASE_URL."
    )


def this_process() -> Identity:
    """The user as which this process runs, to ask a program for its version."""
    return Identity("", os.geteuid(), os.getegid(), dropped=False)


def temporary_directories(identity: Identity) -> list[Path]:
    """Where a short socket path may live; root's own TMPDIR can be closed to the server's user."""
    common = Path("/tmp")  # noqa: S108 - only a fresh 0700 directory is made in it
    return [common] if identity.dropped else [Path(tempfile.gettempdir()), common]


def _self() -> Identity:
    name = _name(os.geteuid())
    if name is None:
        raise ConfigurationError(
            f"User id {os.geteuid()} has no entry in the system's user list, which PostgreSQL needs. "
            "Add one, start as root or another user, or set CDP_DATABASE_URL."
        )
    return Identity(name, os.geteuid(), os.getegid(), dropped=False)


def _name(uid: int) -> str | None:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return None
