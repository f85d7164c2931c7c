"""Records pushed through the graph: what is saved, what is rejected and why, and what a retry does."""

import asyncio
import re
import shlex
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest

from kit import ids
from kit.db import connect_for_work
from resolvers.imports.options import ImportOptions
from resolvers.imports.orders import import_orders

SCHEMA = (Path(__file__).parents[2] / "schema" / "schema.graphql").read_text()
TENANT = ids.encode("Tenant", 56)
ERRORS = "userErrors { code field message }"
CUSTOMERS = """mutation M($input: CustomersUpsertInput!) { customersUpsert(input: $input) {
  results { status userErrors { code field message } customer { externalId email firstName } }
  ERRORS } }""".replace("ERRORS", ERRORS)
ORDERS = """mutation M($input: OrdersUpsertInput!) { ordersUpsert(input: $input) {
  results { status userErrors { code field message }
    order { externalId amount { amount } status customer { externalId } } }
  ERRORS } }""".replace("ERRORS", ERRORS)
REFUNDS = """mutation M($input: RefundsUpsertInput!) { refundsUpsert(input: $input) {
  results { status userErrors { code field message } refund { externalId isLinked } }
  ERRORS } }""".replace("ERRORS", ERRORS)
EVENTS = """mutation M($input: EventsTrackInput!) { eventsTrack(input: $input) {
  results { status userErrors { code field message } event { messageId type customer { externalId } } }
  ERRORS } }
""".replace("ERRORS", ERRORS)
AT = "2025-03-01T12:00:00Z"


def statuses(payload):
    assert payload["userErrors"] == []
    return [each["status"] for each in payload["results"]]


async def test_customers_are_added_changed_and_left(shop, push):
    ana = {"externalId": " ana ", "email": "Ana@Example.com", "firstName": "Ana", "attributes": {"vip": True}}
    first = await push(CUSTOMERS, customers=[ana, {"externalId": "bob"}])
    assert statuses(first) == ["CREATED", "CREATED"]
    assert first["results"][0]["customer"] == {
        "externalId": "ana",
        "email": "Ana@Example.com",
        "firstName": "Ana",
    }
    again = await push(CUSTOMERS, customers=[{**ana, "attributes": {"size": 4}}, {"externalId": "bob"}])
    assert statuses(again) == ["UPDATED", "UNCHANGED"]
    (stored,) = shop.owner.execute("SELECT attributes FROM customer WHERE external_id = 'ana'").fetchone()
    assert stored == {"vip": True, "size": 4}


BAD_CUSTOMERS: dict[str, list[dict[str, object]]] = {
    "externalId": [{"externalId": "  "}, {"externalId": "x" * 256}, {"externalId": "a\0b"}],
    "email": [{"externalId": "e", "email": "nobody"}],
    "firstName": [{"externalId": "f", "firstName": "x" * 1001}],
    "createdAt": [
        {"externalId": "c", "createdAt": "2025-01-01T00:00:00"},
        {"externalId": "d", "createdAt": "1500-01-01T00:00:00Z"},
    ],
    "attributes": [
        {"externalId": "g", "attributes": [1]},
        {"externalId": "h", "attributes": {"a": "x" * 40_000}},
        {"externalId": "i", "attributes": {"a": ["\0"]}},
    ],
}


@pytest.mark.parametrize(
    ("field", "record"), [(name, each) for name, several in BAD_CUSTOMERS.items() for each in several]
)
async def test_a_bad_customer_is_rejected_alone(shop, push, field, record):
    payload = await push(CUSTOMERS, customers=[{"externalId": "good"}, record])
    assert statuses(payload) == ["CREATED", "REJECTED"]
    (error,) = payload["results"][1]["userErrors"]
    assert error["field"] == ["input", "customers", "1", field]
    assert error["code"] == "BAD_USER_INPUT"
    assert "accepted" in error["message"]
    assert payload["results"][1]["customer"] is None


async def test_of_the_same_id_twice_the_first_is_taken(shop, push):
    payload = await push(CUSTOMERS, customers=[{"externalId": "a", "firstName": n} for n in ("A", "B")])
    assert statuses(payload) == ["CREATED", "REJECTED"]
    assert payload["results"][0]["customer"]["firstName"] == "A"


@pytest.mark.parametrize("count", [0, 501])
async def test_a_list_holds_1_to_500(shop, push, count):
    payload = await push(CUSTOMERS, customers=[{"externalId": str(n)} for n in range(count)])
    assert payload["results"] == []
    assert payload["userErrors"][0]["message"] == f"{count} records were given; accepted are 1 to 500."
    assert payload["userErrors"][0]["field"] == ["input", "customers"]


async def test_500_orders_take_as_many_statements_as_five(shop, push):
    def orders(first, count):
        return [
            {
                "externalId": f"O{n}",
                "placedAt": AT,
                "amount": "1.5",
                "customer": {"externalId": f"C{n % 50}"},
            }
            for n in range(first, first + count)
        ]

    payload = await push(ORDERS, orders=orders(0, 500), createMissingCustomers=True)
    assert statuses(payload) == ["CREATED"] * 500
    assert shop.owner.execute("SELECT count(*) FROM customer").fetchone()[0] == 50


async def test_orders_name_their_customers(shop, push):
    ana = shop.customer(56, "ana", email="ana@example.com")
    base = {"placedAt": AT, "amount": "10"}
    payload = await push(
        ORDERS,
        orders=[
            {"externalId": "1", **base, "customer": {"databaseId": str(ana)}},
            {"externalId": "2", **base, "customer": {"externalId": "ana"}},
            {"externalId": "3", **base, "customer": {"email": " ANA@example.com"}},
            {"externalId": "4", **base},
            {"externalId": "5", **base, "customer": {"externalId": "nobody"}},
            {"externalId": "6", **base, "customer": {"externalId": "ana", "email": "ana@example.com"}},
            {"externalId": "7", **base, "customer": {"databaseId": "99999"}},
        ],
    )
    assert statuses(payload) == ["CREATED"] * 4 + ["REJECTED"] * 3
    buyers = [each["order"]["customer"] for each in payload["results"][:4]]
    assert buyers == [{"externalId": "ana"}] * 3 + [None]
    codes = [each["userErrors"][0]["code"] for each in payload["results"][4:]]
    assert codes == ["NOT_FOUND", "BAD_USER_INPUT", "NOT_FOUND"]


BAD_ORDERS: dict[str, list[object]] = {
    "amount": ["-1", "NaN", "Infinity", "1e30", "1000000000000000"],
    "placedAt": ["2025-03-01T12:00:00", "0001-01-01T00:00:00Z", "2300-01-01T00:00:00Z"],
    "currencyCode": ["XYZ", "", "pounds"],
    "items": [-1],
}


@pytest.mark.parametrize(
    ("field", "value"), [(name, each) for name, several in BAD_ORDERS.items() for each in several]
)
async def test_a_bad_order_is_rejected_alone(shop, client, field, value):
    good = {"externalId": "good", "placedAt": AT, "amount": "1"}
    bad = {**good, "externalId": "bad", field: value}
    body = {"query": ORDERS, "variables": {"input": {"tenantId": TENANT, "orders": [good, bad]}}}
    answer = (await client.post("/graphql", json=body)).json()
    if "errors" in answer:  # refused by the scalar already
        assert answer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
        return
    payload = answer["data"]["ordersUpsert"]
    assert statuses(payload) == ["CREATED", "REJECTED"]
    path = payload["results"][1]["userErrors"][0]["field"]
    assert path == ["input", "orders", "1", field]


async def test_a_list_and_a_file_of_the_same_orders_leave_the_same_tables(shop, push, urls, tmp_path):
    shop.tenant(57)
    rows = [
        ("o1", "ana", "2025-01-01T10:00:00Z", "10.005", "order"),
        ("o2", "ana", "2025-01-02T10:00:00Z", "30", "order"),
        ("o3", "bob", "2025-01-03T10:00:00Z", "30", "order"),
        ("r1", "ana", "2025-01-04T10:00:00Z", "30", "credit"),
        ("r2", "bob", "2025-01-05T10:00:00Z", "7", "credit"),
    ]
    path = tmp_path / "orders.csv"
    lines = ["order_id,customer_id,date,amount,kind", *(",".join(row) for row in rows)]
    path.write_text("\n".join(lines))
    with connect_for_work(urls.app) as work:
        import_orders(work, path, ImportOptions(tenant=57))
    for number, customer, at, amount, kind in rows:
        record = {"externalId": number, "amount": amount, "customer": {"externalId": customer}}
        if kind == "order":
            record["placedAt"] = at
            payload = await push(ORDERS, orders=[record], createMissingCustomers=True)
        else:
            record["refundedAt"] = at
            payload = await push(REFUNDS, refunds=[record])
        assert statuses(payload) == ["CREATED"]
    for columns, table in (
        ("external_id, placed_at, amount, currency, status, items, refunded", "customer_order"),
        ("external_id, order_external_id, linked_by, refunded_at, amount, currency", "refund"),
        ("external_id, email", "customer"),
    ):
        query = f"SELECT {columns} FROM {table} WHERE tenant_id = %s ORDER BY 1"
        assert shop.owner.execute(query, [56]).fetchall() == shop.owner.execute(query, [57]).fetchall()


async def test_a_refund_is_linked_and_lowers_its_order(shop, push, ask):
    order = {"externalId": "o", "placedAt": AT, "amount": "10", "customer": {"externalId": "ana"}}
    await push(ORDERS, orders=[order], createMissingCustomers=True)
    refund = {"externalId": "r", "refundedAt": "2025-03-02T00:00:00Z", "amount": "4", "orderExternalId": "o"}
    payload = await push(REFUNDS, refunds=[{**refund, "customer": {"externalId": "ana"}}])
    assert payload["results"][0]["refund"] == {"externalId": "r", "isLinked": True}
    found = await ask('{ tenant(databaseId: 56) { order(externalId: "o") { netAmount { amount } } } }')
    assert found["tenant"]["order"]["netAmount"]["amount"] == "6.00"
    same = await push(REFUNDS, refunds=[{**refund, "customer": {"externalId": "ana"}}])
    assert statuses(same) == ["UNCHANGED"]
    zero = await push(REFUNDS, refunds=[{**refund, "amount": "0"}])
    assert statuses(zero) == ["REJECTED"]


async def test_the_scores_are_stale_until_a_run_counts_the_orders(scored, push, ask, worker):
    stale = """{ tenant(databaseId: 56) { processing { isStale }
      analytics { rfm { overview { totalRevenue { amount } } } } } }"""
    before = (await ask(stale))["tenant"]
    assert before["processing"]["isStale"] is False
    order = {"externalId": "big", "placedAt": "2025-12-31T12:00:00Z", "amount": "1000000"}
    await push(ORDERS, orders=[{**order, "customer": {"externalId": "C1"}}])
    assert (await ask(stale))["tenant"]["processing"]["isStale"] is True
    run = """mutation P($t: ID!) { processStart(input: {tenantId: $t, wait: true}) {
      wasFresh run { status } userErrors { code } } }"""
    done = (await ask(run, t=TENANT))["processStart"]
    assert done == {"wasFresh": False, "run": {"status": "SUCCEEDED"}, "userErrors": []}
    after = (await ask(stale))["tenant"]
    assert after["processing"]["isStale"] is False
    revenue = [
        Decimal(each["analytics"]["rfm"]["overview"]["totalRevenue"]["amount"]) for each in (before, after)
    ]
    assert revenue[1] - revenue[0] == 1_000_000
    assert (await ask(run, t=TENANT))["processStart"]["wasFresh"] is True


async def test_events_are_taken_once(shop, push, ask):
    shop.customer(56, "ana", email="ana@example.com")
    seen = {
        "type": "page_view",
        "customer": {"email": "ana@example.com"},
        "properties": {"page": "/"},
        "occurredAt": AT,
        "messageId": "m1",
    }
    shop.event_type(56, "quiz.finished")
    other = {"type": "quiz.finished"}
    payload = await push(EVENTS, events=[seen, seen, other, {**seen, "messageId": "m2"}])
    assert statuses(payload) == ["CREATED", "DUPLICATE", "CREATED", "CREATED"]
    assert payload["results"][1]["event"] == {
        "messageId": "m1",
        "type": "page_view",
        "customer": {"externalId": "ana"},
    }
    assert statuses(await push(EVENTS, events=[seen])) == ["DUPLICATE"]
    found = await ask(
        """mutation E($t: ID!) { eventTrack(input: {tenantId: $t, event: {type: "page_view",
        customer: {externalId: "ana"}}}) { isDuplicate event { customer { externalId } } } }""",
        t=TENANT,
    )
    assert found["eventTrack"]["isDuplicate"] is False
    assert found["eventTrack"]["event"]["customer"] == {"externalId": "ana"}


TOO_LATE = (datetime.now(UTC) + timedelta(days=2)).isoformat()


async def test_a_list_of_events_holds_1_to_1000(shop, push):
    events = [{"type": "page_view", "occurredAt": AT, "messageId": f"m{number}"} for number in range(1_001)]
    payload = await push(EVENTS, events=events)
    assert payload["userErrors"][0]["message"] == "1001 records were given; accepted are 1 to 1000."
    assert statuses(await push(EVENTS, events=events[:1_000])) == ["CREATED"] * 1_000
    assert statuses(await push(EVENTS, events=events[:1_000])) == ["DUPLICATE"] * 1_000


BAD_EVENTS = [
    ({"type": "Page View"}, "type"),
    ({"type": "x" * 65}, "type"),
    ({"type": "quiz.finished"}, "type"),
    ({"type": "a\0b"}, "type"),
    ({"type": "page_view", "occurredAt": TOO_LATE}, "occurredAt"),
    ({"type": "page_view", "occurredAt": "2025-01-01T00:00:00"}, "occurredAt"),
    ({"type": "page_view", "occurredAt": "1800-01-01T00:00:00Z"}, "occurredAt"),
    ({"type": "page_view", "messageId": "m"}, "occurredAt"),
    ({"type": "page_view", "messageId": "a\0b", "occurredAt": AT}, "messageId"),
    ({"type": "page_view", "properties": []}, "properties"),
    ({"type": "page_view", "properties": {"a": "x" * 40_000}}, "properties"),
    ({"type": "page_view", "customer": {}}, "customer"),
    ({"type": "page_view", "customer": {"externalId": "nobody"}}, "customer"),
]


@pytest.mark.parametrize(("record", "field"), BAD_EVENTS)
async def test_a_bad_event_is_rejected_alone(shop, push, ask, record, field):
    payload = await push(EVENTS, events=[record, {"type": "purchase"}])
    assert statuses(payload) == ["REJECTED", "CREATED"]
    assert payload["results"][0]["userErrors"][0]["field"] == ["input", "events", "0", field]
    one = """mutation E($input: EventTrackInput!) {
      eventTrack(input: $input) { event { id } userErrors { field } } }"""
    single = (await ask(one, input={"tenantId": TENANT, "event": record}))["eventTrack"]
    assert single == {"event": None, "userErrors": [{"field": ["input", "event", field]}]}


async def test_a_key_replays_the_first_answer(shop, push):
    records = [{"externalId": "a"}, {"externalId": " "}]
    first = await push(CUSTOMERS, customers=records, idempotencyKey="k")
    shop.owner.execute("UPDATE customer SET first_name = 'changed'")
    assert statuses(await push(CUSTOMERS, customers=records, idempotencyKey="k")) == statuses(first)
    other = await push(CUSTOMERS, customers=[{"externalId": "b"}], idempotencyKey="k")
    assert other["userErrors"][0]["code"] == "CONFLICT"
    event = await push(EVENTS, events=[{"type": "page_view"}], idempotencyKey="k")
    assert event["userErrors"][0]["code"] == "CONFLICT"
    assert shop.owner.execute("SELECT count(*) FROM customer").fetchone()[0] == 1
    empty = await push(CUSTOMERS, customers=records, idempotencyKey="")
    assert empty["userErrors"][0]["field"] == ["input", "idempotencyKey"]


async def test_keys_are_kept_for_two_days(shop, push):
    await push(CUSTOMERS, customers=[{"externalId": "a"}], idempotencyKey="k")
    shop.owner.execute("UPDATE idempotency_key SET created_at = now() - interval '49 hours'")
    assert statuses(await push(CUSTOMERS, customers=[{"externalId": "b"}], idempotencyKey="k")) == ["CREATED"]


async def test_the_same_key_at_once_writes_once(shop, push):
    events = [{"type": "page_view"}]
    answers = await asyncio.gather(*(push(EVENTS, events=events, idempotencyKey="k") for _ in range(8)))
    assert len({each["results"][0]["event"]["messageId"] for each in answers}) == 1
    assert shop.owner.execute("SELECT count(*) FROM event").fetchone()[0] == 1


async def test_another_tenants_customers_are_nobody(shop, push):
    shop.tenant(57)
    theirs = shop.customer(57, "ana", email="ana@example.com")
    base = {"placedAt": AT, "amount": "1"}
    references = [{"databaseId": str(theirs)}, {"externalId": "ana"}, {"email": "ana@example.com"}]
    payload = await push(
        ORDERS, orders=[{"externalId": str(n), **base, "customer": each} for n, each in enumerate(references)]
    )
    assert statuses(payload) == ["REJECTED"] * 3
    unknown = await push(CUSTOMERS, tenant=ids.encode("Tenant", 999), customers=[{"externalId": "a"}])
    assert unknown["userErrors"][0]["code"] == "NOT_FOUND"


async def test_an_import_under_way_is_waited_for_or_told_of(shop, push, urls, monkeypatch):
    monkeypatch.setattr("resolvers.writes.batch._PATIENCE", "SET LOCAL lock_timeout = '100ms'")
    with psycopg.connect(urls.app) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended('cdp import', 56::bigint))")
        payload = await push(CUSTOMERS, customers=[{"externalId": "a"}])
        assert payload["userErrors"][0]["code"] == "CONFLICT"


async def test_a_run_is_as_of_the_day_asked_for(scored, ask, worker):
    query = """mutation P($input: ProcessInput!) { processStart(input: $input) {
      run { asOf status } userErrors { field message } } }"""
    done = await ask(query, input={"tenantId": TENANT, "asOf": "2025-06-01", "wait": True})
    assert done["processStart"]["run"] == {"asOf": "2025-05-31T23:00:00+00:00", "status": "SUCCEEDED"}
    again = await ask(query, input={"tenantId": TENANT, "force": True, "wait": True})
    assert again == done
    refused = await ask(query, input={"tenantId": TENANT, "asOf": "yesterday"})
    assert refused["processStart"]["run"] is None
    assert refused["processStart"]["userErrors"][0]["field"] == ["input", "asOf"]


async def test_the_examples_of_the_howto_work(shop, client):
    page = (Path(__file__).parents[2] / "docs" / "howto" / "write.md").read_text()
    commands = re.findall(r"```sh\n(curl .*?)```", page, re.DOTALL)
    assert commands
    for command in commands:
        words = shlex.split(command)
        headers = dict([words[words.index("-H") + 1].split(": ")])
        body = words[words.index("-d") + 1]
        answer = await client.post("/graphql", content=body, headers=headers)
        payload = next(iter(answer.json()["data"].values()))
        assert statuses(payload) == ["CREATED"]
    for name in re.findall(r"`(\w+(?:Upsert|Track|Create|Update|Start))`", page):
        assert f"{name}(" in SCHEMA, name
