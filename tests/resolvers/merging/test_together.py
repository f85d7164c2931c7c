"""Merges beside each other, and while events come in: nothing is lost, and nobody waits for nothing."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from kit.db import connect_for_work
from kit.errors import ConflictError, UnavailableError
from resolvers.context import OPEN, Ctx
from resolvers.intake.event import EventRecord, Submission, check_event
from resolvers.intake.store import EventStore
from resolvers.merging.merge import merge
from resolvers.processing.control import Control
from resolvers.processing.process import process
from resolvers.processing.request import Request
from resolvers.writes.people import CustomerReference
from tests.resolvers.conftest import NoQueue
from tests.resolvers.merging.conftest import by_id


@pytest.fixture
def apart(database):
    """Merge on a reader of its own."""

    async def run(source, target):
        async with database.read() as reader:
            ctx = Ctx(actor=OPEN, db=database, reader=reader, queue=NoQueue())
            return await merge(ctx, 56, by_id(source), by_id(target))

    return run


async def test_of_two_merges_that_cross_one_stands(make, apart):
    make.tenant()
    for n in range(5):
        a, b = make.customer(56, f"a{n}"), make.customer(56, f"b{n}")
        make.order(56, a, "2025-06-01Z", 1)
        make.order(56, b, "2025-06-01Z", 2)
        done = await asyncio.gather(apart(a, b), apart(b, a), return_exceptions=True)
        assert sorted(type(each).__name__ for each in done) == ["ConflictError", "Merged"]
        (refused,) = [each for each in done if isinstance(each, ConflictError)]
        assert refused.field == "into"
        left = make.owner.execute(
            "SELECT customer_id, count(*) FROM customer_order WHERE customer_id = ANY (%s) GROUP BY 1",
            [[a, b]],
        ).fetchall()
        assert [count for _, count in left] == [2]


async def test_of_merges_into_each_other_all_orders_end_with_one(make, apart):
    make.tenant()
    numbers = [make.customer(56, f"c{n}") for n in range(6)]
    for each in numbers:
        make.order(56, each, "2025-06-01Z", 1)
    pairs = [(numbers[n], numbers[n + 1]) for n in range(5)]
    done = await asyncio.gather(*(apart(*pair) for pair in pairs), return_exceptions=True)
    assert all(isinstance(each, ConflictError) or not isinstance(each, Exception) for each in done)
    held = make.owner.execute("SELECT count(*) FROM customer_order o JOIN customer c ON c.id = o.customer_id")
    assert held.fetchone() == (6,)
    astray = make.owner.execute(
        "SELECT count(*) FROM customer_merge m LEFT JOIN customer c ON c.id = m.survivor_id "
        "WHERE c.id IS NULL"
    )
    assert astray.fetchone() == (0,)


AT = datetime(2025, 6, 1, tzinfo=UTC)
WAYS = ("database_id", "external_id", "email")


def pour(url, number, count, began):
    """Save single events of Ana, one after the other, by all that she is known by; how many were saved."""
    store, saved = EventStore(), 0
    names = {"database_id": number, "external_id": "ana", "email": "ana@example.com"}
    with connect_for_work(url) as work:
        for n in range(count):
            way = WAYS[n % 3]
            event = EventRecord(
                "page_view",
                customer=CustomerReference(**{way: names[way]}),
                occurred_at=AT + timedelta(seconds=n),
                message_id=f"{way}-{n}",
            )
            while True:
                try:
                    (done,) = store.save(work, [Submission(56, [check_event(event)])])
                    break
                except UnavailableError:
                    continue
            assert isinstance(done, list), done
            assert done[0].status == "created", done
            saved += 1
            if n == 20:
                began.set()
    return saved


async def test_events_that_come_in_during_a_merge_and_its_undoing_are_all_there(two, apart, part, make, urls):
    ana, anna = two
    loop, began = asyncio.get_running_loop(), asyncio.Event()
    told = type("Told", (), {"set": lambda self: loop.call_soon_threadsafe(began.set)})()
    with ThreadPoolExecutor(1) as pool:
        poured = loop.run_in_executor(pool, pour, urls.app, ana, 400, told)
        await began.wait()
        done = await apart(ana, anna)
        assert not poured.done()
        saved = await poured
    held = make.owner.execute(
        "SELECT count(*) FROM event WHERE customer_id = %s AND message_id ~ '^(database|external|email)'",
        [anna],
    ).fetchone()
    assert (saved, held) == (400, (400,))
    moved = make.owner.execute("SELECT count(*) FROM event WHERE merged_from = %s", [ana]).fetchone()[0]
    await part(done.id)
    back = make.owner.execute("SELECT count(*) FROM event WHERE customer_id = %s", [ana]).fetchone()[0]
    assert 25 < back == moved < 400


async def test_a_customer_who_is_merged_during_a_run_has_no_scores_of_it(two, apart, make, urls, monkeypatch):
    ana, anna = two
    loop = asyncio.get_running_loop()
    progress = Control.progress

    def merge_meanwhile(control, attempt, step, share):
        if step == "writing scores":
            asyncio.run_coroutine_threadsafe(apart(ana, anna), loop).result(20)
        progress(control, attempt, step, share)

    monkeypatch.setattr(Control, "progress", merge_meanwhile)
    await asyncio.to_thread(process, urls.app, 56, Request.of(None, "2026-01-01", force=True))
    scored = make.owner.execute("SELECT DISTINCT run_id FROM customer_score WHERE customer_id = %s", [ana])
    assert scored.fetchall() == []
    listed = make.owner.execute("SELECT count(*) FROM score_listing WHERE %s = ANY (customer_ids)", [ana])
    assert listed.fetchone() == (0,)
    counted = make.owner.execute(
        "SELECT sum(member_count), (SELECT count(*) FROM customer_score JOIN score_current USING (run_id)) "
        "FROM segment WHERE builtin LIKE 'rfm%'"
    ).fetchone()
    assert counted[0] == counted[1]
