"""What wrk asks of a server, and what it finds."""

import json
import re
import subprocess
import sys
import tempfile
import urllib.request
from typing import Any, NamedTuple

SECONDS, CONNECTIONS, CUSTOMERS = 3, 32, 100_000
PLACE = "@cursor@"
"""What stands for a cursor in a body."""


class Measured(NamedTuple):
    """What wrk found: answers a second, and milliseconds that half and 99 % of them took at most."""

    rate: float
    p50: float
    p99: float


def body(query: str) -> dict[str, Any]:
    """What is posted for a query; of another customer each time, where it names one."""
    return {"query": query, "variables": {"name": "C%d"}} if "$name" in query else {"query": query}


def answer(port: int, body: dict[str, Any]) -> Any:
    """The data of an answer. Exits for one with errors."""
    text = json.dumps(body).replace("C%d", "C77").encode()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql", text, {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as told:
        content = json.load(told)
    if "errors" in content:
        sys.exit(json.dumps(content["errors"])[:1_000])
    return content["data"]


def cursors(port: int, query: str) -> list[str]:
    """Where pages may begin."""
    data = answer(port, {"query": query})
    customers = data["tenant"]["customers"] if "tenant" in data else data["allCustomers"]
    return [each["cursor"] for each in customers["edges"]]


def posting(body: dict[str, Any]) -> str:
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


def paging(body: dict[str, Any], cursors: list[str]) -> str:
    """A script of wrk that posts a body; after another of the cursors each time."""
    before, after = json.dumps(body).split(PLACE)
    return (
        'local headers = {["Content-Type"] = "application/json"}\nlocal at = 0\n'
        f"local cursors = {{{', '.join(map(json.dumps, cursors))}}}\n"
        "request = function()\n  at = at % #cursors + 1\n"
        f"  local body = {json.dumps(before)} .. cursors[at] .. {json.dumps(after)}\n"
        '  return wrk.format("POST", "/graphql", headers, body)\nend\n'
    )


def getting(path: str) -> str:
    """A script of wrk that gets a path; of another customer each time, where it names one."""
    made = f"string.format({json.dumps(path)}, at)" if "%d" in path else json.dumps(path)
    return (
        f"local at = 0\nrequest = function()\n  at = at % {CUSTOMERS} + 1\n"
        f'  return wrk.format("GET", {made})\nend\n'
    )


def ask(port: int, text: str, seconds: int = SECONDS, *, connections: int = CONNECTIONS) -> Measured:
    """Ask for so many seconds. Exits if any answer was no success."""
    with tempfile.NamedTemporaryFile("w", suffix=".lua") as script:
        script.write(text)
        script.flush()
        command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "--latency"]
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
