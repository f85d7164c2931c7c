"""Bring a server up under a keeper, or find the one that is up. The start lock is held around all of this."""

import os
import select
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from kit.embedded import keeper
from kit.embedded.binaries import Binaries, remove_stale_copies
from kit.embedded.cluster import Cluster, find_or_create
from kit.embedded.holder import clear_holder
from kit.embedded.home import SOCKET_NAME, Home
from kit.embedded.identity import environment
from kit.embedded.locks import PAUSE, Lock
from kit.embedded.report import tail, telling
from kit.embedded.server import Server, command
from kit.errors import UnavailableError


@dataclass(frozen=True, slots=True)
class Launch:
    """What is needed to start the server of one data directory."""

    home: Home
    binaries: Binaries
    cluster: Cluster

    def server(self, deadline: float) -> Server:
        """The running server; started when there is none. Restarts and shutdowns under way are waited for."""
        with self.home.lock("keeper") as lock:
            while True:
                if lock.try_exclusive():
                    return self._start(lock, deadline)
                if is_ready(lock, self.home, self.cluster) and (found := self.home.socket_dir()):
                    return Server(self.home.path, found)
                if time.monotonic() >= deadline:
                    raise UnavailableError(self._stuck(lock))
                time.sleep(PAUSE)

    def _stuck(self, lock: Lock) -> str:
        holder = next(iter(lock.text().split()), "unknown")
        return (
            f"The database in {self.home.path} is held by process {holder}, which does not get it ready. End "
            f"that process if it hangs. Its log {self.home.log} ends: {telling(tail(self.home.log))}"
        )

    def _start(self, lock: Lock, deadline: float) -> Server:
        clear_holder(self.home, self.cluster)
        remove_stale_copies(self.home, self.binaries)
        socket_dir = self.home.make_socket_dir()
        # PostgreSQL would believe the pid in a dead server's lock file if anything runs under it now.
        for name in (SOCKET_NAME, f"{SOCKET_NAME}.lock"):
            (socket_dir / name).unlink(missing_ok=True)
        written = self.home.log.stat().st_size if self.home.log.exists() else 0
        with self._keeper(lock, socket_dir) as process:
            said = _read(process, deadline)
        if said == b"ready\n":
            return Server(self.home.path, socket_dir)
        log = telling(tail(self.home.log, written))
        if said is None:
            raise UnavailableError(
                f"The database in {self.home.path} is not ready in time; it may be recovering from a crash. "
                f"Try again. Its log {self.home.log} ends: {log}"
            )
        raise UnavailableError(
            f"The database in {self.home.path} does not start. Its log {self.home.log} ends: {log}"
        )

    def _keeper(self, lock: Lock, socket_dir: Path) -> subprocess.Popen[bytes]:
        user = self.home.identity
        owner = (user.uid, user.gid) if user.dropped else (-1, -1)
        scratch = "" if socket_dir.parent == self.home.path else socket_dir
        facts = (self.home.path, self.cluster.path, self.home.tag, scratch, *owner, lock.fileno())
        return subprocess.Popen(  # noqa: S603 - this interpreter, our own script
            [
                *(sys.executable, "-I", "-S", "-W", "ignore", keeper.__file__),
                *map(str, facts),
                *command(self.home, self.binaries, self.cluster, socket_dir),
            ],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=(lock.fileno(),),
            start_new_session=True,
            cwd="/",
            env=environment(),
        )


def launch(home: Home, binaries: Binaries, *, provision: bool = True) -> Launch:
    """Check or create the cluster."""
    return Launch(home, binaries, find_or_create(home, binaries, provision=provision))


def is_ready(lock: Lock, home: Home, cluster: Cluster) -> bool:
    """The server that the keeper named in its lock takes connections.

    It is knocked at, because the files alone can lie: killed with its keeper it leaves them as they were, and
    another command's glance at the lock looks like a keeper for a moment.
    """
    named = lock.text().split()[1:2]
    ready = keeper.ready_pid(str(cluster.path))
    socket_dir = home.socket_dir()
    return ready is not None and named == [str(ready)] and socket_dir is not None and _answers(socket_dir)


def _answers(socket_dir: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as knock:
        knock.setblocking(False)
        try:
            knock.connect(str(socket_dir / SOCKET_NAME))
        except BlockingIOError:  # its queue is full, so it is there
            return True
        except OSError:
            return False
    return True


def _read(process: subprocess.Popen[bytes], deadline: float) -> bytes | None:
    """The keeper's word, empty when it ended without one, None when the deadline passed first."""
    if process.stdout is None:
        return b""
    poll = select.poll()
    poll.register(process.stdout, select.POLLIN)
    if not poll.poll(max(0.0, deadline - time.monotonic()) * 1000):
        return None
    return os.read(process.stdout.fileno(), 64)
