"""PostGraphile over the same tables: what the graph is measured against."""

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from benchmarks.serving import Served, served
from benchmarks.shop import TENANT, Urls

_HERE = Path(__file__).parent


@contextlib.contextmanager
def theirs(urls: Urls, processes: int = 1) -> Iterator[Served]:
    """PostGraphile over the same tables, once `install` has been called."""
    command = [str(_HERE / "node_modules" / ".bin" / "node"), str(_HERE / "server.mjs")]
    more = {"NODE_ENV": "production", "GRAPHILE_ENV": "production"}
    with served(command, more, urls.app, str(TENANT), str(processes)) as found:
        yield found


def install() -> None:
    """Install PostGraphile as its lock says, unless it is there. Exits where npm is missing."""
    if shutil.which("npm") is None:
        sys.exit("This needs npm.")
    lock, installed = _HERE / "package-lock.json", _HERE / "node_modules" / ".installed"
    if not installed.exists() or installed.read_bytes() != lock.read_bytes():
        subprocess.run(["npm", "ci", "--loglevel=error"], cwd=_HERE, check=True)
        shutil.copyfile(lock, installed)
