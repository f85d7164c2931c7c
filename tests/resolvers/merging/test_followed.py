"""What a merged customer was known by leads to the survivor, and brings nobody back."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from kit.db import connect_for_work
from resolvers import customers, profiles, scored_customers, scores
from resolvers.imports.customers import import_customers
from resolvers.imports.events import import_events
from resolvers.imports.members import import_members
from resolvers.imports.options import ImportOptions
from resolvers.imports.orders import import_orders
from resolvers.segments.members import add_members
from resolvers.writes.consents import ConsentRecord
from resolvers.writes.customers import CustomerRecord, upsert_customers
from resolvers.writes.orders import OrderRecord, upsert_orders
from resolvers.writes.people import CustomerReference


@pytest.fixture
async def merged(two, join):
    """The two, merged."""
    await join(*two)
    return two


@pytest.fixture
def take(urls, tmp_path):
    """Import a file of tenant 56."""

    def load(use, content, *more):
        file = tmp_path / "f.csv"
        file.write_text(content)
        with connect_for_work(urls.app) as work:
            return use(work, file, ImportOptions(56, max_rejects=100), *more)

    return load


def people(make):
    return make.owner.execute("SELECT external_id FROM customer WHERE external_id LIKE 'an%'").fetchall()


async def test_look_ups_by_number_and_external_id(merged, context):
    ana, anna = merged
    async with context() as ctx:
        found = await customers.find(ctx, 56, ana), await customers.find_by_external_id(ctx, 56, "ana")
        assert [each and each.id for each in found] == [anna, anna]
        assert (await profiles.of_customer(ctx, 56, ana)).customer.id == anna
        assert await customers.find(ctx, 56, 10**9) is None


async def test_look_ups_with_scores(merged, context):
    ana, anna = merged
    async with context() as ctx:
        (own,) = await scores.of_customers(ctx, 56, [anna])
        assert own is not None
    for keys in ([ana], ["ana"], [ana, "ana", anna]):
        async with context() as ctx:
            found = await scored_customers.named().find_all(ctx, 56, keys)
            assert [each and each.id for each in found] == [anna] * len(keys)
            assert await scores.of_customers(ctx, 56, [anna]) == [own]


async def test_files_of_orders_and_events(merged, take, make):
    anna = merged[1]
    take(import_orders, "order_id,customer_id,placed_at,amount\nx1,ana,2025-12-01,7\nx2,anna,2025-12-01,8\n")
    events = "event_type,occurred_at,customer_id\npage_view,2025-12-02,ana\npage_view,2025-12-02,anna\n"
    assert [take(import_events, events).inserted for _ in range(2)] == [2, 0]
    for table, name in (("customer_order", "external_id ~ '^x'"), ("event", "occurred_at > '2025-12-01'")):
        held = make.owner.execute(f"SELECT customer_id FROM {table} WHERE {name}").fetchall()
        assert held == [(anna,), (anna,)]
    assert people(make) == [("anna",)]


async def test_an_events_file_from_before_the_merge_is_known_again(two, join, take, make):
    events = "event_type,occurred_at,customer_id\npage_view,2025-12-02,ana\n"
    assert take(import_events, events).inserted == 1
    await join(*two)
    assert take(import_events, events).inserted == 0


async def test_a_file_of_customers_fills_in_and_changes_nothing(merged, take, make):
    content = "customer_id,email,last_name,size,city\nanna,,Own,,\nana,other@example.com,Other,9,Lima\n"
    for _ in range(2):
        report = take(import_customers, content)
    assert (report.inserted, report.updated) == (0, 0)
    kept = make.owner.execute("SELECT email, last_name, attributes FROM customer WHERE external_id = 'anna'")
    attributes = {"eyes": "green", "size": 1.1, "city": "Lima"}
    assert kept.fetchone() == ("Ana@example.com", "Own", attributes)
    assert people(make) == [("anna",)]


async def test_records_of_customers_and_orders(merged, context, make):
    records = [
        CustomerRecord("anna", last_name="Own", consents=[ConsentRecord("phone", True)]),
        CustomerRecord(
            "ana", first_name="Not", last_name="Late", phone=None, consents=[ConsentRecord("phone", False)]
        ),
    ]
    async with context() as ctx:
        done = await upsert_customers(ctx, 56, records)
    assert [(each.status, each.key) for each in done] == [("updated", ("anna",))] * 2
    kept = make.owner.execute("SELECT first_name, last_name, phone FROM customer WHERE external_id = 'anna'")
    assert kept.fetchone() == ("Anna", "Own", "+54 1")
    at = datetime(2025, 12, 1, tzinfo=UTC)
    for name in (
        CustomerReference(merged[0]),
        CustomerReference(None, "ana"),
        CustomerReference(email="ana@example.com"),
    ):
        async with context() as ctx:
            (sold,) = await upsert_orders(
                ctx, 56, [OrderRecord("y", at, Decimal(3), customer=name)], create_customers=True
            )
        assert sold.status in ("created", "unchanged"), sold
    held = make.owner.execute("SELECT customer_id FROM customer_order WHERE external_id = 'y'").fetchone()
    assert held == (merged[1],)
    assert people(make) == [("anna",)]


@pytest.mark.parametrize(
    ("column", "value"), [("customer_id", None), ("external_id", "ana"), ("email", "ana@example.com")]
)
async def test_members_by_file(merged, take, make, column, value):
    segment = make.owner.execute(
        "INSERT INTO segment (tenant_id, name, type) VALUES (56, 'new', 'static') RETURNING id"
    ).fetchone()[0]
    report = take(import_members, f"{column}\n{value or merged[0]}\n", segment)
    assert report.inserted == 1
    held = make.owner.execute("SELECT customer_id FROM segment_member WHERE segment_id = %s", [segment])
    assert held.fetchall() == [(merged[1],)]


async def test_members_by_number(merged, context, make):
    segment = make.owner.execute(
        "INSERT INTO segment (tenant_id, name, type) VALUES (56, 'new', 'static') RETURNING id"
    ).fetchone()[0]
    async with context() as ctx:
        told = await add_members(ctx, 56, segment, [*merged])
    assert told == [(merged[0], "added"), (merged[1], "already_member")]
