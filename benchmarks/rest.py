"""REST v2 over uvicorn, against a bare Starlette that answers the same bytes, in one run.

python -m benchmarks.rest [CUSTOMERS ...]

Needs wrk (`apt-get install wrk`), which asks over 32 connections. Each round asks the bare one, then ours;
figures are medians over the rounds, ratios too. Both are asked for a thousand customers' profiles in turn.
"""

import contextlib
import os
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.processing import process_in_child
from benchmarks.shop import TENANT, Urls, database, fill

ROOT = Path(__file__).parent.parent
SIZES = (10_000, 1_000_000)
ROUNDS, SECONDS, CONNECTIONS, CUSTOMERS = 5, 4, 32, 1_000
RFM = f"/api/v2/cdp/analytics/rfm?tenant_id={TENANT}"
PROFILE = f"/api/v2/cdp/customers/%d/profile?tenant_id={TENANT}"
AIMS = {"rfm": 0.5, "profile": 0.4}

_BARE = """
import sys, uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

answers = {name: open(file, "rb").read() for name, file in zip(("rfm", "profile"), sys.argv[2:])}

async def rfm(request):
    return Response(answers["rfm"], media_type="application/json")

async def profile(request):
    return Response(answers["profile"], media_type="application/json")

app = Starlette(routes=[
    Route("/api/v2/cdp/analytics/rfm", rfm),
    Route("/api/v2/cdp/customers/{customerId}/profile", profile),
])
uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", access_log=False)
"""
_OURS = """
import sys, uvicorn
uvicorn.run("app:create", factory=True, port=int(sys.argv[1]), log_level="warning", access_log=False)
"""
_PATHS = """
local at = 0
request = function()
  at = at % {customers} + 1
  return wrk.format("GET", string.format("{path}", at))
end
"""


class Measured(NamedTuple):
    """What wrk found: answers a second, and milliseconds that half and 99 % of them took at most."""

    rate: float
    p50: float
    p99: float


def main(sizes: list[int]) -> None:
    if shutil.which("wrk") is None:
        sys.exit("This needs wrk: apt-get install wrk")
    print(
        f"{'customers':>10} {'path':>8} {'bytes':>7} {'bare/s':>8} {'ours/s':>8} {'ratio':>6} {'aim':>5} "
        f"{'p50 ms':>7} {'p99 ms':>7} {'p99/p50':>8}"
    )
    with database() as urls:
        for customers in sizes:
            fill(urls, customers)
            process_in_child(urls)
            measure(urls, customers)


def measure(urls: Urls, customers: int) -> None:
    """Print the figures of both paths for the shop that is in the database."""
    with tempfile.TemporaryDirectory() as place, served(_OURS, urls) as ours:
        answers = {"rfm": fetch(ours, RFM), "profile": fetch(ours, PROFILE % 1)}
        files = [Path(place) / name for name in answers]
        for file, content in zip(files, answers.values(), strict=True):
            file.write_bytes(content)
        with served(_BARE, urls, *map(str, files)) as bare:
            for name, path in (("rfm", RFM), ("profile", PROFILE)):
                script = Path(place) / f"{name}.lua"
                script.write_text(_PATHS.format(path=path, customers=CUSTOMERS))
                report(customers, name, len(answers[name]), rounds(bare, ours, script))


def rounds(bare: int, ours: int, script: Path) -> list[tuple[Measured, Measured]]:
    """So many rounds of the bare one and ours, after one that warms both up."""
    return [(ask(bare, script), ask(ours, script)) for _ in range(ROUNDS + 1)][1:]


def report(customers: int, name: str, size: int, found: list[tuple[Measured, Measured]]) -> None:
    rates = [statistics.median(each.rate for each in side) for side in zip(*found, strict=True)]
    ratio = statistics.median(ours.rate / bare.rate for bare, ours in found)
    p50, p99 = (statistics.median(getattr(ours, part) for _, ours in found) for part in ("p50", "p99"))
    spread = statistics.median(ours.p99 / ours.p50 for _, ours in found)
    print(
        f"{customers:>10,} {name:>8} {size:>7,} {rates[0]:>8,.0f} {rates[1]:>8,.0f} {ratio:>6.2f} "
        f"{AIMS[name]:>5} {p50:>7.1f} {p99:>7.1f} {spread:>8.1f}",
        flush=True,
    )


def ask(port: int, script: Path) -> Measured:
    """Ask for some seconds. Exits if any answer was no success."""
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--latency", "-s", str(script)]
    told = subprocess.run(
        [*command, f"http://127.0.0.1:{port}"], check=True, capture_output=True, text=True
    ).stdout
    if "Non-2xx" in told or "Socket errors" in told:
        sys.exit(told)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    times = {share: _milliseconds(told, share) for share in ("50", "99")}
    return Measured(float(rate[1]) if rate else 0.0, times["50"], times["99"])


def _milliseconds(told: str, share: str) -> float:
    found = re.search(rf"{share}%\s+([\d.]+)(us|ms|s)\b", told)
    if found is None:
        sys.exit(told)
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]]


def fetch(port: int, path: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
        content: bytes = answer.read()
        return content


@contextlib.contextmanager
def served(program: str, urls: Urls, *arguments: str) -> Iterator[int]:
    """A server in a process of its own; yields its port once it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = os.environ | {
        "CDP_DATABASE_URL": urls.app,
        "CDP_RATE_LIMIT": "off",
        "PYTHONPATH": str(ROOT),
    }
    process = subprocess.Popen([sys.executable, "-c", program, str(port), *arguments], env=environment)
    try:
        for _ in range(300):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            time.sleep(0.1)
        yield port
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]] or list(SIZES))
