"""How long events are kept, months made ahead, and the jobs that see to both."""

import procrastinate
import pytest

from jobs.queue import PARTITIONS, RETENTION, make_queue
from jobs.worker import register
from kit import ids
from resolvers import retention

TENANT = ids.encode("Tenant", 56)
CHOOSE = """mutation R($days: Int) { eventRetentionUpdate(input: {tenantId: "TENANT", days: $days}) {
  eventRetentionDays userErrors { code field message } } }""".replace("TENANT", TENANT)
READ = """query T($t: ID!) { tenant(id: $t) { eventRetentionDays } }"""
AGES = (0, 29, 31, 400)


@pytest.fixture
def shops(make):
    """Tenants 56 and 57 with an event of each of the ages, in days."""
    for tenant in (56, 57):
        make.tenant(tenant)
        for age in AGES:
            at = f"now() - interval '{age} days'"
            make.owner.execute(f"SELECT event_partition_ensure(({at})::date)")
            make.owner.execute(
                "INSERT INTO event (tenant_id, occurred_at, message_id, event_type) "
                f"SELECT {tenant}, {at}, n::text, 'page_view' FROM generate_series(1, 3) n"
            )
    return make


def counts(shops):
    query = "SELECT tenant_id, count(*) FROM event GROUP BY tenant_id ORDER BY tenant_id"
    return dict(shops.owner.execute(query).fetchall())


async def test_a_tenant_chooses_how_long_its_events_are_kept(shops, ask, urls, monkeypatch):
    monkeypatch.setattr(retention, "_CHUNK", 2)
    monkeypatch.setitem(retention._DELETE.defaults, "chunk", 2)
    assert retention.remove_old(urls.app) == {}
    chosen = (await ask(CHOOSE, days=30))["eventRetentionUpdate"]
    assert chosen == {"eventRetentionDays": 30, "userErrors": []}
    assert (await ask(READ, t=TENANT))["tenant"] == {"eventRetentionDays": 30}
    assert retention.remove_old(urls.app) == {56: 6}
    assert counts(shops) == {56: 6, 57: 12}
    assert (await ask(CHOOSE, days=None))["eventRetentionUpdate"]["userErrors"] == []
    assert (await ask(READ, t=TENANT))["tenant"] == {"eventRetentionDays": None}
    assert retention.remove_old(urls.app) == {}


async def test_days_that_are_left_out_are_no_null(shops, ask):
    await ask(CHOOSE, days=30)
    (error,) = (await ask(CHOOSE))["eventRetentionUpdate"]["userErrors"]
    assert error["field"] == ["input", "days"]
    assert (await ask(READ, t=TENANT))["tenant"] == {"eventRetentionDays": 30}


@pytest.mark.parametrize("days", [0, -1, 36_501])
async def test_days_that_are_not_accepted(shops, ask, days):
    (error,) = (await ask(CHOOSE, days=days))["eventRetentionUpdate"]["userErrors"]
    assert error["field"] == ["input", "days"]
    assert "accepted are 1 to 36500" in error["message"]


async def test_an_event_older_than_what_is_kept_is_accepted_all_the_same(shops, ask, client, urls):
    await ask(CHOOSE, days=30)
    shops.customer(56, "ana")
    body = {
        "tenant_id": 56,
        "external_id": "ana",
        "event_type": "page_view",
        "timestamp": "1999-01-01T00:00Z",
    }
    assert (await client.post("/api/v2/cdp/events", json=body)).status_code == 201
    assert retention.remove_old(urls.app) == {56: 7}


def test_the_months_ahead_have_their_partition(own_urls):
    import psycopg

    query = (
        "SELECT count(*) FROM generate_series(0, 3) n WHERE to_regclass('event_' || to_char("
        "date_trunc('month', now() AT TIME ZONE 'UTC') + n * interval '1 month', 'YYYY_MM')) IS NOT NULL"
    )
    with psycopg.connect(own_urls.owner, autocommit=True) as owner:
        assert owner.execute(query).fetchone() == (0,)
        retention.make_months_ahead(own_urls.app)
        retention.make_months_ahead(own_urls.app)
        assert owner.execute(query).fetchone() == (4,)


async def test_both_are_periodic_jobs_of_the_worker(shops, ask, urls):
    await ask(CHOOSE, days=30)
    app = make_queue(urls.app).app
    register(app, urls.app)
    assert {each.task.name for each in app.periodic_registry.periodic_tasks.values()} == {
        PARTITIONS,
        RETENTION,
    }
    async with app.open_async():
        deferrer = procrastinate.periodic.PeriodicDeferrer(app.periodic_registry)
        await deferrer.defer_jobs([(each, 1) for each in app.periodic_registry.periodic_tasks.values()])
        await app.run_worker_async(wait=False, install_signal_handlers=False, listen_notify=False)
    assert counts(shops) == {56: 6, 57: 12}
    left = shops.owner.execute("SELECT DISTINCT status::text FROM procrastinate_jobs").fetchall()
    assert left == [("succeeded",)]
