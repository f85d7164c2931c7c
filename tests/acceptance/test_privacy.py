"""A person's data told and erased: nothing of them is left, totals stay, and they do not come back."""

import hashlib
import hmac
import json

import psycopg
import pytest
from typer.testing import CliRunner

import cli
from kit import ids
from kit.db import connect_for_work
from models import METADATA
from resolvers.imports.customers import import_customers
from resolvers.imports.events import import_events
from resolvers.imports.options import ImportOptions
from resolvers.imports.orders import import_orders
from resolvers.privacy.document import PARTS
from resolvers.processing.process import process
from resolvers.processing.request import Request
from resolvers.retention import remove_late
from tests.acceptance.credentials import bearer, token
from tests.acceptance.test_authentication import SHARED_SECRET, guarded

TENANT = ids.encode("Tenant", 56)
MARKS = (
    "ana-77",
    "ana@example.com",
    "Anabel",
    "Quiroga",
    "555-0199",
    "violet",
    "ANA-ORDER-1",
    "ANA-REFUND-1",
    "ana-msg",
    "ana-profile",
    "ana's form",
    "ana-88",
    "old@example.com",
    "she married",
)
"""What of the person must be nowhere once they are erased."""
ANA = {
    "externalId": "ana-77",
    "email": "Ana@Example.com",
    "firstName": "Anabel",
    "lastName": "Quiroga",
    "phone": "+54 555-0199",
    "attributes": {"eyes": "violet"},
    "consents": [{"channel": "EMAIL", "isGranted": True, "source": "ana's form"}],
}
ORDER = {
    "externalId": "ANA-ORDER-1",
    "placedAt": "2025-12-01T00:00:00Z",
    "amount": "120.00",
    "customer": {"externalId": "ana-77"},
}
REFUND = {
    "externalId": "ANA-REFUND-1",
    "refundedAt": "2025-12-03T00:00:00Z",
    "amount": "20.00",
    "orderExternalId": "ANA-ORDER-1",
    "customer": {"externalId": "ana-77"},
}
EVENT = {
    "type": "page_view",
    "customer": {"externalId": "ana-77"},
    "occurredAt": "2025-12-02T00:00:00Z",
    "messageId": "ana-msg",
}
MERGE = """
mutation ($input: CustomerMergeInput!) { customerMerge(input: $input) { merge { id } userErrors { code } } }
"""
ERASE = """
mutation ($input: CustomerEraseInput!) {
  customerErase(input: $input) { customerId erasedAt wasErased userErrors { code field message } }
}
"""
EXPORT = """
mutation ($input: CustomerExportInput!) {
  customerExport(input: $input) { document userErrors { code field } }
}
"""
UPSERT = """
mutation ($input: %s!) {
  %s(input: $input) { results { status userErrors { code field message } } userErrors { code message } }
}
"""
ADD = """
mutation ($input: SegmentMembersInput!) { segmentMembersAdd(input: $input) { userErrors { code } } }
"""
FIGURES = """
{
  tenant(databaseId: 56) {
    customers(first: 1) { totalCount }
    orders(first: 1) { totalCount }
    refunds(first: 1) { totalCount }
    analytics {
      rfm { overview { customerCount totalRevenue { amount } } distribution { segment customerCount } }
      sales(interval: MONTH, from: "2025-11-01") { points { from netRevenue { amount } orderCount } }
      cohorts { cohorts { month customerCount } }
    }
  }
}
"""


async def send(client, name, **given):
    kind = f"{name[0].upper()}{name[1:]}Input"
    query = UPSERT % (kind, name)
    answer = await client.post(
        "/graphql", json={"query": query, "variables": {"input": {"tenantId": TENANT, **given}}}
    )
    content = answer.json()
    assert "errors" not in content, content
    assert content["data"][name]["userErrors"] == []
    return content["data"][name]["results"]


async def erase(client, **customer):
    given = {"tenantId": TENANT, "customer": customer}
    answer = await client.post("/graphql", json={"query": ERASE, "variables": {"input": given}})
    content = answer.json()
    assert "errors" not in content, content
    return content["data"]["customerErase"]


@pytest.fixture
async def ana(client, urls, make):
    """Ana and all that may be held on her, among 60 others; her number."""
    make.tenant()
    make.history(56, 60)
    await send(client, "customersUpsert", customers=[ANA], idempotencyKey="k1")
    await send(client, "ordersUpsert", orders=[ORDER], idempotencyKey="k2")
    await send(client, "refundsUpsert", refunds=[REFUND], idempotencyKey="k3")
    await send(client, "eventsTrack", events=[EVENT], idempotencyKey="k4")
    bad = [{"externalId": "x", "email": "ana@example.com is it"}]
    await send(client, "customersUpsert", customers=bad, idempotencyKey="k5")
    ((number,),) = make.owner.execute("SELECT id FROM customer WHERE external_id = 'ana-77'").fetchall()
    ((segment,),) = make.owner.execute(
        "INSERT INTO segment (tenant_id, name, type) VALUES (56, 'VIP', 'static') RETURNING id"
    ).fetchall()
    named = {"id": ids.encode("Segment", 56, segment), "customerIds": [ids.encode("Customer", 56, number)]}
    answer = await client.post("/graphql", json={"query": ADD, "variables": {"input": named}})
    assert answer.json()["data"]["segmentMembersAdd"]["userErrors"] == []
    make.owner.execute(
        "INSERT INTO integration_order (tenant_id, external_id, account_name, number, integration_id, "
        "status, buyer, created_at, changed_at) VALUES (56, 'ANA-ORDER-1', 'shop', 'ANA-ORDER-1', 1, "
        "'invoiced', 'ana-77', '2025-12-01', '2025-12-01')"
    )
    make.owner.execute(
        "INSERT INTO integration_profile (tenant_id, profile, integration_id, buyer, email) "
        "VALUES (56, 'ana-profile', 1, 'ana-77', 'ana@example.com')"
    )
    old = {"externalId": "ana-88", "email": "Old@example.com"}
    await send(client, "customersUpsert", customers=[old])
    into = {"from": {"externalId": "ana-88"}, "into": {"databaseId": number}, "reason": "she married"}
    sent = {"query": MERGE, "variables": {"input": {"tenantId": TENANT, **into}}}
    answer = await client.post("/graphql", json=sent)
    assert answer.json()["data"]["customerMerge"]["userErrors"] == []
    process(urls.app, 56, Request.of(None, "latest"))
    return number


def held(urls):
    """All text of all tables."""
    with psycopg.connect(urls.owner) as owner:
        rows = [
            row
            for name in METADATA.tables
            for row in owner.execute(f"SELECT row_to_json(t)::text FROM {name} t")
        ]
    return "\n".join(text for (text,) in rows)


async def figures(client):
    content = (await client.post("/graphql", json={"query": FIGURES})).json()
    assert "errors" not in content, content
    return content["data"]


async def test_all_that_is_held_is_told_over_rest_and_the_graph(client, ana, urls):
    answer = await client.get(f"/api/v2/cdp/customers/{ana}/export?tenant_id=56")
    assert answer.status_code == 200, answer.text
    assert "attachment" in answer.headers["content-disposition"]
    told = answer.json()
    assert {*told} == {"exported_at", "tenant_id", "customer", *PARTS}
    assert told["customer"]["attributes"] == {"eyes": "violet"}
    assert told["orders"][0]["amount"] == "120.0000"
    counts = {name: len(told[name]) for name in PARTS}
    assert counts == {
        "consents": 1,
        "orders": 1,
        "refunds": 1,
        "events": 1,
        "scores": 1,
        "fetched_orders": 1,
        "profiles": 1,
        "segments": 1,
        "segment_changes": 1,
        "idempotency_keys": 5,
        "merges": 1,
    }
    for mark in MARKS:
        assert mark.lower() in answer.text.lower(), mark
    given = {"tenantId": TENANT, "customer": {"email": " ana@EXAMPLE.com"}}
    assert {*told["idempotency_keys"][0]} == {"key", "operation", "created_at", "results"}
    graph = (await client.post("/graphql", json={"query": EXPORT, "variables": {"input": given}})).json()
    document = graph["data"]["customerExport"]["document"]
    assert {**document, "exported_at": ""} == {**told, "exported_at": ""}
    with psycopg.connect(urls.owner) as owner:
        logged = owner.execute(
            "SELECT face, object_id FROM audit_entry WHERE action = 'customerExport'"
        ).fetchall()
    assert logged == [("rest", str(ana)), ("graphql", str(ana))]


async def test_nothing_of_the_person_is_left_and_totals_stay(client, ana, urls):
    before = await figures(client)
    assert all(mark.lower() in held(urls).lower() for mark in MARKS)
    done = await erase(client, externalId="ana-77")
    assert (done["customerId"], done["wasErased"], done["userErrors"]) == (
        ids.encode("Customer", 56, ana),
        False,
        [],
    )
    left = held(urls).lower()
    assert [mark for mark in MARKS if mark.lower() in left] == []
    assert await figures(client) == before
    process(urls.app, 56, Request.of(None, "latest", force=True))
    assert await figures(client) == before
    with psycopg.connect(urls.owner) as owner:
        linked = owner.execute(
            "SELECT count(*) FROM refund JOIN customer_order AS o ON o.id = refund.order_id "
            "WHERE refund.customer_id = %s AND refund.order_external_id = o.external_id",
            [ana],
        ).fetchone()
        members = owner.execute("SELECT member_count FROM segment WHERE name = 'VIP'").fetchone()
        entry = owner.execute(
            "SELECT counts, object_id FROM audit_entry WHERE action = 'customerErase'"
        ).fetchone()
        feed = owner.execute("SELECT reason, entered FROM segment_feed WHERE reason = 'removed'").fetchall()
    assert (linked, members, feed) == ((1,), (0,), [("removed", False)])
    assert entry == ({"orders": 1, "refunds": 1, "events": 1}, str(ana))


async def test_erasing_again_changes_nothing(client, ana, urls):
    first = await erase(client, databaseId=ana)
    for named in (
        *({"databaseId": ana}, {"externalId": "ana-77"}, {"email": "ana@example.com"}),
        *({"databaseId": ana + 1}, {"externalId": "ana-88"}, {"email": "old@example.com"}),
    ):
        again = await erase(client, **named)
        assert (again["wasErased"], again["userErrors"]) == (True, []), named
    assert (await erase(client, databaseId=ana))["erasedAt"] == first["erasedAt"]
    with psycopg.connect(urls.owner) as owner:
        assert owner.execute(
            "SELECT count(*) FROM audit_entry WHERE action = 'customerErase'"
        ).fetchone() == (1,)
    nobody = await erase(client, externalId="nobody")
    assert nobody["userErrors"][0]["code"] == "NOT_FOUND"
    assert nobody["userErrors"][0]["field"] == ["input", "customer"]
    both = await erase(client, externalId="a", databaseId=1)
    assert both["userErrors"][0]["code"] == "BAD_USER_INPUT"


async def test_an_email_of_several_names_nobody(client, ana, make, urls):
    make.customer(56, "twin", email="ana@example.com")
    for _ in range(2):
        refused = (await erase(client, email="ana@example.com"))["userErrors"][0]
        assert (refused["code"], refused["field"]) == ("BAD_USER_INPUT", ["input", "customer", "email"])
    with psycopg.connect(urls.owner) as owner:
        assert owner.execute("SELECT count(*) FROM customer WHERE erased_at IS NOT NULL").fetchone() == (0,)


async def test_what_is_sent_later_brings_nobody_back(client, ana, urls):
    await erase(client, databaseId=ana)
    other = {"externalId": "another", "email": " ANA@example.com "}
    good, old = {"externalId": "eva"}, {"externalId": "ana-88"}
    aged = {"externalId": "aged", "email": "old@example.com"}
    results = await send(client, "customersUpsert", customers=[ANA, other, good, old, aged])
    assert [each["status"] for each in results] == ["REJECTED", "REJECTED", "CREATED", "REJECTED", "REJECTED"]
    for each, field in zip(results[:2], ("externalId", "email"), strict=True):
        assert each["userErrors"][0]["code"] == "ERASED"
        assert each["userErrors"][0]["field"][-1] == field
        assert each["userErrors"][0]["message"].endswith("erased.")
    events = [
        EVENT,
        {**EVENT, "customer": {"email": "ana@example.com"}},
        {**EVENT, "customer": {"databaseId": ana}},
        {**EVENT, "customer": {"databaseId": ana + 1}},
        {**EVENT, "customer": {"externalId": "ana-88"}},
    ]
    results = await send(
        client, "eventsTrack", events=[{**each, "messageId": f"m{n}"} for n, each in enumerate(events)]
    )
    assert [each["userErrors"][0]["code"] for each in results] == ["ERASED"] * 5
    sent = {"tenant_id": 56, "customer_id": ana, "event_type": "page_view"}
    assert "erased" in (await client.post("/api/v2/cdp/events", json=sent)).text
    purchase = {"type": "purchase", "properties": {"order_id": "ANA-ORDER-1", "amount": 120}}
    await send(client, "eventsTrack", events=[purchase])
    (refused,) = await send(client, "ordersUpsert", orders=[ORDER], createMissingCustomers=True)
    assert refused["userErrors"][0]["code"] == "ERASED"
    news = [
        {**ORDER, "externalId": "new-1"},
        {**ORDER, "externalId": "new-2", "customer": {"databaseId": ana}},
    ]
    results = await send(client, "ordersUpsert", orders=news, createMissingCustomers=True)
    assert [each["status"] for each in results] == ["CREATED", "CREATED"]
    nobody(urls, ["new-1", "new-2"])


def nobody(urls, orders):
    """That nobody is there by Ana's names, and that these orders are guests'."""
    with psycopg.connect(urls.owner) as owner:
        found = owner.execute(
            "SELECT count(*) FROM customer WHERE external_id = 'ana-77' OR email_norm = 'ana@example.com'"
        ).fetchone()
        again = owner.execute(
            "SELECT count(*) FROM customer_order WHERE external_id = 'ANA-ORDER-1'"
        ).fetchone()
        guests = owner.execute(
            "SELECT external_id FROM customer_order WHERE customer_id IS NULL ORDER BY external_id"
        ).fetchall()
        events = owner.execute("SELECT count(*) FROM event WHERE customer_id IS NOT NULL").fetchone()
    assert (found, again, events) == ((0,), (0,), (0,))
    assert [name for (name,) in guests] == orders


async def test_a_file_brings_nobody_back_and_its_rejects_tell_no_names(client, ana, urls, tmp_path):
    await erase(client, databaseId=ana)
    files = {
        import_customers: "customer_id,email\nana-77,a@example.com\nx-1,ANA@example.com\n"
        "eva,eva@example.com\n",
        import_orders: "order_id,customer_id,placed_at,amount\nANA-ORDER-1,ana-77,2025-12-01,120\n"
        "new-1,ana-77,2025-12-05,10\n",
        import_events: "event_type,occurred_at,message_id,customer_id\npage_view,2025-12-02,m1,ana-77\n"
        "page_view,2025-12-02,m2,\n",
    }
    with connect_for_work(urls.app) as work:
        reports = []
        for load, content in files.items():
            file = tmp_path / f"{load.__name__}.csv"
            file.write_text(content)
            reports.append(load(work, file, ImportOptions(56, max_rejects=100)))
    assert [each.rejected for each in reports] == [2, 1, 1]
    assert [each.inserted for each in reports] == [1, 1, 1]
    for each in reports:
        assert each.rejects is not None
        text = each.rejects.read_text()
        assert "erased" in text
        assert "ana" not in text.lower().replace("analysis", "")
    nobody(urls, ["new-1"])


async def test_an_email_that_others_have_too_stays_theirs(client, ana, make):
    make.customer(56, "husband", email="ana@example.com")
    await erase(client, databaseId=ana)
    (kept,) = await send(
        client, "customersUpsert", customers=[{"externalId": "husband", "email": "ana@example.com"}]
    )
    assert kept["status"] == "UNCHANGED"
    (gone,) = await send(client, "customersUpsert", customers=[{"externalId": "ana-77"}])
    assert gone["status"] == "REJECTED"


async def test_another_tenants_customer_of_the_same_name_is_theirs(client, ana, make, urls):
    make.tenant(57)
    other = make.customer(57, "ana-77", email="ana@example.com")
    await erase(client, databaseId=ana)
    assert (await client.get(f"/api/v2/cdp/customers/{other}/export?tenant_id=57")).status_code == 200
    assert (await client.get(f"/api/v2/cdp/customers/{other}/export?tenant_id=56")).status_code == 404
    (untouched,) = make.owner.execute("SELECT email FROM customer WHERE tenant_id = 57").fetchall()
    assert untouched == ("ana@example.com",)


async def test_the_digests_are_hmacs_of_a_key_of_the_tenants(client, ana, make):
    await erase(client, databaseId=ana)
    ((key,),) = make.owner.execute("SELECT key FROM erasure_key WHERE tenant_id = 56").fetchall()
    kept = {bytes(each) for (each,) in make.owner.execute("SELECT digest FROM erased_identifier").fetchall()}
    for text in ("customer:ana-77", "email:ana@example.com", "order:ANA-ORDER-1", "order:ANA-REFUND-1"):
        assert hmac.digest(bytes(key), text.encode(), hashlib.sha256) in kept, text


async def test_an_event_that_was_under_way_goes_within_the_hour(client, ana, make, urls):
    await erase(client, databaseId=ana)
    make.owner.execute(
        "INSERT INTO event (tenant_id, occurred_at, message_id, customer_id, event_type) "
        "VALUES (56, '2025-12-02', 'late', %s, 'page_view')",
        [ana],
    )
    assert remove_late(urls.app) == 1
    assert remove_late(urls.app) == 0


async def test_only_administrators_may(urls, make):
    make.customer(make.tenant(), "ana-77")
    given = {"tenantId": TENANT, "customer": {"externalId": "ana-77"}}
    async with guarded(urls, **SHARED_SECRET) as client:
        for scope, code in (("write", "FORBIDDEN"), ("admin", None)):
            headers = bearer(token(scope=scope))
            for query in (EXPORT, ERASE):
                sent = {"query": query, "variables": {"input": given}}
                answer = (await client.post("/graphql", json=sent, headers=headers)).json()
                codes = [each["extensions"]["code"] for each in answer.get("errors", [])]
                assert codes == ([] if code is None else [code]), (scope, answer)
            path = "/api/v2/cdp/customers/1/export?tenant_id=56"
            assert (await client.get(path, headers=headers)).status_code == (200 if code is None else 403)


def test_commands_tell_and_erase(urls, make, monkeypatch, tmp_path):
    make.customer(make.tenant(), "ana-77", email="ana@example.com")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CDP_DATABASE_URL", urls.app)

    def cdp(*words, **given):
        return CliRunner().invoke(
            cli.app, ["customer", *words, "--tenant", "56"], catch_exceptions=False, **given
        )

    assert cdp("export", "--external-id", "ana-77", "--output", "ana.json").exit_code == 0
    assert json.loads((tmp_path / "ana.json").read_text())["customer"]["email"] == "ana@example.com"
    assert cdp("erase", "--email", "ana@example.com", input="n\n").exit_code == 1
    assert "is erased" in cdp("erase", "--email", "ana@example.com", "--yes").output
    assert "erased before" in cdp("erase", "--external-id", "ana-77", "--yes").output
    assert make.owner.execute("SELECT email FROM customer").fetchall() == [(None,)]


async def test_of_answers_to_lists_each_person_is_told_their_own_and_others_keep_theirs(client, ana, urls):
    bob = {"externalId": "bob-1", "email": "bob@example.com"}
    first = await send(client, "customersUpsert", customers=[bob, ANA], idempotencyKey="both")
    events = [{**EVENT, "messageId": "m-bob", "customer": {"externalId": "bob-1"}}, EVENT]
    told = await send(client, "eventsTrack", events=events, idempotencyKey="seen")
    for name, others in (("ana-77", "bob-1"), ("bob-1", "ana-77")):
        given = {"tenantId": TENANT, "customer": {"externalId": name}}
        answer = await client.post("/graphql", json={"query": EXPORT, "variables": {"input": given}})
        document = answer.json()["data"]["customerExport"]["document"]
        found = {each["key"]: each["results"] for each in document["idempotency_keys"]}
        assert [len(found[key]) for key in ("both", "seen")] == [1, 1]
        assert name in str(found["both"])
        assert others not in str(document["idempotency_keys"])
    await erase(client, externalId="ana-77")
    again = await send(client, "customersUpsert", customers=[bob, ANA], idempotencyKey="both")
    assert (again[0], again[0]["status"]) == (first[0], "CREATED")
    assert again[1]["status"] == "REJECTED"
    assert [each["code"] for each in again[1]["userErrors"]] == ["ERASED"]
    later = await send(client, "eventsTrack", events=events, idempotencyKey="seen")
    assert later[0] == told[0]
    assert [each["code"] for each in later[1]["userErrors"]] == ["ERASED"]
    assert [mark for mark in MARKS if mark.lower() in held(urls).lower()] == []
