"""Months of events: made without holding anybody up, dropped once retention has emptied them, made again."""

import random
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import psycopg
import pytest

from kit.db import connect_for_work
from kit.page import microseconds
from resolvers import retention
from resolvers.intake.event import Checked, Submission
from resolvers.intake.store import EventStore
from resolvers.writes.outcome import CREATED

OLD = date(2024, 5, 1)
KEPT = "UPDATE tenant SET settings = jsonb_build_object('event_retention_days', %s::int) WHERE id = %s"
FOR_GOOD = "UPDATE tenant SET settings = '{}' WHERE id = %s"
INSERT = "INSERT INTO event (tenant_id, occurred_at, message_id, event_type) VALUES (%s, %s, %s, 'page_view')"


@pytest.fixture
def shops(make):
    """Tenants 56 and 57, of whom 56 keeps events for 30 days, and no month but those that a test makes."""
    for tenant in (56, 57):
        make.tenant(tenant)
    make.owner.execute(KEPT, [30, 56])
    for month in months(make):
        make.owner.execute(f"DROP TABLE {month}")
    return make


def months(make):
    query = "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = 'event'::regclass ORDER BY 1"
    return [name for (name,) in make.owner.execute(query)]


def ensured(make, *days):
    for day in days:
        make.owner.execute("SELECT event_partition_ensure(%s)", [day])


def old_event(number, *, day=2):
    moment = microseconds(datetime(2024, 5, day, tzinfo=UTC)) + number
    return Checked("page_view", None, moment, f"m{number}", {}, b"{}", ())


def test_a_month_that_retention_emptied_is_dropped_and_made_again_for_a_late_event(shops, urls):
    ensured(shops, OLD)
    shops.owner.execute(INSERT, [56, "2024-05-02Z", "m"])
    assert retention.drop_empty_months(urls.app) == []
    assert retention.remove_old(urls.app) == {56: 1}
    assert retention.drop_empty_months(urls.app) == [OLD]
    assert months(shops) == []
    with connect_for_work(urls.app) as work:
        assert saved(EventStore(), work, old_event(1)) == CREATED
    assert months(shops) == ["event_2024_05"]
    assert retention.remove_old(urls.app) == {56: 1}
    assert retention.drop_empty_months(urls.app) == [OLD]


def test_a_store_that_knew_the_month_saves_into_it_all_the_same(shops, urls):
    store = EventStore()
    with connect_for_work(urls.app) as work:
        saved(store, work, old_event(1))
        retention.remove_old(urls.app)
        assert retention.drop_empty_months(urls.app) == [OLD]
        assert saved(store, work, old_event(2)) == CREATED


def test_a_month_stays_where_anything_is_left_in_it(shops, urls):
    """Also what is of a tenant that keeps its events for good."""
    ensured(shops, OLD)
    shops.owner.execute(INSERT, [57, "2024-05-02Z", "m"])
    assert retention.drop_empty_months(urls.app) == []
    shops.owner.execute("DELETE FROM event")
    assert retention.drop_empty_months(urls.app) == [OLD]


def test_the_longest_retention_decides(shops, urls):
    ensured(shops, OLD, "2019-12-01")
    shops.owner.execute(KEPT, [36_500, 57])
    assert retention.drop_empty_months(urls.app) == []
    assert not dropped(urls, OLD)
    days = (datetime.now(UTC).date() - date(2020, 1, 1)).days
    shops.owner.execute(KEPT, [days - 1, 57])
    assert retention.drop_empty_months(urls.app) == [date(2019, 12, 1)]
    assert not dropped(urls, OLD)


def test_nothing_is_dropped_where_no_tenant_has_chosen(shops, urls):
    ensured(shops, OLD)
    shops.owner.execute(FOR_GOOD, [56])
    assert retention.drop_empty_months(urls.app) == []
    assert not dropped(urls, OLD)


@pytest.mark.parametrize("ahead", [0, 1])
def test_this_month_and_the_next_stay_whatever_the_settings_say(shops, urls, ahead):
    (month,) = shops.owner.execute(
        "SELECT (date_trunc('month', now(), 'UTC') AT TIME ZONE 'UTC' + %s * interval '1 month')::date",
        [ahead],
    ).fetchone()
    ensured(shops, month)
    shops.owner.execute(KEPT, [-36_500, 56])
    assert not dropped(urls, month)
    assert retention.drop_empty_months(urls.app) == []
    assert len(months(shops)) == 1


def test_only_partitions_of_events_are_dropped(shops, urls):
    shops.owner.execute("CREATE TABLE event_2024_05 (LIKE event)")
    try:
        assert not dropped(urls, OLD)
        assert retention.drop_empty_months(urls.app) == []
        assert shops.owner.execute("SELECT count(*) FROM event_2024_05").fetchone() == (0,)
    finally:
        shops.owner.execute("DROP TABLE event_2024_05")
    assert not dropped(urls, OLD)


def test_an_older_snapshot_is_refused(shops, urls):
    """It would not see what was written since, and drop that."""
    ensured(shops, OLD)
    with psycopg.connect(urls.app) as app:
        app.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        with pytest.raises(psycopg.errors.InvalidTransactionState):
            app.execute("SELECT event_partition_drop(%s)", [OLD])
    assert months(shops) == ["event_2024_05"]


def test_a_month_is_left_while_somebody_writes_and_dead_rows_fill_it(shops, urls):
    ensured(shops, OLD, "2025-01-01")
    with psycopg.connect(urls.app) as app:
        app.execute("SET app.tenant_id = 56")
        app.execute(INSERT, [56, "2025-01-02Z", "m"])
        assert retention.drop_empty_months(urls.app) == []
    shops.owner.execute("DELETE FROM event")
    shops.owner.execute(
        "INSERT INTO event (tenant_id, occurred_at, message_id, event_type) "
        "SELECT 56, '2024-05-02Z', repeat('m', 1000) || n, 'page_view' FROM generate_series(1, 10000) n"
    )
    shops.owner.execute("DELETE FROM event WHERE occurred_at < '2024-06-01'")
    assert OLD not in retention.drop_empty_months(urls.app)
    shops.owner.execute("VACUUM event_2024_05")
    assert retention.drop_empty_months(urls.app) == [OLD]


def test_who_has_ensured_a_month_finds_it_until_the_end_of_the_transaction(shops, urls):
    ensured(shops, OLD)
    with psycopg.connect(urls.app) as app:
        app.execute("SET app.tenant_id = 56")
        app.execute("SELECT event_partition_ensure(%s)", [OLD])
        assert retention.drop_empty_months(urls.app) == []
        app.execute(INSERT, [56, "2024-05-02Z", "m"])
    assert shops.owner.execute("SELECT count(*) FROM event").fetchone() == (1,)


def test_a_month_is_made_while_others_write_and_read(shops, urls):
    """Nobody who holds the table as a writer or a reader does has to end first."""
    ensured(shops, OLD)
    with psycopg.connect(urls.app) as writer, psycopg.connect(urls.app, autocommit=True) as other:
        writer.execute("SET app.tenant_id = 56")
        writer.execute(INSERT, [56, "2024-05-02Z", "m"])
        writer.execute("SELECT count(*) FROM event")
        other.execute("SET lock_timeout = '5s'")
        other.execute("SELECT event_partition_ensure('2024-06-01')")
        writer.execute(INSERT, [56, "2024-06-02Z", "m"])
    assert months(shops) == ["event_2024_05", "event_2024_06"]


def test_a_month_that_is_made_is_as_its_neighbours(shops):
    """The key and the index by customer among the table's own, so that none is missing in it."""
    ensured(shops, OLD)
    shops.owner.execute(
        "CREATE TABLE event_2024_06 PARTITION OF event FOR VALUES FROM ('2024-06-01Z') TO ('2024-07-01Z')"
    )
    try:
        told = (
            "SELECT replace(pg_get_indexdef(i.indexrelid), %(name)s, ''), p.inhparent::regclass::text "
            "FROM pg_index i LEFT JOIN pg_inherits p ON p.inhrelid = i.indexrelid "
            "WHERE i.indrelid = %(name)s::regclass ORDER BY 2"
        )
        columns = (
            "SELECT attname::text, format_type(atttypid, atttypmod), attnotnull, atthasdef, attislocal "
            "FROM pg_attribute WHERE attrelid = %(name)s::regclass AND attnum > 0 ORDER BY attnum"
        )
        made, neighbour = (
            [shops.owner.execute(query, {"name": name}).fetchall() for query in (told, columns)]
            for name in ("event_2024_05", "event_2024_06")
        )
        assert made == neighbour
        assert len(made[0]) == 2
        assert all(parent for _, parent in made[0])
    finally:
        shops.owner.execute("DROP TABLE event_2024_06")


def test_writers_lose_nothing_while_months_are_dropped_beside_them(shops, urls):
    """Old events come in from three sides into a month that is emptied and dropped all the while."""
    over = threading.Event()
    removed: list[int] = []
    drops: list[date] = []
    stored: list[str] = []

    def write(side):
        store, pauses = EventStore(), random.Random(side)
        with connect_for_work(urls.app) as work:
            for number in range(side * 1_000, side * 1_000 + 200):
                stored.append(saved(store, work, old_event(number, day=1 + side)))
                over.wait(pauses.random() / 20)
                if len(drops) >= 10:
                    return

    def drop():
        with psycopg.connect(urls.owner, autocommit=True) as owner:
            while not over.is_set():
                removed.append(owner.execute("DELETE FROM event").rowcount)
                if dropped(urls, OLD):
                    drops.append(OLD)

    with ThreadPoolExecutor(4) as pool:
        dropping = pool.submit(drop)
        try:
            for each in [pool.submit(write, side) for side in range(3)]:
                each.result()
        finally:
            over.set()
        dropping.result()
    assert {*stored} == {CREATED}
    (left,) = shops.owner.execute("SELECT count(*) FROM event").fetchone()
    assert sum(removed) + left == len(stored)
    assert drops


def dropped(urls, month):
    with psycopg.connect(urls.app, autocommit=True) as app:
        return app.execute("SELECT event_partition_drop(%s)", [month]).fetchone() == (True,)


def saved(store, work, event):
    """Save an event of tenant 56 by itself; what became of it."""
    (outcomes,) = store.save(work, [Submission(56, (event,))])
    return outcomes[0].status
