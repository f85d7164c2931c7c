"""Servers of the graph, each in processes of its own."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.shop import TENANT, Urls

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
_OURS = """
import sys, uvicorn
from commands.serving import server_options
from kit.config import load
port, processes = map(int, sys.argv[1:])
uvicorn.run("app:create", factory=True, workers=processes, **server_options(load(), "127.0.0.1", port))
"""


class Served(NamedTuple):
    """A server: its port, and the id of its first process."""

    port: int
    pid: int


@contextlib.contextmanager
def ours(urls: Urls, processes: int = 1) -> Iterator[Served]:
    """This project's over a database, as `cdp serve` serves."""
    more = {"CDP_DATABASE_URL": urls.app, "CDP_RATE_LIMIT": "off", "PYTHONPATH": str(ROOT)}
    with served([sys.executable, "-c", _OURS], more, str(processes)) as found:
        yield found


@contextlib.contextmanager
def theirs(urls: Urls, processes: int = 1) -> Iterator[Served]:
    """PostGraphile over the same tables, once `install` has been called."""
    command = [str(HERE / "node_modules" / ".bin" / "node"), str(HERE / "server.mjs")]
    more = {"NODE_ENV": "production", "GRAPHILE_ENV": "production"}
    with served(command, more, urls.app, str(TENANT), str(processes)) as found:
        yield found


def install() -> None:
    """Install PostGraphile as its lock says, unless it is there. Exits where npm or wrk is missing."""
    for need in ("wrk", "npm"):
        if shutil.which(need) is None:
            sys.exit(f"This needs {need}.")
    lock, installed = HERE / "package-lock.json", HERE / "node_modules" / ".installed"
    if not installed.exists() or installed.read_bytes() != lock.read_bytes():
        subprocess.run(["npm", "ci", "--loglevel=error"], cwd=HERE, check=True)
        shutil.copyfile(lock, installed)


@contextlib.contextmanager
def served(command: list[str], more: dict[str, str], *arguments: str) -> Iterator[Served]:
    """A server in a process of its own; yielded once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    process = subprocess.Popen(
        [*command, str(port), *arguments], env=os.environ | more, cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        for _ in range(300):
            if _answers(port):
                break
            time.sleep(0.1)
        time.sleep(1.0)
        yield Served(port, process.pid)
    finally:
        process.terminate()
        process.wait()


def _answers(port: int) -> bool:
    """Whether something answers there, if only that it takes no GET."""
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/graphql?query=%7B__typename%7D").close()
    except urllib.error.HTTPError as refusal:
        refusal.close()
    except OSError:
        return False
    return True
