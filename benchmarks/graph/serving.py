"""Servers of the graph, each in a process of its own."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.shop import Urls

ROOT = Path(__file__).parent.parent.parent
_OURS = """
import sys, uvicorn
uvicorn.run("app:create", factory=True, port=int(sys.argv[1]), log_level="warning", access_log=False)
"""


class Served(NamedTuple):
    """A server: its port, and the id of its first process."""

    port: int
    pid: int


@contextlib.contextmanager
def ours(urls: Urls, processes: int = 1) -> Iterator[Served]:
    """This project's, over a database."""
    more = {"CDP_DATABASE_URL": urls.app, "CDP_RATE_LIMIT": "off", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", _OURS]
    if processes > 1:
        command = [sys.executable, "-m", "uvicorn", "app:create", "--factory", "--log-level", "warning"]
        command += ["--no-access-log", "--workers", str(processes), "--port"]
    with served(command, more) as found:
        yield found


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
            with contextlib.suppress(OSError):
                urllib.request.urlopen(f"http://127.0.0.1:{port}/graphql?query=%7B__typename%7D").close()
                break
            time.sleep(0.1)
        time.sleep(1.0)
        yield Served(port, process.pid)
    finally:
        process.terminate()
        process.wait()
