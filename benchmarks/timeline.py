"""Pages of the timeline of a customer with a million events, against one with a hundred.

python -m benchmarks.timeline [EVENTS]
"""

import asyncio
import statistics
import sys
import time
from typing import Any

import psycopg

from benchmarks.shop import Urls, context, database
from kit import log
from kit.db import Database
from resolvers import timeline
from resolvers.timeline import TimelineFilter

FEW = 100
RUNS = 21
_EVENTS = """
INSERT INTO event (tenant_id, occurred_at, message_id, customer_id, event_type, properties)
SELECT 1, timestamptz '2025-01-01Z' + (n::double precision / %(count)s) * interval '364 days',
    %(customer)s || '-' || n, %(customer)s,
    (ARRAY['page_view', 'add_to_cart', 'email_opened'])[n %% 3 + 1],
    '{"page": "/products/shoes"}'
FROM generate_series(1, %(count)s) n
"""
_ORDERS = """
INSERT INTO customer_order (tenant_id, external_id, customer_id, placed_at, amount, currency)
SELECT 1, %(customer)s || '-' || n, %(customer)s, timestamptz '2025-01-15Z' + n * interval '17 days', 10,
    'ARS'
FROM generate_series(1, 20) n
"""
FILTERS = {
    "all": TimelineFilter(),
    "events of one type": TimelineFilter(kinds=("event",), types=("email_opened",)),
    "orders": TimelineFilter(kinds=("order",)),
}


async def main(count: int) -> None:
    log.configure("warning")
    with database() as urls:
        _fill(urls, count)
        opened = Database(urls.app)
        await opened.open()
        try:
            print(
                "milliseconds, medians of 21, of pages of 50: a customer with 100 events, one with",
                f"{count:,}",
            )
            for name, wanted in FILTERS.items():
                few, many = await _pages(opened, 1, wanted), await _pages(opened, 2, wanted)
                for page in few:
                    ratio = many[page] / few[page]
                    print(f"{name:20}{page:10}{few[page]:8.2f}{many[page]:8.2f}{ratio:8.2f} x (aim 2)")
        finally:
            await opened.close()


def _fill(urls: Urls, count: int) -> None:
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO tenant (id, name, slug, currency, time_zone) VALUES (1, 'B', 'b', 'ARS', 'UTC')"
        )
        owner.execute("INSERT INTO customer (tenant_id, external_id) VALUES (1, 'few'), (1, 'many')")
        owner.execute(
            "SELECT event_partition_ensure((date '2025-01-01' + n * interval '1 month')::date) "
            "FROM generate_series(0, 11) n"
        )
        for customer, events in ((1, FEW), (2, count)):
            owner.execute(_EVENTS, {"customer": customer, "count": events})
            owner.execute(_ORDERS, {"customer": customer})
        owner.execute("VACUUM ANALYZE event")
        owner.execute("VACUUM ANALYZE customer_order")


async def _pages(opened: Database, customer: int, wanted: TimelineFilter) -> dict[str, float]:
    """The first page, the one after it, the last, and the one before that."""
    first = await _page(opened, customer, wanted, first=50)
    last = await _page(opened, customer, wanted, last=50)
    asked: dict[str, dict[str, Any]] = {"first": {"first": 50}, "last": {"last": 50}}
    if first.has_next:
        asked["after"] = {"first": 50, "after": first.cursors[-1]}
        asked["before"] = {"last": 50, "before": last.cursors[0]}
    found = {}
    for name, window in asked.items():
        times = []
        for _ in range(RUNS):
            started = time.perf_counter()
            await _page(opened, customer, wanted, **window)
            times.append(time.perf_counter() - started)
        found[name] = statistics.median(times) * 1000
    return found


async def _page(opened: Database, customer: int, wanted: TimelineFilter, **window: Any) -> Any:
    async with opened.read() as reader:
        return await timeline.page(context(opened, reader), 1, customer, wanted=wanted, **window)


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000))
