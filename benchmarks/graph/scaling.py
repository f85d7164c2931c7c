"""What a second process of the graph is worth where there is a core for it, against PostGraphile's.

python -m benchmarks.graph.scaling [CUSTOMERS [PERCENT]]

Needs what benchmarks.graph needs, and root on Linux: each process is held to a share of a core, 25 % unless
told, so that two cores have room for two of them, wrk and PostgreSQL. Q1 to Q3 are asked of one process over
32 and 64 connections, and of two over 64, in turn. Figures are medians; ratios are those of the rounds'.
"""

import contextlib
import statistics
import sys
from collections.abc import Sequence

from benchmarks.graph.asking import body, other_pages, posting
from benchmarks.graph.peer import install, theirs
from benchmarks.graph.queries import QUESTIONS
from benchmarks.graph.tables import tables
from benchmarks.quota import may_limit, quotas
from benchmarks.serving import Served, ours
from benchmarks.wrk import CONNECTIONS, ask, require

ROUNDS, SECONDS = 3, 5
SIDES = {"ours": ours, "theirs": theirs}


def main(customers: int, percent: int) -> None:
    if not 10 <= percent <= 100:
        sys.exit("A process may have 10 to 100 % of a core.")
    if not may_limit():
        sys.exit("This needs to write to control groups: root on Linux.")
    require()
    install()
    with tables(customers) as (urls, orders), quotas(percent / 100) as limit, contextlib.ExitStack() as stack:
        servers = [[stack.enter_context(each(urls, count)) for count in (1, 2)] for each in SIDES.values()]
        for each in (server for side in servers for server in side):
            limit(each.pid)
        print(f"{customers:,} customers, {orders:,} orders; each process {percent} % of a core")
        print(f"{'':52} {'one, 32':>8} {'one, 64':>8} {'two, 64':>8} {'x 32':>6} {'x 64':>6}")
        # PostgreSQL does all of the last one for PostGraphile.
        for question in QUESTIONS[:3]:
            whole = [posting(body(query)) for query in (question.ours, question.theirs)]
            _report(question.name, servers, whole)
            if question.pages is not None:
                others = other_pages(question.pages, [one.port for one, _ in servers])
                _report("   another page each time", servers, others)


def _report(name: str, servers: Sequence[Sequence[Served]], scripts: Sequence[str]) -> None:
    """Ask all in turn, and print a line of each side."""
    found = [[_rates(*each) for each in zip(servers, scripts, strict=True)] for _ in range(ROUNDS + 1)][1:]
    for side, rounds in zip(SIDES, zip(*found, strict=True), strict=True):
        rates = [statistics.median(each) for each in zip(*rounds, strict=True)]
        ratios = [statistics.median(each[2] / each[at] for each in rounds) for at in (0, 1)]
        told = " ".join([*(f"{rate:>8,.0f}" for rate in rates), *(f"{ratio:>6.2f}" for ratio in ratios)])
        print(f"{name:44} {side:>7} {told}", flush=True)


def _rates(side: Sequence[Served], script: str) -> list[float]:
    one, two = side
    asked = ((one, CONNECTIONS), (one, 2 * CONNECTIONS), (two, 2 * CONNECTIONS))
    return [ask(server.port, script, SECONDS, connections=many).rate for server, many in asked]


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    main(*(given + [100_000, 25][len(given) :]))
