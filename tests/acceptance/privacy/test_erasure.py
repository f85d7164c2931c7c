"""A person's data told and erased: nothing of them is left, totals stay, and they do not come back."""

import hashlib
import hmac
import json

import psycopg
from typer.testing import CliRunner

import cli
from kit import ids
from resolvers.privacy.document import PARTS
from resolvers.processing.process import process
from resolvers.processing.request import Request
from tests.acceptance.credentials import bearer, token
from tests.acceptance.privacy.people import ERASE, EXPORT, MARKS, TENANT, erase, held
from tests.acceptance.test_authentication import SHARED_SECRET, guarded

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


async def test_the_digests_are_hmacs_of_a_key_of_the_tenants(client, ana, make):
    await erase(client, databaseId=ana)
    ((key,),) = make.owner.execute("SELECT key FROM erasure_key WHERE tenant_id = 56").fetchall()
    kept = {bytes(each) for (each,) in make.owner.execute("SELECT digest FROM erased_identifier").fetchall()}
    for text in ("customer:ana-77", "email:ana@example.com", "order:ANA-ORDER-1", "order:ANA-REFUND-1"):
        assert hmac.digest(bytes(key), text.encode(), hashlib.sha256) in kept, text


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
