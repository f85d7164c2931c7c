"""The order of the feed: whoever reads on from a position misses nothing, whatever is committed when."""

import asyncio
import random
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import psycopg
import pytest

from kit.db import connect_for_work
from resolvers import segment_changes
from resolvers.segment_changes import START, Subject, Wanted
from resolvers.segment_feed import Entry, Why, reserve, stand

WRITERS, TIMES = 4, 12
CHANGE = (
    "INSERT INTO segment_change (tenant_id, feed_id, customer_id) "
    "SELECT 56, %(feed)s, n FROM generate_series(1, %(count)s) n"
)


def write(url, segment, count, *, tenant=56, pause=0.0, again=0.0):
    """One transaction that tells of customers 1 to `count`; it dawdles before its place and after."""
    with connect_for_work(url) as work, work.transaction(tenant):
        (feed,) = reserve(work, 1)
        work.run(CHANGE.replace("56", str(tenant)), {"feed": feed, "count": count})
        time.sleep(pause)
        stand(work, tenant, [Entry.of(feed, segment, entered=True)], Why("refreshed"))
        time.sleep(again)


async def read_on(ctx, position, size=7):
    """All after a position, page by page."""
    found = []
    while rows := await segment_changes.after(ctx, 56, position, size):
        found += rows
        position = rows[-1].position
        await ctx.refresh()
    return found, position


async def test_a_reader_beside_many_writers_misses_nothing_and_sees_nothing_twice(ctx, urls, make):
    make.tenant()
    chance = random.Random(7)

    def many(segment):
        for _ in range(TIMES):
            write(urls.app, segment, 5, pause=chance.random() / 50, again=chance.random() / 50)

    found, position = [], START
    with ThreadPoolExecutor(WRITERS) as pool:
        writing = [pool.submit(many, segment) for segment in range(1, WRITERS + 1)]
        while True:
            done = all(each.done() for each in writing)
            await ctx.refresh()
            rows, position = await read_on(ctx, position)
            found += rows
            if done:
                break
            await asyncio.sleep(0.005)
    for each in writing:
        each.result()
    assert len(found) == WRITERS * TIMES * 5
    assert len({row.position for row in found}) == len(found)
    assert found == sorted(found, key=lambda row: row.position)
    assert {row.segment_id for row in found} == {1, 2, 3, 4}


async def test_writers_of_other_tenants_wait_for_nobody(urls, make):
    for tenant in (56, 57):
        make.tenant(tenant)
    with connect_for_work(urls.app) as work, work.transaction(56):
        (feed,) = reserve(work, 1)
        stand(work, 56, [Entry.of(feed, 1, entered=True)], Why("added"))
        await asyncio.to_thread(write, urls.app, 1, 1, tenant=57)


async def test_instants_rise_over_a_clock_that_was_set_back(ctx, urls, make):
    make.tenant()
    make.moves(56, 1, [(1, "Lost", "Champions")], "2199-01-01 00:00Z")
    write(urls.app, 1, 1)
    first, second = await segment_changes.after(ctx, 56, START, 10)
    assert (first.action, second.action) == ("move", "enter")
    assert second.at > first.at == datetime(2199, 1, 1, tzinfo=UTC)
    assert await segment_changes.end(ctx, 56) > second.position


async def test_what_is_wanted_is_found_both_ways_at_every_size(ctx, urls, make):
    make.tenant()
    chance = random.Random(3)
    for hour in range(8):
        people = chance.sample(range(1, 9), 4)
        make.moves(56, hour, [(each, "Lost", "Champions") for each in people], f"2025-01-01 {hour:02}:00Z")
        write(urls.app, hour % 2 + 1, chance.randrange(1, 5))
    everything, _ = await read_on(ctx, START)
    for wanted, chosen in (
        (Wanted(), lambda row: True),
        (Wanted(customer=3), lambda row: row.customer_id == 3),
        (Wanted(subject=Subject("segment", 2, None)), lambda row: row.segment_id == 2),
        (Wanted(subject=Subject("rfm_segment", 0, "Lost")), lambda row: row.kind == "rfm_segment"),
        (Wanted(subject=Subject("rfm_segment", 0, "Promising")), lambda row: False),
        (Wanted(kinds=("clv_tier", "segment")), lambda row: row.kind == "segment"),
        (Wanted(kinds=("segment",), customer=2), lambda row: (row.kind, row.customer_id) == ("segment", 2)),
        (Wanted(classes=("Champions",)), lambda row: row.kind == "rfm_segment"),
    ):
        expected = [row for row in everything if chosen(row)]
        for size in (1, 3, 100):
            for ahead in (True, False):
                found: list[Any] = []
                cursor, more = None, True
                while more:
                    asked: dict[str, Any] = (
                        {"first": size, "after": cursor} if ahead else {"last": size, "before": cursor}
                    )
                    page = await segment_changes.page(ctx, 56, wanted, with_total=True, **asked)
                    assert page.total == len(expected)
                    found = [*found, *page.rows] if ahead else [*page.rows, *found]
                    more = page.has_next if ahead else page.has_previous
                    cursor = page.cursors[-1 if ahead else 0] if page.cursors else None
                assert found == expected, (wanted, size, ahead)


@pytest.mark.parametrize(
    "row",
    [
        "segment_feed (tenant_id, at, kind, segment_id, reason) VALUES (%s, now(), 'clv_tier', 0, 'run')",
        "segment_change (tenant_id, feed_id, customer_id) VALUES (%s, 1, 1)",
        "segment_member (tenant_id, segment_id, customer_id) VALUES (%s, 1, 1)",
    ],
    ids=lambda row: row.split()[0],
)
def test_rows_are_of_the_tenant_in_scope_alone(urls, row):
    with psycopg.connect(urls.app, autocommit=True) as app:
        for scope, tenant in (("", 56), ("57", 56), ("56", 57)):
            app.execute(f"SET app.tenant_id = '{scope}'")
            with pytest.raises(psycopg.errors.InsufficientPrivilege, match="row-level security"):
                app.execute(f"INSERT INTO {row}", [tenant])
        app.execute("SET app.tenant_id = '56'")
        app.execute(f"INSERT INTO {row}", [56])


@pytest.mark.parametrize("table", ["segment_feed", "segment_change"])
def test_the_application_may_append_and_nothing_else(urls, table):
    with psycopg.connect(urls.app, autocommit=True) as app:
        app.execute("SET app.tenant_id = 56")
        app.execute(f"SELECT FROM {table}")
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET tenant_id = 57", f"TRUNCATE {table}"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(statement)
