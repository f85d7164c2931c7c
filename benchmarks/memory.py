"""The memory of one API process under load, minute by minute.

python -m benchmarks.memory [MINUTES [CUSTOMERS]]

Needs wrk. The questions of benchmarks.graph are asked in turn over 32 connections, lists for another page
each time as well. What the process holds at the end stands beside what it held after the first minute.
"""

import sys
import time
from pathlib import Path

from benchmarks.graph.asking import body, cursors, paging, posting
from benchmarks.graph.queries import CURSORS, QUESTIONS
from benchmarks.processing import process_in_child
from benchmarks.serving import ours
from benchmarks.shop import database, fill
from benchmarks.wrk import ask, require


def main(minutes: int, customers: int) -> None:
    require()
    with database() as urls:
        fill(urls, customers)
        process_in_child(urls)
        with ours(urls) as server:
            scripts = _scripts(server.port)
            print(
                f"{customers:,} customers; {len(scripts)} questions in turn, MiB after each minute",
                flush=True,
            )
            held, answers, begun = [], 0.0, time.monotonic()
            for minute in range(1, minutes + 1):
                while time.monotonic() < begun + 60 * minute:
                    for script in scripts:
                        answers += ask(server.port, script, 2).rate * 2
                held.append(_resident(server.pid))
                print(f"{minute:>3} {held[-1]:>8.1f}", flush=True)
            print(f"{answers:,.0f} answers; {held[-1] / held[0]:.3f} of what it held after a minute")


def _scripts(port: int) -> list[str]:
    found = [posting(body(each.ours)) for each in QUESTIONS]
    pages = [each.pages[0] for each in QUESTIONS if each.pages is not None]
    places = cursors(port, CURSORS[0])
    return found + [paging(each, places) for each in pages]


def _resident(process: int) -> float:
    """MiB that a process holds, without what it shares with files."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    (held,) = (line for line in lines if line.startswith("RssAnon:"))
    return int(held.split()[1]) / 1024


if __name__ == "__main__":
    given = [int(each) for each in sys.argv[1:]]
    main(*(given + [10, 100_000][len(given) :]))
