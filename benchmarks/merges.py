"""A customer with many events merged and taken apart, with a column in each event or a list beside them.

python -m benchmarks.merges [EVENTS]

The list is what the column was chosen over: a row for each event, with the key that finds it again.
"""

import asyncio
import sys
import time

import psycopg

from benchmarks.shop import TENANT, context, database, fill
from kit.db import Database
from resolvers.merging.merge import merge
from resolvers.merging.unmerge import unmerge
from resolvers.writes.people import CustomerReference

_EVENTS = """
INSERT INTO event (tenant_id, occurred_at, message_id, customer_id, event_type, properties)
SELECT
    %s, timestamptz '2025-01-01Z' + n * interval '10 seconds', gen_random_uuid(), 1,
    'page_view', '{"page": "/"}'
FROM generate_series(1, %s) n
"""
_LIST = """
CREATE TABLE moved (
    tenant_id bigint, merge bigint, occurred_at timestamptz, message_id text,
    PRIMARY KEY (tenant_id, merge, occurred_at, message_id)
)
"""
_THERE = """
WITH moved_now AS (
    UPDATE event SET customer_id = 2 WHERE tenant_id = %(tenant)s AND customer_id = 1
    RETURNING occurred_at, message_id
)
INSERT INTO moved SELECT %(tenant)s, 1, occurred_at, message_id FROM moved_now
"""
_BACK = """
UPDATE event SET customer_id = 1 FROM moved
WHERE moved.tenant_id = event.tenant_id AND event.tenant_id = %(tenant)s AND moved.merge = 1
    AND moved.occurred_at = event.occurred_at AND moved.message_id = event.message_id
    AND event.customer_id = 2
"""


async def column(url: str, events: int) -> None:
    """Merge customer 1 into 2, and undo it, by the use cases."""
    opened = Database(url)
    await opened.open()
    async with opened.read() as reader:
        ctx = context(opened, reader)
        since = time.perf_counter()
        done = await merge(ctx, TENANT, CustomerReference(1), CustomerReference(2))
        there = time.perf_counter() - since
        since = time.perf_counter()
        await unmerge(ctx, TENANT, done.id)
        back = time.perf_counter() - since
    await opened.close()
    print(
        f"column {events:>10,} events  there {there:5.1f} s  back {back:5.1f} s  {events * 8 / 1e6:6.1f} MB"
    )


def listed(url: str, events: int) -> None:
    """The same moves of events alone, with a list of their keys."""
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(_LIST)
        taken = []
        for statement in (_THERE, _BACK):
            since = time.perf_counter()
            owner.execute(statement, {"tenant": TENANT})
            taken.append(time.perf_counter() - since)
        (size,) = owner.execute("SELECT pg_total_relation_size('moved') / 1e6").fetchone() or (0,)
    print(f"list   {events:>10,} events  there {taken[0]:5.1f} s  back {taken[1]:5.1f} s  {size:6.1f} MB")


def main() -> None:
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    with database() as urls:
        fill(urls, 100)
        with psycopg.connect(urls.owner, autocommit=True) as owner:
            owner.execute(
                "SELECT event_partition_ensure((date '2025-01-01' + n * interval '1 month')::date) "
                "FROM generate_series(0, 12) n"
            )
            owner.execute(_EVENTS, [TENANT, events])
            owner.execute("VACUUM ANALYZE event")
        asyncio.run(column(urls.app, events))
        with psycopg.connect(urls.owner, autocommit=True) as owner:
            owner.execute("VACUUM event")
        listed(urls.owner, events)


if __name__ == "__main__":
    main()
