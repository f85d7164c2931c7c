"""The graph over HTTP against PostGraphile v5 on the same tables, in one run.

python -m benchmarks.graph [CUSTOMERS]

Needs wrk, and Node with npm: the first run installs PostGraphile, and the Node it wants, beside this file.
Both servers read as the application's role under row-level security, in production mode; answers are compared
before they are timed. Each round asks them in turn over 32 connections; figures are medians.
"""

import contextlib
import json
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
from typing import Any, NamedTuple

import psycopg

from benchmarks.graph.queries import QUESTIONS, Question
from benchmarks.processing import process_in_child
from benchmarks.shop import TENANT, Urls, database, fill

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
ROUNDS, SECONDS, CONNECTIONS = 5, 4, 32
_OURS = """
import sys, uvicorn
uvicorn.run("app:create", factory=True, port=int(sys.argv[1]), log_level="warning", access_log=False)
"""
_DRESSED = (
    "UPDATE customer SET email = 'c' || id || '@example.com', first_name = 'Ana ' || id % 89, "
    "last_name = 'García ' || id % 97, phone = '+54 11 ' || 40000000 + id, created_at = '2024-01-01'",
    "VACUUM ANALYZE customer",
)


class Measured(NamedTuple):
    """What wrk found: answers a second, and milliseconds that half and 99 % of them took at most."""

    rate: float
    p50: float
    p99: float


def main(customers: int) -> None:
    for need in ("wrk", "npm"):
        if shutil.which(need) is None:
            sys.exit(f"This needs {need}.")
    _install()
    with database() as urls:
        orders = fill(urls, customers)
        with psycopg.connect(urls.owner, autocommit=True) as owner:
            for statement in _DRESSED:
                owner.execute(statement)
            owner.execute((HERE / "standing_score.sql").read_text())
        process_in_child(urls)
        print(f"{customers:,} customers, {orders:,} orders; one process each, {CONNECTIONS} connections")
        for processes in (1, 2):
            measure(urls, processes)


def measure(urls: Urls, processes: int) -> None:
    """Print the figures of all questions, with so many processes on each side."""
    print(f"{processes} process{'es' if processes > 1 else ''} each")
    print(f"{'':42} {'ours/s':>8} {'theirs/s':>8} {'ratio':>6} {'aim':>5} {'p99 ms':>8} {'theirs':>8}")
    with _ours(urls, processes) as ours, _theirs(urls, processes) as theirs:
        for question in QUESTIONS:
            _compare(question, ours, theirs)
            found = [(_ask(ours, question.ours), _ask(theirs, question.theirs)) for _ in range(ROUNDS + 1)][
                1:
            ]
            _report(question, found)


def _compare(question: Question, ours: int, theirs: int) -> None:
    mine = sorted(map(repr, question.facts(_answer(ours, question.ours))))
    others = sorted(map(repr, question.their_facts(_answer(theirs, question.theirs))))
    if mine != others:
        different = next((pair for pair in zip(mine, others, strict=False) if pair[0] != pair[1]), None)
        sys.exit(f"{question.name}: {len(mine)} facts against {len(others)}: {different}")


def _answer(port: int, query: str) -> Any:
    body = json.dumps({"query": query}).encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql", body, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        content = json.load(answer)
    if "errors" in content:
        sys.exit(json.dumps(content["errors"])[:1_000])
    return content["data"]


def _report(question: Question, found: list[tuple[Measured, Measured]]) -> None:
    mine, others = (statistics.median(each.rate for each in side) for side in zip(*found, strict=True))
    ratio = statistics.median(ours.rate / theirs.rate for ours, theirs in found)
    p99 = [statistics.median(each.p99 for each in side) for side in zip(*found, strict=True)]
    print(
        f"{question.name:42} {mine:>8,.0f} {others:>8,.0f} {ratio:>6.2f} {question.aim:>5} "
        f"{p99[0]:>8.1f} {p99[1]:>8.1f}",
        flush=True,
    )


def _ask(port: int, query: str) -> Measured:
    """Ask for some seconds. Exits if any answer was no success."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        body = json.dumps({"query": query})
        script.write(
            f'wrk.method = "POST"\nwrk.body = {json.dumps(body)}\n'
            'wrk.headers["Content-Type"] = "application/json"\n'
        )
        script.flush()
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--timeout", "30s", "--latency"]
        told = subprocess.run(
            [*command, "-s", script.name, f"http://127.0.0.1:{port}/graphql"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
    if "Non-2xx" in told or "Socket errors" in told:
        sys.exit(told)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", told)
    return Measured(float(rate[1]) if rate else 0.0, _milliseconds(told, "50"), _milliseconds(told, "99"))


def _milliseconds(told: str, share: str) -> float:
    found = re.search(rf"{share}%\s+([\d.]+)(us|ms|s)\b", told)
    if found is None:
        sys.exit(told)
    return float(found[1]) * {"us": 0.001, "ms": 1.0, "s": 1000.0}[found[2]]


def _install() -> None:
    """Install what the lock says, unless it is there already."""
    lock, installed = HERE / "package-lock.json", HERE / "node_modules" / ".installed"
    if not installed.exists() or installed.read_bytes() != lock.read_bytes():
        subprocess.run(["npm", "ci", "--loglevel=error"], cwd=HERE, check=True)
        shutil.copyfile(lock, installed)


@contextlib.contextmanager
def _ours(urls: Urls, processes: int) -> Iterator[int]:
    more = {"CDP_DATABASE_URL": urls.app, "CDP_RATE_LIMIT": "off", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-c", _OURS]
    if processes > 1:
        command = [sys.executable, "-m", "uvicorn", "app:create", "--factory", "--log-level", "warning"]
        command += ["--no-access-log", "--workers", str(processes), "--port"]
    with _served(command, more) as port:
        yield port


@contextlib.contextmanager
def _theirs(urls: Urls, processes: int) -> Iterator[int]:
    command = [str(HERE / "node_modules" / ".bin" / "node"), str(HERE / "server.mjs")]
    more = {"NODE_ENV": "production", "GRAPHILE_ENV": "production"}
    with _served(command, more, urls.app, str(TENANT), str(processes)) as port:
        yield port


@contextlib.contextmanager
def _served(command: list[str], more: dict[str, str], *arguments: str) -> Iterator[int]:
    """A server in a process of its own; yields its port once it answers."""
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
        yield port
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
