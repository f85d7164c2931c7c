"""Servers that are measured, each in processes of its own."""

import contextlib
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.shop import Urls

ROOT = Path(__file__).parent.parent
_OURS = """
import sys, uvicorn
from commands.serving import server_options
from kit.config import load
app, port, processes = sys.argv[1], *map(int, sys.argv[2:])
uvicorn.run(app, factory=True, workers=processes, **server_options(load(), "127.0.0.1", port))
"""


class Served(NamedTuple):
    """A server: its port, and the id of its first process."""

    port: int
    pid: int


@contextlib.contextmanager
def ours(urls: Urls, processes: int = 1, app: str = "app:create") -> Iterator[Served]:
    """This project's over a database, as `cdp serve` serves; `app`: what makes the application."""
    more = {"CDP_DATABASE_URL": urls.app, "CDP_RATE_LIMIT": "off", "PYTHONPATH": str(ROOT)}
    with served([sys.executable, "-c", _OURS, app], more, str(processes)) as found:
        yield found


@contextlib.contextmanager
def served(command: list[str], more: dict[str, str], *arguments: str) -> Iterator[Served]:
    """A server in processes of its own; yielded once it answers. Exits where it ends before."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    process = subprocess.Popen(
        [*command, str(port), *arguments], env=os.environ | more, cwd=ROOT, stdout=subprocess.DEVNULL
    )
    try:
        for _ in range(300):
            if _answers(port) or process.poll() is not None:
                break
            time.sleep(0.1)
        if process.poll() is not None:
            sys.exit(f"{command[0]} has ended with {process.returncode}.")
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
