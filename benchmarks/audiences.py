"""Lists of customers, previews and refreshes of segments, by the use cases that the graph calls.

python -m benchmarks.audiences [CUSTOMERS] [--plans]
"""

import asyncio
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from typing import Any

import psycopg

from benchmarks.shop import TENANT, context, database, fill
from kit import log
from kit.db import Database, Statement
from resolvers import customer_list, segments
from resolvers.context import Ctx
from resolvers.criteria import parse
from resolvers.customer_list import CustomerQuery
from resolvers.processing.process import process
from resolvers.processing.request import Request

NAMES = """
UPDATE customer SET
    email = 'c' || id || '@example.com',
    first_name = (ARRAY['Ana', 'Juan', 'Lucía', 'Mateo', 'Sofía'])[id % 5 + 1] || id % 89,
    last_name = (ARRAY['García', 'Pérez', 'Gómez', 'Díaz'])[id % 4 + 1] || id % 97,
    created_at = date '2020-01-01' + (id * 7919 % 2000)::int
"""
FIVE = {
    "clv_tier": ["high", "medium"],
    "frequency": {"gte": 2},
    "monetary": {"between": [100, 1_000_000]},
    "recency_days": {"lte": 400},
    "churn_probability": {"lt": 0.9},
}
LISTS = {
    "by id": CustomerQuery(),
    "by created_at, newest first": CustomerQuery(sort="created_at", descending=True),
    "by name": CustomerQuery(sort="name"),
    "by predicted_value, highest first": CustomerQuery(sort="predicted_value", descending=True),
    "by rfm_segment": CustomerQuery(sort="rfm_segment"),
    "search: e-mail": CustomerQuery(search="C77777@example.com"),
    "search: beginning of a name": CustomerQuery(search="lucía3"),
    "filter: Champions": CustomerQuery(criteria=parse({"rfm_segment": "Champions"})),
    "filter: five clauses, by monetary": CustomerQuery(
        criteria=parse(FIVE), sort="monetary", descending=True
    ),
}


async def main(customers: int, *, plans: bool) -> None:
    log.configure("warning")
    with database() as urls:
        fill(urls, customers)
        with psycopg.connect(urls.owner, autocommit=True) as owner:
            owner.execute(NAMES)
            owner.execute("VACUUM (FULL, ANALYZE) customer")
        process(urls.app, TENANT, Request.of(None, "latest"))
        with psycopg.connect(urls.owner, autocommit=True) as owner:
            owner.execute("VACUUM ANALYZE customer_score")
        opened = Database(urls.app)
        await opened.open()
        try:
            await _measure(opened, customers, plans=plans)
        finally:
            await opened.close()


async def _measure(opened: Database, customers: int, *, plans: bool) -> None:
    print(f"{customers:,} customers; milliseconds, median of 5, of pages of 50")
    for name, query in LISTS.items():
        windows: tuple[dict[str, Any], ...] = ({"first": 50}, {"last": 50}, {"first": 50, "with_total": True})
        first, last, counted = [
            await _median(opened, partial(_page, query=query, **window)) for window in windows
        ]
        print(f"{name:<40} first {first:8.1f}  last {last:8.1f}  with total {counted:8.1f}", flush=True)
        if plans:
            await _explain(opened, query)
    preview = await _median(opened, lambda ctx: segments.preview(ctx, TENANT, FIVE))
    print(f"{'preview of five clauses':<40}       {preview:8.1f}")
    await _refreshes(opened)


async def _page(ctx: Ctx, *, query: CustomerQuery, **window: Any) -> object:
    return await customer_list.page(ctx, TENANT, query, **window)


async def _refreshes(opened: Database) -> None:
    async with opened.read() as reader:
        ctx = context(opened, reader)
        began = time.perf_counter()
        row = await segments.create(ctx, TENANT, name="five", kind="dynamic", criteria=FIVE)
        made = time.perf_counter()
        await segments.refresh(ctx, TENANT, row.id)
        ended = time.perf_counter()
    print(f"{f'segment of {row.member_count:,}, made':<40}       {(made - began) * 1e3:8.1f}")
    print(f"{'the same refreshed':<40}       {(ended - made) * 1e3:8.1f}")


async def _median(opened: Database, call: Callable[[Ctx], Awaitable[object]]) -> float:
    taken = []
    for _ in range(5):
        async with opened.read() as reader:
            began = time.perf_counter()
            await call(context(opened, reader))
            taken.append((time.perf_counter() - began) * 1e3)
    return statistics.median(taken)


async def _explain(opened: Database, query: CustomerQuery) -> None:
    """The plan of the first page, as the application's role gets it under row-level security."""

    class Explaining:
        async def fetch(self, statement: Statement, row: object, **values: Any) -> list[object]:
            found = replace(statement, text=f"EXPLAIN (ANALYZE, TIMING OFF) {statement.text}")
            async with opened.read() as reader:
                for line in await reader.fetch(found, str, **values):
                    print("    ", line)
            return []

    await customer_list.page(context(opened, Explaining()), TENANT, query, first=50)


if __name__ == "__main__":
    given = [each for each in sys.argv[1:] if each != "--plans"]
    asyncio.run(main(int(given[0]) if given else 200_000, plans="--plans" in sys.argv))
