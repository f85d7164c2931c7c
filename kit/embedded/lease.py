"""The right to use the database for a while. Who holds one keeps the server up."""

import contextlib
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType

from kit.embedded.binaries import resolve
from kit.embedded.home import Home
from kit.embedded.idle import await_idle
from kit.embedded.launch import Launch, is_ready, launch
from kit.embedded.locks import Lock
from kit.embedded.server import Server
from kit.errors import ConfigurationError, UnavailableError

STOP_PATIENCE = 5.0


class Lease:
    """A shared lock on `users.lock` and the server that it keeps up. Made by `lease()`."""

    def __init__(self, launched: Launch, users: Lock, server: Server, timeout: float) -> None:
        self.server = server
        self._launched = launched
        self._users = users
        self._timeout = timeout
        self._closed = False

    def ensure(self) -> None:
        """Wait for the server if it is restarting, and start a keeper if the keeper is gone.

        Costs two small reads when all is well, so it can be called whenever a connection fails. Afterwards
        `server` is the one to connect to; it changes only if the socket's directory was lost.
        """
        if self._closed:
            raise RuntimeError("The lease is closed.")
        home = self._launched.home
        with home.lock("keeper") as keeper:
            if not keeper.try_shared() and is_ready(keeper, home, self._launched.cluster):
                return
        deadline = time.monotonic() + self._timeout
        with start_lock(home, deadline):
            self.server = self._launched.server(deadline)

    def close(self) -> None:
        """Give the database up. The last user waits, for a few seconds at most, until the server is gone."""
        if self._closed:
            return
        self._closed = True
        self._users.close()
        with contextlib.suppress(ConfigurationError):  # the data directory was deleted meanwhile
            await_idle(self._launched.home, time.monotonic() + STOP_PATIENCE)

    def __enter__(self) -> Server:
        return self.server

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def lease(data_dir: Path, *, bin_dir: Path | None = None, timeout: float = 60.0) -> Lease:
    """Use the database in `data_dir`: join the server that runs there, or start it.

    The first use makes the cluster, the database `cdp` and the roles `cdp_owner` and `cdp_app`, neither of
    which may pass row-level security by. `bin_dir` names PostgreSQL 16 to 18 programs to use instead of the
    packaged ones.
    """
    require_posix()
    deadline = time.monotonic() + timeout
    home = Home.prepare(data_dir)
    with start_lock(home, deadline):
        return join(home, launch(home, resolve(home, bin_dir)), timeout)


def join(home: Home, launched: Launch, timeout: float) -> Lease:
    """A lease, by a caller that holds the start lock."""
    deadline = time.monotonic() + timeout
    with ExitStack() as undo:
        users = undo.enter_context(home.lock("users"))
        if not users.shared(deadline):
            raise UnavailableError(
                f"The database in {home.path} has been shutting down for {timeout:.0f} seconds. Try again; "
                f"its log is {home.log}."
            )
        server = launched.server(deadline)
        undo.pop_all()
    return Lease(launched, users, server, timeout)


def start_lock(home: Home, deadline: float) -> Lock:
    """One command at a time starts, creates or upgrades; the others wait for it."""
    lock = home.lock("start")
    if not lock.exclusive(deadline):
        lock.close()
        raise UnavailableError(
            f"Another command is still starting or upgrading the database in {home.path}. Try again later."
        )
    return lock


def require_posix() -> None:
    """The launcher rests on flock, sessions and Unix sockets."""
    if sys.platform == "win32":
        raise ConfigurationError(
            "The built-in database runs on Linux and macOS only. Set CDP_DATABASE_URL to a PostgreSQL server."
        )
