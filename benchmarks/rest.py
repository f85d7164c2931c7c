"""REST v2 over uvicorn, against a bare Starlette that answers the same bytes, in one run.

python -m benchmarks.rest [CUSTOMERS ...]

Needs wrk (`apt-get install wrk`), which asks over 32 connections. Each round asks the bare one, then ours;
figures are medians over the rounds, ratios too. Both are asked for a thousand customers' profiles in turn.
"""

import statistics
import sys
import tempfile
import urllib.request
from pathlib import Path

from benchmarks.processing import process_in_child
from benchmarks.serving import ours, served
from benchmarks.shop import TENANT, Urls, database, fill
from benchmarks.wrk import Measured, ask, getting, require

SIZES = (10_000, 1_000_000)
ROUNDS, SECONDS, CUSTOMERS = 5, 4, 1_000
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


def main(sizes: list[int]) -> None:
    require()
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
    with tempfile.TemporaryDirectory() as place, ours(urls) as mine:
        answers = {"rfm": fetch(mine.port, RFM), "profile": fetch(mine.port, PROFILE % 1)}
        files = [Path(place) / name for name in answers]
        for file, content in zip(files, answers.values(), strict=True):
            file.write_bytes(content)
        with served([sys.executable, "-c", _BARE], {}, *map(str, files)) as bare:
            for name, path in (("rfm", RFM), ("profile", PROFILE)):
                found = rounds(bare.port, mine.port, getting(path, CUSTOMERS))
                report(customers, name, len(answers[name]), found)


def rounds(bare: int, mine: int, script: str) -> list[tuple[Measured, Measured]]:
    """So many rounds of the bare one and ours, after one that warms both up."""
    return [(ask(bare, script, SECONDS), ask(mine, script, SECONDS)) for _ in range(ROUNDS + 1)][1:]


def report(customers: int, name: str, size: int, found: list[tuple[Measured, Measured]]) -> None:
    rates = [statistics.median(each.rate for each in side) for side in zip(*found, strict=True)]
    ratio = statistics.median(mine.rate / bare.rate for bare, mine in found)
    p50, p99 = (statistics.median(getattr(mine, part) for _, mine in found) for part in ("p50", "p99"))
    spread = statistics.median(mine.p99 / mine.p50 for _, mine in found)
    print(
        f"{customers:>10,} {name:>8} {size:>7,} {rates[0]:>8,.0f} {rates[1]:>8,.0f} {ratio:>6.2f} "
        f"{AIMS[name]:>5} {p50:>7.1f} {p99:>7.1f} {spread:>8.1f}",
        flush=True,
    )


def fetch(port: int, path: str) -> bytes:
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}") as answer:
        content: bytes = answer.read()
        return content


if __name__ == "__main__":
    main([int(each) for each in sys.argv[1:]] or list(SIZES))
