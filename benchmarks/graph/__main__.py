"""The graph over HTTP against PostGraphile v5 on the same tables, in one run.

python -m benchmarks.graph [CUSTOMERS]

Needs wrk, and Node with npm: the first run installs PostGraphile, and the Node it wants, beside this file.
Both servers read as the application's role under row-level security, in production mode; answers are compared
before they are timed. Each round asks them in turn over 32 connections; figures are medians. Lists are asked
for a second time, for another page each time: equal queries of one moment share our answers. Beside one
process of each stand the same answers made by hand (`bare.py`) and, where it has them, REST v2.
"""

import contextlib
import statistics
import sys
from collections.abc import Iterable, Iterator
from typing import Any

from benchmarks.graph.asking import CUSTOMERS, answer, body, other_pages, posting
from benchmarks.graph.peer import install, theirs
from benchmarks.graph.queries import QUESTIONS, Fact, Question
from benchmarks.graph.tables import tables
from benchmarks.serving import ROOT, ours, served
from benchmarks.shop import Urls
from benchmarks.wrk import CONNECTIONS, Measured, ask, getting, require

ROUNDS = 5


def main(customers: int) -> None:
    require()
    install()
    with tables(customers) as (urls, orders):
        print(f"{customers:,} customers, {orders:,} orders; {CONNECTIONS} connections; Python {sys.version}")
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
    with ours(urls, processes) as mine, theirs(urls, processes) as peer, alone as bare:
        for question in QUESTIONS:
            _compare(question, mine.port, peer.port, bare)
            asked = [(mine.port, body(question.ours)), (peer.port, body(question.theirs))]
            if bare is not None:
                asked.append((bare, _body_by_hand(question)))
            found = [[ask(port, posting(body)) for port, body in asked] for _ in range(ROUNDS + 1)][1:]
            _report(question.name, question.aim, found)
            if bare is not None:
                print(f" {_rest_rate(question, mine.port)}" if question.rest else "", end="")
            print(flush=True)
            if question.pages is not None:
                _measure_pages(question.pages, question.aim, (mine.port, peer.port))


def _measure_pages(queries: tuple[str, str], aim: float, ports: tuple[int, int]) -> None:
    """Print the figures of another page each time."""
    asked = [*zip(ports, other_pages(queries, ports), strict=True)]
    found = [[ask(*each) for each in asked] for _ in range(ROUNDS + 1)][1:]
    _report("   another page each time", aim, found)
    print(flush=True)


def _body_by_hand(question: Question) -> dict[str, Any]:
    return {"question": question.name[:2], "name": "C%d"}


def _rest_rate(question: Question, port: int) -> str:
    found = [ask(port, getting(str(question.rest), CUSTOMERS)).rate for _ in range(ROUNDS)]
    return f"{statistics.median(found):>8,.0f}"


def _compare(question: Question, mine: int, peer: int, bare: int | None) -> None:
    facts = _sorted(question.facts(answer(mine, body(question.ours))))
    others = _sorted(question.their_facts(answer(peer, body(question.theirs))))
    if facts != others:
        different = next((pair for pair in zip(facts, others, strict=False) if pair[0] != pair[1]), None)
        sys.exit(f"{question.name}: {len(facts)} facts against {len(others)}: {different}")
    if bare is not None:
        by_hand = _sorted(question.facts(answer(bare, _body_by_hand(question))))
        if by_hand != facts:
            sys.exit(f"{question.name}: by hand {by_hand[:1]} against {facts[:1]}")


def _sorted(facts: Iterable[Fact]) -> list[str]:
    return sorted(map(repr, facts))


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


@contextlib.contextmanager
def _by_hand(urls: Urls) -> Iterator[int]:
    command = [sys.executable, "-m", "benchmarks.graph.bare"]
    with served(command, {"PYTHONPATH": str(ROOT)}, urls.app) as found:
        yield found.port


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
