"""Queries of the graph by our engine, against graphql-core over the same resolvers, in one process.

python -m benchmarks.execution [CUSTOMERS]

Each round asks both in turn, with no socket between; the answers are compared before they are timed.
"""

import asyncio
import statistics
import sys
import time
from dataclasses import dataclass
from typing import Any

import httpx
import psycopg
from pydantic import SecretStr
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from app import create
from benchmarks.shop import TENANT, Urls, database, fill
from kit.config import Settings
from resolvers.processing.process import process
from resolvers.processing.request import Request

ROUNDS = 5
SECONDS = 1.0
SCORES = (
    "rfm { segment score recencyDays frequency } clv { tier expectedValue { amount } } "
    "churn { risk probability }"
)
ORDERS = "orders(first: 5) { nodes { id placedAt amount { amount } status } }"
SCALARS = "id databaseId externalId email firstName lastName phone createdAt"
QUERIES = {
    name: f"{{ tenant(databaseId: {TENANT}) {{ {selection} }} }}"
    for name, selection in {
        "one customer with scores": f'customer(externalId: "C77") {{ {SCALARS} {SCORES} }}',
        "100 customers with scores and 5 orders": "customers(first: 100) { nodes { id externalId "
        f"{SCORES} {ORDERS} }} }}",
        "1,000 customers with 8 fields": f"customers(first: 1000) {{ nodes {{ {SCALARS} }} }}",
        "segments of RFM": "analytics { rfm { distribution { segment customerCount share } } }",
    }.items()
}


@dataclass(frozen=True, slots=True)
class Asked:
    """A client of one engine."""

    name: str
    client: httpx.AsyncClient

    async def ask(self, query: str) -> bytes:
        answer = await self.client.post("/graphql", json={"query": query})
        return answer.content

    async def rate(self, query: str) -> float:
        """Answers a second, one after another."""
        began, count = time.perf_counter(), 0
        while (taken := time.perf_counter() - began) < SECONDS:
            await self.ask(query)
            count += 1
        return count / taken


async def main(customers: int) -> None:
    with database() as urls:
        fill(urls, customers)
        _dress(urls)
        process(urls.app, TENANT, Request.of(None, "latest"))
        settings = Settings(database_url=SecretStr(urls.app), rate_limit="off")
        ours, plain = create(settings), create(settings)
        graph_of(plain).execution_context_class = StrawberryGraphQLCoreExecutionContext
        graph_of(plain).short = None
        async with ours.router.lifespan_context(ours), plain.router.lifespan_context(plain):
            asked = [Asked("ours", _client(ours)), Asked("graphql-core", _client(plain))]
            for name, query in QUERIES.items():
                await _compare(name, query, *asked)
        print(dict(graph_of(ours).engine.served))


async def _compare(name: str, query: str, ours: Asked, plain: Asked) -> None:
    answers = [await each.ask(query) for each in (ours, plain)]
    if answers[0] != answers[1] or b'"errors"' in answers[0]:
        raise SystemExit(f"{name}: {answers[0][:500]!r} against {answers[1][:500]!r}")
    ratios, rates = [], []
    for _ in range(ROUNDS):
        rates.append((await ours.rate(query), await plain.rate(query)))
        ratios.append(rates[-1][0] / rates[-1][1])
    best = max(rates)
    print(
        f"{name:40} {best[0]:8.0f}/s  graphql-core {best[1]:8.0f}/s  x {statistics.median(ratios):.2f} "
        f"({min(ratios):.2f}-{max(ratios):.2f})"
    )


def _client(app: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8000", timeout=60)


def graph_of(app: Any) -> Any:
    """The schema that an application serves."""
    return next(route.endpoint.schema for route in app.routes if getattr(route, "path", "") == "/graphql")


def _dress(urls: Urls) -> None:
    """Names and addresses, so that pages are as wide as a shop's."""
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute(
            "UPDATE customer SET email = external_id || '@example.com', first_name = 'Ana', "
            "last_name = 'García', phone = '+54 11 ' || 40000000 + id, created_at = now()"
        )
        owner.execute("VACUUM ANALYZE customer")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000))
