"""Who holds a cluster that no keeper keeps, and what to do about it."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from kit.embedded.cluster import Cluster
from kit.embedded.home import Home
from kit.embedded.locks import PAUSE
from kit.errors import ConflictError

PATIENCE = 5.0


def clear_holder(home: Home, cluster: Cluster) -> None:
    """See to what `postmaster.pid` is about. Only with the keeper lock in hand: no server should run.

    A server of ours that outlived its keeper is stopped. The file of a dead one PostgreSQL sees to itself,
    but not when another program got the dead one's pid, which is usual in containers: then the file goes.
    Any other server is a conflict.
    """
    file = cluster.path / "postmaster.pid"
    end = time.monotonic() + PATIENCE
    told = False
    while (pid := _named(file)) is not None and (words := _command_line(pid)):
        if not _is_postgres_in(cluster, pid, words):
            file.unlink(missing_ok=True)
            return
        if f"cluster_name={home.tag}" not in " ".join(words) or time.monotonic() >= end:
            raise ConflictError(
                f"The database in {cluster.path} is held by PostgreSQL process {pid}, which this program did "
                "not start or cannot stop. End that process, or choose another CDP_DATA_DIR."
            )
        if not told:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGINT)
            told = True
        time.sleep(PAUSE)


def _named(file: Path) -> int | None:
    try:
        first = file.read_text("utf-8", "replace").split("\n")[0]
    except OSError:
        return None
    return abs(int(first)) if first.lstrip("-").isdigit() else None


def _command_line(pid: int) -> list[str]:
    """What runs under a pid; empty when nothing does. A process not waited for yet has one empty word."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_text("utf-8", "replace").split("\0")
        except OSError:
            return []
    command = ["/bin/ps", "-ww", "-o", "command=", "-p", str(pid)]
    done = subprocess.run(command, capture_output=True, check=False, text=True, errors="replace")  # noqa: S603 - a fixed program, a number
    return [done.stdout.strip()] if done.stdout.strip() else []


def _is_postgres_in(cluster: Cluster, pid: int, words: list[str]) -> bool:
    """A postmaster works in its cluster's directory; where that cannot be seen, its name has to do."""
    if sys.platform != "linux":
        return "postgres" in words[0]
    if "postgres" not in Path(words[0]).name:
        return False
    try:
        return Path(f"/proc/{pid}/cwd").samefile(cluster.path)
    except OSError:
        return True
