"""Values that no record should hold: each is told of where it stands, and its neighbours are saved."""

import json
from datetime import UTC, datetime

import psycopg
import pytest

from kit import ids

TENANT = ids.encode("Tenant", 56)
RESULTS = "results { status userErrors { code field message } } userErrors { code field message }"
CUSTOMERS = f"mutation M($input: CustomersUpsertInput!) {{ customersUpsert(input: $input) {{ {RESULTS} }} }}"
ORDERS = f"mutation M($input: OrdersUpsertInput!) {{ ordersUpsert(input: $input) {{ {RESULTS} }} }}"
EVENTS = f"mutation M($input: EventsTrackInput!) {{ eventsTrack(input: $input) {{ {RESULTS} }} }}"
CREATE = """mutation C($input: TenantCreateInput!) { tenantCreate(input: $input) {
  tenant { name } userErrors { code field } } }"""
NOW = datetime.now(UTC).isoformat()


def rejected(payload):
    """The way to the one wrong value of the second of three records."""
    assert payload["userErrors"] == []
    assert [each["status"] for each in payload["results"]] == ["CREATED", "REJECTED", "CREATED"]
    (error,) = payload["results"][1]["userErrors"]
    assert "accepted" in error["message"]
    return error["field"]


@pytest.mark.parametrize("value", ["1e400", "-1e400", '"\\u0000"', "[" * 101 + "]" * 101])
@pytest.mark.parametrize(
    ("field", "kind", "name"),
    [("customersUpsert", "customers", "attributes"), ("eventsTrack", "events", "properties")],
)
async def test_json_that_cannot_be_stored(shop, ask, field, kind, name, value):
    def record(number, held):
        who = f'externalId: "{number}"' if kind == "customers" else 'type: "page_view"'
        return f"{{{who}, {name}: {{a: [{held}]}}}}"

    records = ", ".join(record(n, held) for n, held in enumerate(("1", value, "2.5")))
    query = f'mutation {{ {field}(input: {{tenantId: "{TENANT}", {kind}: [{records}]}}) {{ {RESULTS} }} }}'
    assert rejected((await ask(query))[field]) == ["input", kind, "1", name]


@pytest.mark.parametrize("depth", [200, 300, 1000])
async def test_json_that_nests_too_deeply(shop, client, depth):
    deep = "[" * depth + "]" * depth
    worst = f'{{"externalId": "b", "attributes": {{"a": {deep}}}}}'
    records = f'[{{"externalId": "a"}}, {worst}, {{"externalId": "c"}}]'
    for key, refused in ("", False), ('"idempotencyKey": "k", ', depth > 250):
        shop.owner.execute("TRUNCATE customer CASCADE")
        body = f'{{"query": {json.dumps(CUSTOMERS)}, "variables": {{"input": {{"tenantId": "{TENANT}", {key}'
        body += f'"customers": {records}}}}}}}'
        answer = await client.post("/graphql", content=body, headers={"content-type": "application/json"})
        payload = answer.json()["data"]["customersUpsert"]
        if refused:
            assert payload["userErrors"][0]["field"] == ["input", "idempotencyKey"]
        else:
            assert rejected(payload) == ["input", "customers", "1", "attributes"]


@pytest.mark.parametrize("number", ["99999999999999999999999999", "-9223372036854775809"])
async def test_integers_of_more_than_64_bits(shop, fail, number):
    given = f'tenantId: "{TENANT}", customers: [{{externalId: "a", attributes: {{a: {number}}}}}]'
    query = f"mutation {{ customersUpsert(input: {{{given}}}) {{ {RESULTS} }} }}"
    assert "64 bits" in (await fail(query))["message"]


@pytest.mark.parametrize("amount", ["999999999999999.999", "1e999999999", "-1e999999999", "sNaN", "1e15"])
async def test_amounts_that_no_currency_has(shop, client, amount):
    orders = [{"externalId": str(n), "placedAt": NOW, "amount": a} for n, a in enumerate(("1", amount, "2"))]
    body = {"query": ORDERS, "variables": {"input": {"tenantId": TENANT, "orders": orders}}}
    answer = (await client.post("/graphql", json=body)).json()
    if "errors" in answer:  # refused by the scalar already
        assert [each["extensions"]["code"] for each in answer["errors"]] == ["BAD_USER_INPUT"]
    else:
        assert rejected(answer["data"]["ordersUpsert"]) == ["input", "orders", "1", "amount"]


async def test_the_largest_and_the_smallest_amounts(shop, push):
    amounts = ("999999999999999.99", "0." + "1" * 3000, "1e-400", "0")
    orders = [{"externalId": str(n), "placedAt": NOW, "amount": a} for n, a in enumerate(amounts)]
    payload = await push(ORDERS, orders=orders)
    assert [each["status"] for each in payload["results"]] == ["CREATED"] * 4
    stored = shop.owner.execute("SELECT amount::text FROM customer_order ORDER BY external_id").fetchall()
    assert [row[0] for row in stored] == ["999999999999999.9900", "0.1100", "0.0000", "0.0000"]


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
async def test_instants_at_the_edge_of_the_calendar(shop, push, at):
    orders = [
        {"externalId": str(n), "placedAt": each, "amount": "1"} for n, each in enumerate((NOW, at, NOW))
    ]
    assert rejected(await push(ORDERS, orders=orders)) == ["input", "orders", "1", "placedAt"]


@pytest.mark.parametrize(
    "name", ["localtime", "posixrules", "Factory", "../../etc/passwd", "\0", "europe/london"]
)
async def test_zones_that_are_no_places(urls, ask, name):
    given = {"name": "A", "currencyCode": "EUR", "timeZone": name}
    payload = (await ask(CREATE, input=given))["tenantCreate"]
    assert payload == {
        "tenant": None,
        "userErrors": [{"code": "BAD_USER_INPUT", "field": ["input", "timeZone"]}],
    }


@pytest.mark.parametrize(
    "given", [{"name": "TOLD-BACK", "bogus": 1}, {"name": ["TOLD-BACK"]}, {"name": {"a": "TOLD-BACK"}}]
)
async def test_what_was_given_is_not_told_back_whole(client, given):
    answer = await client.post("/graphql", json={"query": CREATE, "variables": {"input": given}})
    assert "TOLD-BACK" not in answer.text
    codes = {each["extensions"]["code"] for each in answer.json()["errors"]}
    assert codes == {"BAD_USER_INPUT"}
    assert "String" in answer.text or "required field 'currencyCode'" in answer.text


async def test_events_do_not_wait_for_an_import(shop, push, urls, monkeypatch):
    monkeypatch.setattr("resolvers.writes.batch._PATIENCE", "SET LOCAL lock_timeout = '100ms'")
    with psycopg.connect(urls.app) as other:
        other.execute("SELECT pg_advisory_xact_lock(hashtextextended('cdp import', 56::bigint))")
        payload = await push(EVENTS, events=[{"type": "page_view"}])
    assert [each["status"] for each in payload["results"]] == ["CREATED"]


async def test_a_list_costs_as_many_as_it_holds(shop, client):
    async def cost(count):
        given = {"tenantId": TENANT, "customers": [{"externalId": str(n)} for n in range(count)]}
        answer = await client.post("/graphql", json={"query": CUSTOMERS, "variables": {"input": given}})
        return answer.json()["extensions"]["cost"]["requested"]

    assert await cost(200) - await cost(100) == 100 * (1 + 10 + 1)
    literal = f'mutation {{ customersUpsert(input: {{tenantId: "{TENANT}", customers: [{{externalId: "a"}}, '
    literal += '{externalId: "b"}]}) { results { status } } }'
    answer = await client.post("/graphql", json={"query": literal})
    assert answer.json()["extensions"]["cost"]["requested"] == 10 + 1 + 2
