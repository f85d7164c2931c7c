"""What the graph is asked: what is posted, by wrk or once, and what is answered."""

import json
import sys
import urllib.request
from collections.abc import Sequence
from typing import Any

from benchmarks.graph.queries import CURSORS

CUSTOMERS = 100_000
_PLACE = "@cursor@"
"""What stands for a cursor in a body."""


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


def other_pages(queries: Sequence[str], ports: Sequence[int]) -> list[str]:
    """Scripts of wrk that ask each side, ours and theirs, for another page each time."""
    return [
        paging(query, cursors(port, where))
        for query, port, where in zip(queries, ports, CURSORS, strict=True)
    ]


def paging(query: str, cursors: list[str]) -> str:
    """A script of wrk that posts a query with an `$after`: another of the cursors each time."""
    body = {"query": query, "variables": {"after": _PLACE}}
    before, after = json.dumps(body).split(_PLACE)
    return (
        'local headers = {["Content-Type"] = "application/json"}\nlocal at = 0\n'
        f"local cursors = {{{', '.join(map(json.dumps, cursors))}}}\n"
        "request = function()\n  at = at % #cursors + 1\n"
        f"  local body = {json.dumps(before)} .. cursors[at] .. {json.dumps(after)}\n"
        '  return wrk.format("POST", "/graphql", headers, body)\nend\n'
    )
