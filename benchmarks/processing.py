"""Orders in PostgreSQL to scores in PostgreSQL, all three analyses, against carrying the rows alone.

python -m benchmarks.processing [CUSTOMERS ...]
"""

import resource
import subprocess
import sys
import time

import psycopg

from benchmarks.shop import TENANT, Urls, database, fill
from kit import log
from resolvers.processing.process import process
from resolvers.processing.record import read_run
from resolvers.processing.request import Request

SIZES = (10_000, 65_226, 300_000, 1_000_000, 3_000_000)
REFERENCE = {65_226: 45.2}


def main(sizes: list[int]) -> None:
    print(
        f"{'customers':>10} {'orders':>10} {'seconds':>8} {'us/customer':>12} {'x limit':>8} "
        f"{'sweep':>8} {'MB':>6}  steps"
    )
    with database() as urls:
        for customers in sizes:
            orders = fill(urls, customers)
            limit = transport(urls)
            process_in_child(urls)
            seconds, after, memory, steps = process_in_child(urls)
            print(
                f"{customers:>10,} {orders:>10,} {seconds:>8.2f} {seconds / customers * 1e6:>12.2f} "
                f"{seconds / limit:>8.2f} {after:>8.2f} {memory:>6.0f}  {steps}",
                flush=True,
            )
            if customers in REFERENCE:
                print(f"{'':>10} {REFERENCE[customers] / seconds:.0f} times faster than the v2 reference")


def transport(urls: Urls) -> float:
    """The limit: seconds to COPY the same orders out, and rows as wide as the scores into a bare table."""
    began = time.perf_counter()
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        with owner.cursor().copy(
            "COPY (SELECT customer_id, placed_at, amount FROM customer_order) TO STDOUT (FORMAT binary)"
        ) as copy:
            for _ in copy:
                pass
        owner.execute("CREATE TABLE limit_score (LIKE customer_score INCLUDING ALL)")
        owner.execute(
            "INSERT INTO limit_score (tenant_id, run_id, customer_id, frequency, monetary, segment) "
            "SELECT tenant_id, 1, id, 1, 1.5, 'Lost' FROM customer"
        )
        seconds = time.perf_counter() - began
        owner.execute("DROP TABLE limit_score")
    return seconds


def process_in_child(urls: Urls) -> tuple[float, float, float, str]:
    """One run in a process of its own.

    Seconds until the scores stand and seconds to remove the old ones then, peak memory in MB, seconds by
    step.
    """
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.processing", "--child", urls.app],
        check=True,
        capture_output=True,
        text=True,
    )
    seconds, after, memory, steps = done.stdout.strip().split("|")
    return float(seconds), float(after), float(memory), steps


def child(url: str) -> None:
    log.configure("warning")
    stood = began = time.perf_counter()

    def notify(step: str, _: float) -> None:
        nonlocal stood
        if step == "sweeping":
            stood = time.perf_counter()

    outcome = process(url, TENANT, Request.of(None, "latest", force=True), notify=notify)
    ended = time.perf_counter()
    report = read_run(url, TENANT, outcome.run_id).report or {}
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{stood - began}|{ended - stood}|{memory}|{report['seconds']}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2])
    else:
        main([int(each) for each in sys.argv[1:]] or list(SIZES))
