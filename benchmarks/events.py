"""Events of one customer who has very many, filtered by a rare type; what the index for it costs an insert.

python -m benchmarks.events [EVENTS]

The limits are a list of all types, and the same events in a table whose index leaves the type out.
"""

import asyncio
import statistics
import sys
import time
from functools import partial
from typing import Any

import psycopg

from benchmarks.shop import TENANT, Urls, context, database
from kit import log
from kit.db import Database
from resolvers import events, timeline
from resolvers.events import EventFilter
from resolvers.timeline import TimelineFilter

ROUNDS = 3
PLAIN = """
CREATE TABLE plain_event (LIKE event INCLUDING DEFAULTS);
ALTER TABLE plain_event ADD PRIMARY KEY (tenant_id, occurred_at, message_id);
CREATE INDEX ON plain_event (tenant_id, customer_id, occurred_at)
"""
EVENTS = """
INSERT INTO {table} (tenant_id, occurred_at, message_id, customer_id, event_type)
SELECT 1, timestamptz '2026-01-01' + n * interval '1 s', 'm' || n, {customer},
    CASE WHEN n % 100000 = 1 THEN 'rare'
        ELSE (ARRAY['page_view', 'product_view', 'add_to_cart'])[n % 3 + 1] END
FROM generate_series(1, {count}) n
"""
CALLS: dict[str, Any] = {
    "events of all types": partial(events.page, customer=1),
    "events of a rare type": partial(events.page, customer=1, wanted=EventFilter(types=("rare",))),
    "events of two rare types": partial(events.page, customer=1, wanted=EventFilter(types=("rare", "none"))),
    "timeline of a rare type": partial(
        timeline.page, customer=1, wanted=TimelineFilter(kinds=("event",), types=("rare",))
    ),
}


async def main(count: int) -> None:
    log.configure("warning")
    with database() as urls:
        _inserts(urls, count)
        with psycopg.connect(urls.owner, autocommit=True) as owner:
            owner.execute("TRUNCATE event")
            owner.execute(EVENTS.format(table="event", customer=1, count=count))
            owner.execute("VACUUM ANALYZE event")
        opened = Database(urls.app)
        await opened.open()
        try:
            for name, call in CALLS.items():
                print(f"{name:<26} {await _median(opened, call):8.1f} ms", flush=True)
        finally:
            await opened.close()


def _inserts(urls: Urls, count: int) -> None:
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO tenant (id, name, slug, currency, time_zone) VALUES (1, 'A', 'a', 'ARS', 'UTC')"
        )
        owner.execute("INSERT INTO customer (tenant_id, id, external_id) VALUES (1, 1, 'C1')")
        owner.execute("SELECT event_partition_ensure('2026-01-01')")
        owner.execute(PLAIN)
        ratios = []
        for _ in range(ROUNDS):
            taken = []
            for table in ("plain_event", "event_2026_01"):
                owner.execute(f"TRUNCATE {table}")
                began = time.perf_counter()
                owner.execute(EVENTS.format(table=table, customer="n * 7919 % 50000", count=count // 4))
                taken.append(time.perf_counter() - began)
            ratios.append(taken[1] / taken[0])
            print(f"{count // 4:,} inserted: without the type {taken[0]:.2f} s, with it {taken[1]:.2f} s")
    print(f"median x {statistics.median(ratios):.2f}")


async def _median(opened: Database, call: Any) -> float:
    taken = []
    for _ in range(5):
        async with opened.read() as reader:
            began = time.perf_counter()
            await call(context(opened, reader), TENANT, first=50)
            taken.append((time.perf_counter() - began) * 1e3)
    return statistics.median(taken)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
