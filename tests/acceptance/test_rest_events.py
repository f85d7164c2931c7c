"""Events over the v2 paths, one at a time."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import psycopg
import pytest

from resolvers.processing.process import process
from resolvers.processing.request import Request
from rest import event_body

PATH = "/api/v2/cdp/events"
TYPES = (
    "page_view",
    "add_to_cart",
    "remove_from_cart",
    "purchase",
    "email_opened",
    "email_clicked",
    "campaign_converted",
)
AT = "2024-09-16T20:00:00Z"
SEE = "SELECT event_type, properties, occurred_at, customer_id, message_id FROM event ORDER BY message_id"
PROPERTIES = {
    "page_view": {"page": "/", "title": "Home"},
    "add_to_cart": {"product_id": 5, "quantity": 2},
    "remove_from_cart": {"product_id": "shoes"},
    "purchase": {"order_id": "9", "amount": "12.50", "items": 2},
    "email_opened": {"campaign_id": "spring"},
    "email_clicked": {"campaign_id": "spring", "url": "https://example.com"},
    "campaign_converted": {"amount": 7},
    "quiz.finished": {"score": 3},
}
FIT = [{"event_type": kind, "properties": each} for kind, each in PROPERTIES.items()]
UNFIT = [
    {"event_type": "page_view", "properties": {"page": 5}},
    {"event_type": "purchase", "properties": {"order_id": "10", "amount": -1}},
    {"event_type": "quiz.finished", "properties": {"score": "high"}},
    {"event_type": "quiz.lost"},
    {"customer_id": ..., "external_id": "nobody"},
]


@pytest.fixture
def shop(make):
    """Tenant 56 with one customer, who is number 1."""
    make.tenant()
    make.customer(56, "ana", email="Ana@Example.com")
    return make


@pytest.fixture
def post(client, shop):
    """Send an event of tenant 56's customer 1; the answer."""

    async def send(headers=None, **given):
        body = {"tenant_id": 56, "customer_id": 1, "event_type": "page_view"} | given
        body = {name: value for name, value in body.items() if value is not ...}
        return await client.post(PATH, json=body, headers=headers)

    return send


def events(shop):
    return shop.owner.execute(SEE).fetchall()


async def test_the_event_of_the_reference(post, shop, ask):
    properties = {"page": "/products/shoes", "referrer": "google.com"}
    answer = await post(properties=properties, timestamp=AT)
    assert answer.status_code == 201
    content = answer.json()
    assert (content["success"], content["message"]) == (True, "Event tracked successfully")
    assert content["data"]["duplicate"] is False
    (row,) = events(shop)
    at = datetime(2024, 9, 16, 20, tzinfo=UTC)
    assert row == ("page_view", properties, at, 1, content["data"]["message_id"])
    found = await ask(
        "query N($id: ID!) { node(id: $id) { ... on Event { type } } }", id=content["data"]["id"]
    )
    assert found == {"node": {"type": "page_view"}}


@pytest.mark.parametrize("kind", TYPES)
async def test_the_seven_types_need_no_properties(post, shop, kind):
    assert (await post(event_type=kind)).status_code == 201
    assert [row[0] for row in events(shop)] == [kind]


async def test_whole_numbers_are_taken_however_they_are_written(client, shop):
    body = b'{"tenant_id": 56.0, "customer_id": 10e-1, "event_type": "page_view"}'
    answer = await client.post(PATH, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 201, answer.text
    assert events(shop)[0][3] == 1


async def test_the_same_message_again_is_a_duplicate(post, shop):
    first = (await post(timestamp=AT, message_id="m1")).json()["data"]
    again = await post(timestamp=AT, message_id="m1", event_type="purchase")
    assert again.status_code == 201
    assert again.json()["data"] == {"id": first["id"], "message_id": "m1", "duplicate": True}
    assert [row[0] for row in events(shop)] == ["page_view"]


@pytest.mark.parametrize("named", [{"external_id": " ana "}, {"email": "ana@example.COM"}])
async def test_a_customer_by_the_shop_s_id_or_by_e_mail(post, shop, named):
    assert (await post(customer_id=..., **named)).status_code == 201
    assert events(shop)[0][3] == 1


async def test_a_type_of_the_tenant_s_own(post, shop):
    shop.event_type(56, "quiz.finished")
    shop.event_type(56, "gone", is_active=False)
    shop.event_type(shop.tenant(57), "theirs")
    assert (await post(event_type="quiz.finished")).status_code == 201
    for kind in ("gone", "theirs", "PAGE_VIEW"):
        answer = await post(event_type=kind)
        assert answer.status_code == 400
        assert f"accepted are {', '.join(TYPES)}, quiz.finished" in answer.json()["details"]


async def test_unknown_tenants_and_customers_are_not_found(post, client):
    answer = await post(tenant_id=999)
    assert answer.status_code == 404
    assert answer.json() == {
        "success": False,
        "error": "Resource not found",
        "details": "Tenant with ID 999 not found",
    }
    for named in ({"customer_id": 2}, {"customer_id": ..., "external_id": "bob"}):
        answer = await post(**named)
        assert answer.status_code == 404
        assert answer.json()["error"] == "Resource not found"
        assert answer.json()["details"] == f"{list(named)[-1]}: The tenant has no such customer."


LATE = (datetime.now(UTC) + timedelta(days=2)).isoformat()
BAD = [
    ({"tenant_id": ...}, "tenant_id is required"),
    ({"tenant_id": "56"}, "tenant_id must be a whole number"),
    ({"tenant_id": 0}, "tenant_id must be a whole number"),
    ({"tenant_id": 56.5}, "tenant_id must be a whole number"),
    ({"tenant_id": 1e300}, "tenant_id must be a whole number"),
    ({"tenant_id": True}, "tenant_id must be a whole number"),
    ({"event_type": ...}, "event_type is required"),
    ({"event_type": 7}, "event_type must be text"),
    ({"customer_id": ...}, "customer_id is required"),
    ({"customer_id": 1.5}, "customer_id must be a whole number"),
    ({"customer_id": "1"}, "customer_id must be a whole number"),
    ({"customer_id": 10**19}, "customer_id is an integer outside"),
    ({"email": "ana@example.com"}, "customer_id and email both name the customer"),
    ({"customer_id": ..., "email": "nobody"}, "email: 'nobody' is no address"),
    ({"properties": [1]}, "properties: A JSON object is accepted"),
    ({"properties": {"a": "x" * 32_768}}, "at most 32 KB"),
    ({"properties": {"a": "\0"}}, "properties.a holds the character NUL"),
    ({"timestamp": "2024-09-16T20:00:00"}, "timestamp: It has no zone"),
    ({"timestamp": "yesterday"}, "timestamp: It is no instant"),
    ({"timestamp": 1726516800}, "timestamp: It is no instant"),
    ({"timestamp": LATE}, "timestamp: It is more than a day in the future"),
    ({"message_id": "m"}, "timestamp: It is required with a message id"),
    ({"message_id": "x" * 256, "timestamp": AT}, "message_id: Text of at most 255"),
    ({"properties": {"page": 7}}, "properties.page: page of page_view must be text"),
    ({"event_type": "email_opened", "properties": {"campaign": ""}}, "properties.campaign: "),
    ({"event_type": "purchase", "properties": {"amount": -1}}, "properties.amount: "),
    ({"event_type": "purchase", "properties": {"amount": "1,5"}}, "properties.amount: "),
    ({"event_type": "purchase", "properties": {"currency": "EURO"}}, "properties.currency: "),
    ({"event_type": "add_to_cart", "properties": {"quantity": 1.5}}, "properties.quantity: "),
]


@pytest.mark.parametrize(("given", "told"), BAD)
async def test_a_wrong_event_is_refused_with_the_name_of_the_field(post, shop, given, told):
    answer = await post(**given)
    assert answer.status_code == 400, answer.text
    content = answer.json()
    assert (content["success"], content["error"]) == (False, "Invalid request parameters")
    assert told in content["details"]
    assert events(shop) == []


@pytest.fixture
def quiz(shop):
    """A type of the tenant's own whose events have a number as score."""
    schema = '{"type": "object", "required": ["score"], "properties": {"score": {"type": "number"}}}'
    shop.owner.execute(
        "INSERT INTO event_type (tenant_id, name, json_schema) VALUES (56, 'quiz.finished', %s)", [schema]
    )
    return shop


@pytest.mark.parametrize("given", FIT)
async def test_an_event_as_most_are_goes_the_short_way(post, quiz, monkeypatch, given):
    monkeypatch.delattr(event_body, "closely")
    answer = await post(**given, timestamp=AT, message_id="m")
    assert answer.status_code == 201, answer.text
    assert [row[:2] for row in events(quiz)] == [(given["event_type"], given["properties"])]


@pytest.mark.parametrize("given", [*FIT, *UNFIT])
async def test_the_short_way_answers_and_stores_as_the_close_one(post, quiz, monkeypatch, given):
    sent = {"timestamp": AT, "message_id": "m"} | given
    see = "SELECT external_id, amount, items, customer_id FROM customer_order"
    told = []
    for _ in range(2):
        answer = await post(**sent)
        told.append((answer.status_code, answer.json(), events(quiz), quiz.owner.execute(see).fetchall()))
        quiz.owner.execute("DELETE FROM event; DELETE FROM customer_order")
        monkeypatch.setattr(event_body, "plainly", lambda given, tenant: None)
    assert told[0] == told[1]
    assert told[0][0] == (201 if given in FIT else 404 if "external_id" in given else 400)


@pytest.mark.parametrize("body", [b"", b"{", b"NaN", b"[]", b"7", b"\xff", b"[" * 100_000])
async def test_a_body_that_is_no_object_is_refused(client, shop, body):
    answer = await client.post(PATH, content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert answer.json()["details"].startswith("The body ")


async def test_fields_that_are_not_known_are_passed_over(post, shop):
    assert (await post(session="x", properties={"page": "/", "other": [1, None]})).status_code == 201
    assert events(shop)[0][1] == {"page": "/", "other": [1, None]}


async def test_an_idempotency_key_replays_the_answer(post, shop):
    key = {"Idempotency-Key": "k1"}
    answers = await asyncio.gather(*(post(key) for _ in range(8)))
    assert {each.status_code for each in answers} == {201}
    assert len({each.text for each in answers}) == 1
    assert answers[0].json()["data"]["duplicate"] is False
    assert len(events(shop)) == 1
    other = await post(key, event_type="purchase")
    assert other.status_code == 409
    assert other.json()["error"] == "Conflict"
    assert (await post({"Idempotency-Key": "k" * 256})).status_code == 400


async def test_a_refusal_is_replayed_as_well(post, shop):
    key = {"Idempotency-Key": "k1"}
    first = await post(key, customer_id=2)
    shop.customer(56, "bob")
    again = await post(key, customer_id=2)
    assert (first.status_code, again.status_code) == (404, 404)
    assert first.text == again.text


async def test_a_thousand_at_once_are_saved_once_each(post, shop):
    numbers = [n % 500 for n in range(1000)]
    answers = await asyncio.gather(*(post(timestamp=AT, message_id=f"m{n}") for n in numbers))
    assert {each.status_code for each in answers} == {201}
    assert sum(each.json()["data"]["duplicate"] for each in answers) == 500
    assert len(events(shop)) == 500


async def test_a_purchase_adds_its_order_once_and_the_next_run_counts_it(post, shop, urls, client):
    shop.order(56, 1, "2026-01-01 12:00Z", 10)
    process(urls.app, 56, Request.of(None))

    async def revenue():
        answer = await client.get("/api/v2/cdp/analytics/rfm", params={"tenant_id": 56})
        return answer.json()["data"]["overview"]["total_revenue"]

    async def is_stale():
        return (await client.get("/api/v2/cdp/process/status/56")).json()["is_stale"]

    assert (await revenue(), await is_stale()) == (10, False)
    bought = {"order_id": "A-1", "amount": 25.5, "items": [{"sku": "a", "quantity": 2}, {"sku": "b"}]}
    at = "2026-01-05T10:00:00Z"
    for message_id in ("m1", "m1", "m2"):
        answer = await post(event_type="purchase", properties=bought, timestamp=at, message_id=message_id)
        assert answer.status_code == 201
    see = "SELECT customer_id, amount, currency, status, items FROM customer_order WHERE external_id = 'A-1'"
    assert shop.owner.execute(see).fetchall() == [(1, Decimal("25.5"), "GBP", "paid", 3)]
    assert shop.owner.execute("SELECT data_version FROM tenant").fetchone() == (1,)
    assert (await revenue(), await is_stale()) == (10, True)
    process(urls.app, 56, Request.of(None))
    assert (await revenue(), await is_stale()) == (35.5, False)


async def test_a_purchase_without_an_order_leaves_the_orders_alone(post, shop):
    for properties in ({}, {"order_id": "A-1"}, {"amount": 5}):
        assert (await post(event_type="purchase", properties=properties)).status_code == 201
    assert shop.owner.execute("SELECT count(*) FROM customer_order").fetchone() == (0,)


async def test_purchases_go_on_while_an_order_is_held_elsewhere(post, shop, urls):
    shop.order(56, 1, "2026-01-01 12:00Z", 10, external_id="held")
    with psycopg.connect(urls.owner) as other:
        other.execute("UPDATE customer_order SET amount = 11 WHERE external_id = 'held'")
        held, free = await asyncio.gather(
            *(
                post(event_type="purchase", properties={"order_id": name, "amount": 5})
                for name in ("held", "free")
            )
        )
        other.rollback()
    assert (held.status_code, free.status_code) == (503, 201)
