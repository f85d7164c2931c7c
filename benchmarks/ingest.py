"""Events in: single posts against posts that do nothing and posts of a row a commit, lists against COPY.

python -m benchmarks.ingest [EVENTS]
"""

import asyncio
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import orjson
import psycopg
from fastapi import FastAPI, Request, Response
from starlette.applications import Starlette

from app import create
from benchmarks.posts import post, request
from benchmarks.serving import ours
from benchmarks.shop import Urls, database
from kit.db import Statement
from kit.page import INSTANT
from resolvers.intake.event import Submission
from resolvers.intake.intake import EventIntake
from rest.body import parsed
from rest.event_body import read_event, read_tenant, refuse

PATH = "/api/v2/cdp/events"
NOTHING = f"{PATH}/nothing"
COMMITTED = f"{PATH}/committed"
CALLERS = 64
MANY = 256
LIST = 1_000
LISTS = 16
"""How many lists are under way at a time."""
TURNS = 7
CUSTOMERS = 10_000
_START = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
_COPY = "COPY event (tenant_id, occurred_at, message_id, customer_id, event_type, properties) FROM STDIN"
_INSERT = (
    "INSERT INTO event (tenant_id, occurred_at, message_id, customer_id, event_type, properties) "
    "VALUES (1, %(occurred_at)s, %(message_id)s, %(customer_id)s, %(event_type)s, %(properties)s)"
)
_COMMIT = Statement(
    "INSERT INTO event (tenant_id, occurred_at, message_id, customer_id, event_type, properties) "
    "SELECT %(tenant_id)s, %(occurred_at)s, %(message_id)s, id, %(event_type)s, %(properties)s::jsonb "
    "FROM customer WHERE tenant_id = %(tenant_id)s AND id = %(customer_id)s AND erased_at IS NULL "
    "ON CONFLICT DO NOTHING RETURNING message_id",
    True,
    {},
)


def serving() -> Starlette:
    """The application with two paths more, that read a body as the others do.

    One answers at once, the other checks the event as the others do and commits it by itself.
    """
    application = create()
    rest = application.router.default
    assert isinstance(rest, FastAPI)
    answer = orjson.dumps(
        {"success": True, "message": "Event tracked successfully", "data": {"id": "x" * 60}}
    )

    async def nothing(body: Request) -> Response:
        parsed(body)
        return Response(answer, 201, media_type="application/json")

    async def committed(body: Request) -> Response:
        await _committed(body)
        return Response(answer, 201, media_type="application/json")

    rest.add_api_route(NOTHING, nothing, methods=["POST"], response_model=None)
    rest.add_api_route(COMMITTED, committed, methods=["POST"], response_model=None)
    return application


async def _committed(body: Request) -> None:
    """Save an event of a customer's number, in a transaction of its own."""
    given = parsed(body)
    tenant = read_tenant(given.get("tenant_id"))
    found = read_event(given, tenant)
    if found.problems:
        refuse(found.problems, given)
    values = {
        "occurred_at": INSTANT.read(found.moment),
        "message_id": found.message_id,
        "customer_id": found.customer and found.customer.database_id,
        "event_type": found.event_type,
        "properties": found.stored.decode(),
    }
    async with body.state.ctx.db.write() as transaction:
        if not await transaction.fetch(_COMMIT, str, tenant=tenant, **values):
            raise RuntimeError("a duplicate, or a customer who is not there")


def event(name: str, number: int) -> dict[str, object]:
    """An event of some 350 bytes."""
    return {
        "customer_id": 1 + number % CUSTOMERS,
        "event_type": "page_view",
        "properties": {
            "page": f"/products/shoes/{number % 977}",
            "referrer": "https://www.google.com/search?q=shoes",
            "title": "Shoes for everyone, in all sizes and colours",
            "session": f"s-{number // 7:08}",
            "agent": "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36",
        },
        "timestamp": (_START + timedelta(seconds=number % 86_400)).isoformat(),
        "message_id": f"{name}-{number:08}",
    }


async def main(count: int) -> None:
    with database() as urls:
        _fill(urls)
        with ours(urls, app="benchmarks.ingest:serving") as server:
            await _over_http(urls, server.port, count)
        await _within(urls, count)


def _fill(urls: Urls) -> None:
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO tenant (id, name, slug, currency, time_zone) VALUES (1, 'B', 'b', 'ARS', 'UTC')"
        )
        owner.execute(
            "INSERT INTO customer (tenant_id, external_id) SELECT 1, 'c' || n FROM generate_series(1, %s) n",
            [CUSTOMERS],
        )
        owner.execute("SELECT event_partition_ensure(%s)", [_START.date()])


async def _over_http(urls: Urls, port: int, count: int) -> None:
    """Rates of single posts and of lists, and their limits, each measured before and after the other."""

    def single(path: str, name: str) -> list[bytes]:
        bodies = ({"tenant_id": 1, **event(name, number)} for number in range(count))
        return [request(path, orjson.dumps(each)) for each in bodies]

    await post(port, single(NOTHING, "w"), CALLERS)
    names = ("no-op", "single", "committed post", "row a commit", "COPY", "list")
    rates: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(TURNS):
        rates["no-op"].append(count / await post(port, single(NOTHING, "n"), CALLERS))
        rates["single"].append(count / await post(port, single(PATH, f"s{turn}"), CALLERS))
        few = single(COMMITTED, f"p{turn}")[: count // 4]
        rates["committed post"].append(len(few) / await post(port, few, CALLERS))
        rates["row a commit"].append(_row_a_commit(urls, f"r{turn}", 500))
        rates["COPY"].append(_copy(urls, f"c{turn}", 2 * count))
        parts = [
            {"tenant_id": 1, "events": [event(f"l{turn}", number) for number in range(start, start + LIST)]}
            for start in range(0, 2 * count, LIST)
        ]
        lists = [request(f"{PATH}/batch", orjson.dumps(each)) for each in parts]
        rates["list"].append(len(parts) * LIST / await post(port, lists, LISTS))
    for name, each in rates.items():
        print(f"{name:14}", *(f"{rate:10,.0f}" for rate in each), f" events/s, in {TURNS} turns")
    best = {name: statistics.median(each) for name, each in rates.items()}
    print(f"single post: {best['single'] / best['no-op']:.2f} x a post that does nothing (aim .5)")
    print(f"single post: {best['single'] / best['committed post']:.1f} x a post of a row a commit")
    print(f"single post: {best['single'] / best['row a commit']:.1f} x a row a commit past HTTP (aim 16)")
    print(f"list of {LIST:,}: {best['list'] / best['COPY']:.2f} x COPY (aim .4)")


def _row_a_commit(urls: Urls, name: str, count: int) -> float:
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        started = time.perf_counter()
        for number in range(count):
            owner.execute(_INSERT, _row(name, number))
        return count / (time.perf_counter() - started)


def _row(name: str, number: int) -> dict[str, object]:
    given = event(name, number)
    properties = orjson.dumps(given["properties"]).decode()
    return {**given, "occurred_at": given["timestamp"], "properties": properties}


def _copy(urls: Urls, name: str, count: int) -> float:
    """The same rows into the same table by its owner, a thousand a transaction."""
    names = ("occurred_at", "message_id", "customer_id", "event_type", "properties")
    rows = [("1", *(str(row[each]) for each in names)) for row in (_row(name, n) for n in range(count))]
    blocks = [
        "".join("\t".join(row) + "\n" for row in rows[start : start + LIST]).encode()
        for start in range(0, count, LIST)
    ]
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        started = time.perf_counter()
        for block in blocks:
            with owner.cursor().copy(_COPY) as copy:
                copy.write(block)
        return count / (time.perf_counter() - started)


async def _within(urls: Urls, count: int) -> None:
    """The micro-batcher by itself, without HTTP."""
    intake = EventIntake(urls.app, capacity=10 * MANY)
    await intake.open()
    for callers in (CALLERS, MANY):
        events = iter([read_event(event(f"w{callers}", number)) for number in range(count)])

        async def call(events: Iterator[object] = events) -> None:
            for each in events:
                await intake.put(Submission(1, (each,)))  # type: ignore[arg-type]

        started = time.perf_counter()
        await asyncio.gather(*(call() for _ in range(callers)))
        rate = count / (time.perf_counter() - started)
        alone = _row_a_commit(urls, f"a{callers}", 500)
        print(f"micro-batcher, {callers} callers: {rate:,.0f} events/s, {rate / alone:.1f} x a row a commit")
    await intake.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000))
