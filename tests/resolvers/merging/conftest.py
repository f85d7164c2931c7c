"""A tenant with two customers who are one, all that may be held on each, and what it looks like."""

import pytest
from psycopg.types.json import Jsonb

from models import METADATA
from resolvers.merging.merge import merge
from resolvers.merging.unmerge import unmerge
from resolvers.processing.process import process
from resolvers.processing.request import Request
from resolvers.writes.people import CustomerReference

HELD = sorted(
    name
    for name, table in METADATA.tables.items()
    if "tenant_id" in table.c
    and name not in {"audit_entry", "customer_merge", "segment_feed", "segment_change", "tenant"}
)
"""Tables whose rows are to be what they were once a merge is undone."""


def by_id(number):
    return CustomerReference(database_id=number)


@pytest.fixture
def two(make, urls):
    """Numbers of Ana, who goes, and of Anna, who stays, among 60 others of tenant 56, all scored."""
    make.history(make.tenant(), 60)
    ana = make.customer(
        56,
        "ana",
        email="Ana@example.com",
        phone="+54 1",
        created_at="2024-05-01Z",
        attributes=Jsonb({"eyes": "violet", "size": 1.10}),
    )
    anna = make.customer(56, "anna", first_name="Anna", attributes=Jsonb({"eyes": "green"}))
    for customer, name in ((ana, "ana"), (anna, "anna")):
        for n in range(3):
            order = make.order(56, customer, f"2025-0{n + 6}-01Z", 10 * (n + 1), external_id=f"{name}-{n}")
        make.refund(
            56,
            customer,
            "2025-10-01Z",
            5,
            order_id=order,
            order_external_id=f"{name}-2",
            external_id=f"{name}-r",
        )
        make.owner.execute("UPDATE customer_order SET refunded = 5 WHERE id = %s", [order])
        profile(make, name)
    make.refund(56, ana, "2025-11-01Z", 25, external_id="loose")
    make.order(56, anna, "2025-10-15Z", 25, external_id="match")
    events(make, ana, "ana", 5)
    events(make, anna, "anna", 4)
    consents(make, ana, email=(False, "2025-05-02"), sms=(True, "2025-05-02"), post=(True, "2025-05-02"))
    consents(make, anna, email=(True, "2025-05-01"), sms=(False, "2025-05-03"))
    segments(make, ana, anna)
    process(urls.app, 56, Request.of(None, "2026-01-01"))
    return ana, anna


def profile(make, name):
    make.owner.execute(
        "INSERT INTO integration_profile (tenant_id, profile, integration_id, buyer) VALUES (56, %s, 1, %s)",
        [f"profile-{name}", name],
    )
    make.owner.execute(
        "INSERT INTO integration_order (tenant_id, external_id, account_name, number, integration_id, "
        "status, buyer, created_at, changed_at) VALUES (56, %s, 'shop', %s, 1, 'invoiced', %s, "
        "'2025-06-01Z', '2025-06-01Z')",
        [f"{name}-0", f"{name}-0", name],
    )


def events(make, customer, name, count):
    make.owner.execute("SELECT event_partition_ensure('2025-06-01'), event_partition_ensure('2025-07-01')")
    make.owner.execute(
        "INSERT INTO event (tenant_id, occurred_at, message_id, customer_id, event_type) "
        "SELECT 56, timestamptz '2025-06-29Z' + n * interval '1 day', %s || n, %s, 'page_view' "
        "FROM generate_series(1, %s) n",
        [name, customer, count],
    )


def consents(make, customer, **given):
    for channel, (granted, at) in given.items():
        make.owner.execute(
            "INSERT INTO customer_consent VALUES (56, %s, %s, %s, 'form', %s)",
            [customer, channel, granted, f"{at}Z"],
        )


def segments(make, ana, anna):
    """Static segments of one, of the other and of both, and a dynamic one of both."""
    for name, criteria, members in (
        ("hers", None, (ana,)),
        ("others", None, (anna,)),
        ("both", None, (ana, anna)),
        ("dynamic", {"frequency": {"gte": 1}}, (ana, anna)),
    ):
        row = make.owner.execute(
            "INSERT INTO segment (tenant_id, name, type, criteria, member_count, refreshed_at) "
            "VALUES (56, %s, %s, %s, %s, now()) RETURNING id",
            [name, "dynamic" if criteria else "static", criteria and Jsonb(criteria), len(members)],
        ).fetchone()
        for customer in members:
            make.owner.execute(
                "INSERT INTO segment_member VALUES (56, %s, %s, '2025-03-01Z')", [row[0], customer]
            )


@pytest.fixture
def rows(make):
    """All rows of the tables that a merge moves things in, as text; instants of refreshes left out."""

    def read():
        return {
            name: make.owner.execute(
                f"SELECT (to_jsonb(t) - 'refreshed_at')::text FROM {name} t ORDER BY 1"
            ).fetchall()
            for name in HELD
        }

    return read


@pytest.fixture
def totals(make):
    """Orders, net revenue, buyers, events and refunds of tenant 56."""

    def read():
        return make.owner.execute(
            "SELECT (SELECT count(*) FROM customer_order WHERE tenant_id = 56), "
            "(SELECT sum(amount) FROM customer_order WHERE tenant_id = 56) "
            "- (SELECT coalesce(sum(amount), 0) FROM refund WHERE tenant_id = 56), "
            "(SELECT count(DISTINCT customer_id) FROM customer_order WHERE tenant_id = 56), "
            "(SELECT count(*) FROM event WHERE tenant_id = 56 AND customer_id IS NOT NULL), "
            "(SELECT count(*) FROM refund WHERE tenant_id = 56)"
        ).fetchone()

    return read


@pytest.fixture
def join(context):
    """Merge one number into another."""

    async def run(source, target, **given):
        async with context() as ctx:
            return await merge(ctx, 56, by_id(source), by_id(target), **given)

    return run


@pytest.fixture
def part(context):
    """Undo a merge."""

    async def run(number):
        async with context() as ctx:
            return await unmerge(ctx, 56, number)

    return run
