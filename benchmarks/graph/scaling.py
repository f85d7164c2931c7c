"""What a second process of the graph is worth where there is a core for it, against PostGraphile's.

python -m benchmarks.graph.scaling [CUSTOMERS [PERCENT]]

Needs what benchmarks.graph needs, and root on Linux: each process is held to a share of a core, 25 % unless
told, so that two cores have room for two of them, wrk and PostgreSQL. One is asked over 32 connections, two
over 64, in turn; figures are medians.
"""

import contextlib
import statistics
import sys

from benchmarks.graph.asking import PLACE, body, cursors, paging, posting
from benchmarks.graph.peer import install, theirs
from benchmarks.graph.queries import CURSORS, QUESTIONS, Question
from benchmarks.graph.tables import tables
from benchmarks.quota import may_limit, quotas
from benchmarks.serving import Served, ours
from benchmarks.wrk import CONNECTIONS, ask, require

ROUNDS = 3
SIDES = (ours, theirs)


def main(customers: int, percent: int) -> None:
    if not may_limit():
        sys.exit("This needs to write to control groups: root on Linux.")
    require()
    install()
    with tables(customers) as (urls, orders), quotas(percent / 100) as limit, contextlib.ExitStack() as stack:
        servers = [[stack.enter_context(each(urls, count)) for count in (1, 2)] for each in SIDES]
        for each in (server for side in servers for server in side):
            limit(each.pid)
        print(f"{customers:,} customers, {orders:,} orders; each process {percent} % of a core")
        print(f"{'':40} {'one/s':>8} {'two/s':>8} {'x':>6} {'theirs':>8} {'two/s':>8} {'x':>6}")
        # PostGraphile has PostgreSQL do all of the last one.
        for question in QUESTIONS[:3]:
            _report(question.name, servers, [posting(body(question.ours)), posting(body(question.theirs))])
            if question.pages is not None:
                _report("   another page each time", servers, _pages(question, servers))


def _pages(question: Question, servers: list[list[Served]]) -> list[str]:
    return [
        paging({"query": query, "variables": {"after": PLACE}}, cursors(side[0].port, where))
        for query, where, side in zip(question.pages or (), CURSORS, servers, strict=True)
    ]


def _report(name: str, servers: list[list[Served]], scripts: list[str]) -> None:
    """Ask all in turn, and print a line."""
    found = [[_rates(*each) for each in zip(servers, scripts, strict=True)] for _ in range(ROUNDS + 1)][1:]
    print(f"{name:40}", end="")
    for side in zip(*found, strict=True):
        one, two = (statistics.median(rates) for rates in zip(*side, strict=True))
        print(f" {one:>8,.0f} {two:>8,.0f} {statistics.median(b / a for a, b in side):>6.2f}", end="")
    print(flush=True)


def _rates(side: list[Served], script: str) -> list[float]:
    return [
        ask(server.port, script, connections=CONNECTIONS * processes).rate
        for processes, server in enumerate(side, 1)
    ]


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    main(*(given + [100_000, 25][len(given) :]))
