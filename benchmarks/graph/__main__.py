"""The graph over HTTP against PostGraphile v5 on the same tables, in one run.

python -m benchmarks.graph [CUSTOMERS]

Needs wrk, and Node with npm: the first run installs PostGraphile, and the Node it wants, beside this file.
Both servers read as the application's role under row-level security, in production mode; answers are compared
before they are timed. Each round asks them in turn over 32 connections; figures are medians. Lists are asked
for a second time, for another page each time: equal queries of one moment share our answers. Beside one
process of each stand the same answers made by hand (`bare.py`) and, where it has them, REST v2.
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

from benchmarks.graph.queries import CURSORS, QUESTIONS, Question
from benchmarks.processing import process_in_child
from benchmarks.shop import TENANT, Urls, database, fill

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
ROUNDS, SECONDS, CONNECTIONS, CUSTOMERS = 5, 3, 32, 100_000
_PLACE = "@cursor@"
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
    """Print the figures of all questions, with so many processes on each side.

    With one, those of the same answers made by hand and by REST are beside them.
    """
    print(f"{processes} process{'es' if processes > 1 else ''} each")
    print(
        f"{'':40} {'ours/s':>8} {'theirs/s':>8} {'ratio':>6} {'aim':>5} {'p99 ms':>8} {'theirs':>8}"
        + (f" {'by hand':>8} {'ratio':>6} {'REST/s':>8}" if processes == 1 else "")
    )
    alone = contextlib.nullcontext(None) if processes > 1 else _by_hand(urls)
    with _ours(urls, processes) as ours, _theirs(urls, processes) as theirs, alone as bare:
        for question in QUESTIONS:
            _compare(question, ours, theirs, bare)
            asked = [(ours, _body(question.ours)), (theirs, _body(question.theirs))]
            if bare is not None:
                asked.append((bare, _body_by_hand(question)))
            found = [[_ask(port, _posting(body)) for port, body in asked] for _ in range(ROUNDS + 1)][1:]
            _report(question.name, question.aim, found)
            if bare is not None:
                print(f" {_rest_rate(question, ours)}" if question.rest else "", end="")
            print(flush=True)
            if question.pages is not None:
                _measure_pages(question.pages, question.aim, (ours, theirs))


def _measure_pages(queries: tuple[str, str], aim: float, ports: tuple[int, int]) -> None:
    """Print the figures of another page each time."""
    asked = [
        (port, _paging({"query": query, "variables": {"after": _PLACE}}, _cursors(port, where)))
        for port, query, where in zip(ports, queries, CURSORS, strict=True)
    ]
    found = [[_ask(*each) for each in asked] for _ in range(ROUNDS + 1)][1:]
    _report("   another page each time", aim, found)
    print(flush=True)


def _body(query: str) -> dict[str, Any]:
    return {"query": query, "variables": {"name": "C%d"}} if "$name" in query else {"query": query}


def _body_by_hand(question: Question) -> dict[str, Any]:
    return {"question": question.name[:2], "name": "C%d"}


def _rest_rate(question: Question, port: int) -> str:
    found = [_ask(port, _getting(str(question.rest))).rate for _ in range(ROUNDS)]
    return f"{statistics.median(found):>8,.0f}"


def _compare(question: Question, ours: int, theirs: int, bare: int | None) -> None:
    answer = _answer(ours, _body(question.ours))
    mine = sorted(map(repr, question.facts(answer)))
    others = sorted(map(repr, question.their_facts(_answer(theirs, _body(question.theirs)))))
    if mine != others:
        different = next((pair for pair in zip(mine, others, strict=False) if pair[0] != pair[1]), None)
        sys.exit(f"{question.name}: {len(mine)} facts against {len(others)}: {different}")
    if bare is not None:
        by_hand = sorted(map(repr, question.facts(_answer(bare, _body_by_hand(question)))))
        if by_hand != mine:
            sys.exit(f"{question.name}: by hand {by_hand[:1]} against {mine[:1]}")


def _answer(port: int, body: dict[str, Any]) -> Any:
    text = json.dumps(body).replace("C%d", "C77").encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql", text, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        content = json.load(answer)
    if "errors" in content:
        sys.exit(json.dumps(content["errors"])[:1_000])
    return content["data"]


def _cursors(port: int, query: str) -> list[str]:
    """Where pages may begin."""
    data = _answer(port, {"query": query})
    customers = data["tenant"]["customers"] if "tenant" in data else data["allCustomers"]
    return [each["cursor"] for each in customers["edges"]]


def _report(name: str, aim: float, found: list[list[Measured]]) -> None:
    rates = [statistics.median(each.rate for each in side) for side in zip(*found, strict=True)]
    p99 = [statistics.median(each.p99 for each in side) for side in zip(*found, strict=True)]
    ratios = [statistics.median(row[0].rate / row[at].rate for row in found) for at in range(1, len(rates))]
    print(
        f"{name:40} {rates[0]:>8,.0f} {rates[1]:>8,.0f} {ratios[0]:>6.2f} {aim:>5} "
        f"{p99[0]:>8.1f} {p99[1]:>8.1f}",
        end="",
    )
    if len(rates) > 2:
        print(f" {rates[2]:>8,.0f} {ratios[1]:>6.2f}", end="")


def _posting(body: dict[str, Any]) -> str:
    """A script of wrk that posts a body; with another customer each time, where it names one."""
    text = json.dumps(body)
    begin = 'local headers = {["Content-Type"] = "application/json"}\nlocal at = 0\n'
    made = json.dumps(text)
    if "C%d" in text:
        made = f"string.format({json.dumps(text)}, at)"
    return (
        f"{begin}request = function()\n  at = at % {CUSTOMERS} + 1\n"
        f'  return wrk.format("POST", "/graphql", headers, {made})\nend\n'
    )


def _paging(body: dict[str, Any], cursors: list[str]) -> str:
    """A script of wrk that posts a body; after another of the cursors each time."""
    before, after = json.dumps(body).split(_PLACE)
    return (
        'local headers = {["Content-Type"] = "application/json"}\nlocal at = 0\n'
        f"local cursors = {{{', '.join(map(json.dumps, cursors))}}}\n"
        "request = function()\n  at = at % #cursors + 1\n"
        f"  local body = {json.dumps(before)} .. cursors[at] .. {json.dumps(after)}\n"
        '  return wrk.format("POST", "/graphql", headers, body)\nend\n'
    )


def _getting(path: str) -> str:
    made = f"string.format({json.dumps(path)}, at)" if "%d" in path else json.dumps(path)
    return (
        f"local at = 0\nrequest = function()\n  at = at % {CUSTOMERS} + 1\n"
        f'  return wrk.format("GET", {made})\nend\n'
    )


def _ask(port: int, text: str) -> Measured:
    """Ask for some seconds. Exits if any answer was no success."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(text)
        script.flush()
        command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "--timeout", "30s", "--latency"]
        told = subprocess.run(
            [*command, "-s", script.name, f"http://127.0.0.1:{port}"],
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
def _by_hand(urls: Urls) -> Iterator[int]:
    command = [sys.executable, "-m", "benchmarks.graph.bare"]
    with _served(command, {"PYTHONPATH": str(ROOT)}, urls.app) as port:
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
