"""Segments recomputed after a run, filled anew and exported, by the use cases that do it.

python -m benchmarks.segments [CUSTOMERS]
"""

import asyncio
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import Any
from unittest.mock import patch

import psycopg

from benchmarks.audiences import FIVE, NAMES
from benchmarks.shop import TENANT, Urls, context, database, fill
from connectors.exports import FORMATS
from kit import log
from kit.db import Database, connect_for_work
from models.score import RISKS, SEGMENTS, TIERS
from resolvers import segments
from resolvers.processing.process import process
from resolvers.processing.request import Request
from resolvers.segments.together import refresh_all

CRITERIA: list[dict[str, Any]] = [
    FIVE,
    *({"rfm_segment": each} for each in SEGMENTS),
    *({"clv_tier": each, "recency_days": {"lte": 180}} for each in TIERS[:2]),
    *({"churn_risk": each, "monetary": {"gte": 5_000}} for each in RISKS[:2]),
    {"any": [{"frequency": {"gte": 10}}, {"predicted_value": {"gte": 50_000}}]},
    {"churn_probability": {"between": [0.3, 0.6]}, "frequency": {"gte": 2}},
    {"not": {"frequency": {"gte": 2}}, "recency_days": {"lte": 90}},
    {"first_order_on": {"gte": "2025-06-01"}, "created_at": {"gte": "2023-01-01T00:00:00Z"}},
]
EVERYONE = {"any": [{"frequency": {"exists": True}}, {"frequency": {"exists": False}}]}
BEFORE = "2025-12-01"
"""The day that the segments are made as of; the last day of the orders is the 31st."""


def main(customers: int) -> None:
    log.configure("warning")
    with database() as urls:
        fill(urls, customers)
        _own(urls, NAMES, "VACUUM (FULL, ANALYZE) customer")
        process(urls.app, TENANT, Request.of(None, BEFORE))
        _own(urls, "VACUUM ANALYZE customer_score")
        asyncio.run(_make(urls))
        _own(urls, "VACUUM ANALYZE segment_member")
        rows = _one(urls, "SELECT sum(member_count) FROM segment WHERE builtin IS NULL")
        print(f"{customers:,} customers, {len(CRITERIA)} segments of {rows:,} members in all", flush=True)
        _refreshed(urls, "nothing changed")
        with patch("resolvers.processing.process.refresh_all"):
            process(urls.app, TENANT, Request.of(None, "latest"))
        _own(urls, "VACUUM ANALYZE customer_score")
        held = _one(urls, "SELECT max(added_at) FROM segment_member")
        _refreshed(urls, "a month later")
        come = _one(urls, "SELECT count(*) FROM segment_member WHERE added_at > %s", held)
        now = _one(urls, "SELECT sum(member_count) FROM segment WHERE builtin IS NULL")
        print(f"  {come:,} came and {rows + come - now:,} went")
        _own(urls, "DELETE FROM segment_member", "VACUUM ANALYZE segment_member")
        _refreshed(urls, "all filled from nothing")
        few = _one(urls, "SELECT id FROM segment WHERE builtin IS NULL ORDER BY member_count LIMIT 1")
        everyone = asyncio.run(_everyone(urls))
        for form in FORMATS:
            for number in (few, everyone):
                _exported(urls, number, form)


def _refreshed(urls: Urls, what: str) -> None:
    with connect_for_work(urls.app) as work:
        backend = work.connection.info.backend_pid
        began, used = time.perf_counter(), _processor(backend)
        refresh_all(work, TENANT)
        taken, used = time.perf_counter() - began, _processor(backend) - used
        print(f"{what:<30} {taken:8.2f} s, {used:6.2f} s of a processor", flush=True)


async def _make(urls: Urls) -> None:
    opened = Database(urls.app)
    await opened.open()
    began = time.perf_counter()
    for number, criteria in enumerate(CRITERIA):
        async with opened.read() as reader:
            name = f"segment {number}"
            await segments.create(
                context(opened, reader), TENANT, name=name, kind="dynamic", criteria=criteria
            )
    print(f"{'made one by one':<30} {time.perf_counter() - began:8.2f} s", flush=True)
    await opened.close()


async def _everyone(urls: Urls) -> int:
    """A segment of all customers."""
    opened = Database(urls.app)
    await opened.open()
    async with opened.read() as reader:
        ctx = context(opened, reader)
        made = await segments.create(ctx, TENANT, name="everyone", kind="dynamic", criteria=EVERYONE)
    await opened.close()
    return made.id


def _exported(urls: Urls, number: int, form: str) -> None:
    """`cdp export` of a segment: rows a second with the start of the process, and the most memory it took."""
    members = _one(urls, "SELECT member_count FROM segment WHERE id = %s", number)
    words = ["export", "segment", "--tenant", str(TENANT), "--segment", str(number), "--format", form]
    began = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", *words],
        env=os.environ | {"CDP_DATABASE_URL": urls.app},
        stdout=subprocess.DEVNULL,
    )
    peak = 0
    while process.poll() is None:
        peak = max(peak, _peak(process.pid))
        time.sleep(0.02)
    taken = time.perf_counter() - began
    print(
        f"export of {members:>9,} as {form:<8} {taken:6.1f} s, {members / taken:8,.0f} rows/s, "
        f"peak {peak // 1024} MB{' FAILED' if process.returncode else ''}",
        flush=True,
    )


def _processor(backend: int) -> float:
    """Seconds that this process and the database's own for it have spent computing, whatever else goes on."""
    with suppress(OSError):
        fields = Path(f"/proc/{backend}/stat").read_text().rpartition(")")[2].split()
        return time.process_time() + sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
    return time.process_time()


def _peak(pid: int) -> int:
    """The most memory a process has held, in kB; 0 where that is not told."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1])
    return 0


def _own(urls: Urls, *statements: Any) -> None:
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        for each in statements:
            owner.execute(each)


def _one(urls: Urls, query: Any, *values: object) -> Any:
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        found = owner.execute(query, values).fetchone()
        return found and found[0]


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
