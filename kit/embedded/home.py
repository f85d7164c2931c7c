"""The data directory: what lies where in it, who may enter it.

<data>/             as root: root's, group of the server's user, 0750; else the user's, 0700
├── pg18/           the cluster of PostgreSQL 18, 0700, the server user's
├── pg16.old-16/    what an upgrade left beside
├── socket/         the Unix socket, 0700, the server user's (or socket.path names another directory)
├── binaries-.../   a copy of PostgreSQL's programs, when the server's user cannot reach the installed ones
├── upgrade/        an upgrade at work
├── postgres.log    the server's log, bounded
└── start.lock, users.lock, keeper.lock
"""

import hashlib
import os
import re
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from kit.embedded.identity import Identity, server_identity, temporary_directories
from kit.embedded.locks import Lock
from kit.errors import ConfigurationError

SOCKET_NAME = ".s.PGSQL.5432"
# sockaddr_un holds 104 bytes on macOS and 108 on Linux, the closing NUL included.
SOCKET_PATH_LIMIT = 100
CLUSTER_NAME = re.compile(r"pg([1-9][0-9])")


def default_data_dir() -> Path:
    """Where the data live when CDP_DATA_DIR does not say."""
    if sys.platform != "win32" and os.geteuid() == 0:
        return Path("/var/lib/cdp")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "cdp"
    named = Path(os.environ.get("XDG_DATA_HOME", ""))
    return (named if named.is_absolute() else Path.home() / ".local" / "share") / "cdp"


@dataclass(frozen=True, slots=True)
class Home:
    """A prepared data directory and the user that the server runs as in it."""

    path: Path
    identity: Identity

    @classmethod
    def prepare(cls, data_dir: Path, identity: Identity | None = None) -> "Home":
        """Make or check the data directory; nothing outside it is changed."""
        path = data_dir.expanduser().resolve()
        try:
            home = cls(path, identity or server_identity(newest_cluster(path)))
            home._make()
        except PermissionError as error:
            raise ConfigurationError(
                f"The data directory {path} cannot be used: {error.filename or path} is closed to this user. "
                "Choose another CDP_DATA_DIR."
            ) from None
        except (NotADirectoryError, FileExistsError):
            raise ConfigurationError(
                f"{path} cannot be the data directory: a file is in its place or on the way to it. "
                "Choose another CDP_DATA_DIR."
            ) from None
        return home

    @property
    def log(self) -> Path:
        return self.path / "postgres.log"

    @property
    def tag(self) -> str:
        """The cluster_name, by which `ps` and the keeper know the server's processes."""
        return "cdp-" + hashlib.sha256(os.fsencode(self.path)).hexdigest()[:12]

    def lock(self, name: str) -> Lock:
        try:
            return Lock(self.path / f"{name}.lock")
        except OSError as error:
            raise ConfigurationError(
                f"{self.path / name}.lock cannot be opened ({error.strerror}): the data directory belongs to "
                "another user. Choose another CDP_DATA_DIR."
            ) from None

    def socket_dir(self) -> Path | None:
        """The directory of the socket, when it is there and nobody else's."""
        inside = self.path / "socket"
        if _short(inside):
            return inside if self._is_ours(inside) else None
        try:
            kept = Path((self.path / "socket.path").read_text("utf-8"))
        except FileNotFoundError:
            return None
        return kept if self._is_ours(kept) else None

    def make_socket_dir(self) -> Path:
        """The directory of the socket; a fresh one where there is none to trust."""
        if (found := self.socket_dir()) is not None:
            return found
        inside = self.path / "socket"
        if _short(inside):
            inside.mkdir(mode=0o700, exist_ok=True)
            inside.chmod(0o700)
            self.identity.own(inside)
            return inside
        roots = [root for root in temporary_directories(self.identity) if _short(root / "cdp-12345678")]
        made = Path(tempfile.mkdtemp(prefix="cdp-", dir=roots[0]))
        self.identity.own(made)
        note = self.path / "socket.path.new"
        note.write_text(str(made), "utf-8")
        note.replace(self.path / "socket.path")
        return made

    def _make(self) -> None:
        standing = next(step for step in (self.path, *self.path.parents) if step.exists())
        if not standing.is_dir():
            raise NotADirectoryError(standing)
        self._require_entry(standing)
        for step in reversed([p for p in self.path.parents if not p.exists()]):
            step.mkdir(exist_ok=True)
            if self.identity.dropped:
                step.chmod(0o755)
        self.path.mkdir(mode=0o700, exist_ok=True)
        if not any(self.path.iterdir()):
            self._close_to_others()
        self._require_entry(self.path)
        if self.path.stat().st_mode & stat.S_IWOTH:
            raise ConfigurationError(
                f"The data directory {self.path} is not empty and everyone may write to it. "
                "Choose another CDP_DATA_DIR."
            )

    def _close_to_others(self) -> None:
        if self.identity.dropped:
            os.chown(self.path, 0, self.identity.gid)
        self.path.chmod(0o750 if self.identity.dropped else 0o700)

    def _require_entry(self, path: Path) -> None:
        obstacle = self.identity.obstacle(path)
        if obstacle is None:
            return
        hint = " such as /var/lib/cdp" if self.identity.dropped else ""
        raise ConfigurationError(
            f"The database server runs as user '{self.identity.name}', who cannot enter {obstacle}, so it "
            f"cannot reach the data directory {self.path}. Choose another CDP_DATA_DIR{hint}."
        )

    def _is_ours(self, path: Path) -> bool:
        try:
            found = path.lstat()
        except FileNotFoundError:
            return False
        return (
            stat.S_ISDIR(found.st_mode)
            and found.st_uid == self.identity.uid
            and stat.S_IMODE(found.st_mode) == 0o700
        )


def newest_cluster(data_dir: Path) -> Path | None:
    """The cluster directory of the highest version: the one that counts."""
    if not data_dir.is_dir():
        return None
    found = [path for path in data_dir.iterdir() if CLUSTER_NAME.fullmatch(path.name) and path.is_dir()]
    return max(found, key=lambda path: path.name, default=None)


def _short(directory: Path) -> bool:
    """libpq reads a comma in a host as a list of hosts, so such a path does not fit either."""
    raw = os.fsencode(directory / SOCKET_NAME)
    return len(raw) <= SOCKET_PATH_LIMIT and b"," not in raw
