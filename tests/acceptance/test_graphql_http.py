"""GraphQL over HTTP: media types, statuses, methods, and requests that are none."""

import json

import httpx
import pytest
import structlog

from kit import log

RESPONSE = "application/graphql-response+json"
QUERY = {"query": "{ __typename }"}


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        (None, "application/json"),
        ("*/*", "application/json"),
        ("application/json", "application/json"),
        (RESPONSE, RESPONSE),
        (f"{RESPONSE}, application/json;q=0.9", RESPONSE),
        (f"application/json, {RESPONSE};q=0.5", "application/json"),
        (f"{RESPONSE}, application/json", RESPONSE),
        ("application/*", "application/json"),
    ],
)
async def test_the_answer_comes_in_what_is_accepted(client, accept, kind):
    client.headers.pop("accept")
    answer = await client.post("/graphql", json=QUERY, headers={"Accept": accept} if accept else {})
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == kind
    assert answer.headers["vary"] == "Accept"


async def test_what_is_not_to_be_had_is_406(client):
    answer = await client.post("/graphql", json=QUERY, headers={"Accept": "text/csv"})
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]) == (406, {"code": "BAD_REQUEST"})


BODIES = {
    b"null": "object",
    b"3": "object",
    b'"text"': "object",
    b"[]": "Batches",
    b"": "not JSON",
    b"{": "not JSON",
    b'{"query": "\xff"}': "not JSON",
    b"[" * 100_000: "not JSON",
    b'{"query": ' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"}": "not JSON",
    b"{}": "`query` is required",
    b'{"query": null}': "`query` is required",
    b'{"query": ""}': "`query` is empty",
    b'{"query": 3}': "`query` must be text",
    b'{"query": "{ __typename }", "variables": []}': "`variables` must be an object",
    b'{"query": "{ __typename }", "variables": "{}"}': "`variables` must be an object",
    b'{"query": "{ __typename }", "operationName": {}}': "`operationName` must be text",
    b'{"query": "{ __typename }", "extensions": 1}': "`extensions` must be an object",
    b'{"query": "query A { __typename } query B { __typename }"}': "operationName",
    b'{"query": "subscription S { __typename }"}': "subscription",
}


@pytest.mark.parametrize("kind", ["application/json", RESPONSE])
@pytest.mark.parametrize("body", BODIES, ids=lambda body: body[:40].decode("latin-1"))
async def test_bad_bodies_are_400_in_the_graphs_own_form(client, body, kind):
    headers = {"Content-Type": "application/json", "Accept": kind}
    answer = await client.post("/graphql", content=body, headers=headers)
    content = answer.json()
    assert answer.headers["content-type"].partition(";")[0] == kind
    assert "data" not in content
    assert BODIES[body] in content["errors"][0]["message"]
    assert answer.status_code == 400


@pytest.mark.parametrize("name", ["variables", "extensions"])
async def test_a_get_with_what_is_no_json_is_refused_by_name(client, name):
    answer = await client.get("/graphql", params={"query": "{ __typename }", name: "{"})
    assert answer.status_code == 400
    assert f"`{name}`" in answer.json()["errors"][0]["message"]


async def test_a_mutation_is_not_taken_by_get(client):
    answer = await client.get("/graphql", params={"query": "mutation { __typename }"})
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "", "application/jsonx"])
async def test_only_json_is_taken(client, kind):
    headers = {"Content-Type": kind} if kind else {}
    answer = await client.post("/graphql", content=json.dumps(QUERY), headers=headers)
    assert answer.status_code == 415


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"query": "{ nothing }"}, 400),
        ({"query": "{"}, 400),
        ({"query": "query Q($n: Int!) { viewer { __typename } }"}, 400),
        ({"query": '{ viewer { __typename } nodes(ids: ["x"]) { id } }'}, 200),
    ],
    ids=["unknown field", "syntax", "variable missing", "a field failed"],
)
async def test_our_media_type_tells_a_query_that_was_not_executed_by_its_status(client, body, status):
    answer = await client.post("/graphql", json=body, headers={"Accept": RESPONSE})
    assert answer.status_code == status
    assert ("data" in answer.json()) is (status == 200)
    assert answer.json()["errors"][0]["extensions"]["code"]
    plain = await client.post("/graphql", json=body, headers={"Accept": "application/json"})
    assert (plain.status_code, plain.json()) == (200, answer.json())


async def test_the_request_id_is_the_callers_or_a_new_one(client):
    answer = await client.post("/graphql", json=QUERY, headers={"X-Request-Id": "order-7.a_B"})
    assert answer.headers["x-request-id"] == "order-7.a_B"
    for odd in ("a b", "x" * 65, "<script>"):
        answer = await client.post("/graphql", json=QUERY, headers={"X-Request-Id": odd})
        assert len(answer.headers["x-request-id"]) == 32


async def test_of_several_operations_the_named_one_is_executed(client):
    query = "query A { a: __typename } query B { b: __typename }"
    for wanted, data in {"A": {"a": "Query"}, "B": {"b": "Query"}}.items():
        body = {"query": query, "operationName": wanted}
        assert (await client.post("/graphql", json=body)).json()["data"] == data
    for name in (None, "C"):
        answer = await client.post("/graphql", json={"query": query, "operationName": name})
        assert answer.status_code == 400
        assert "operationName" in answer.json()["errors"][0]["message"]


async def test_what_nobody_caught_is_logged_once_under_the_id_that_the_caller_sees(client, monkeypatch):
    def broken(*_):
        raise RuntimeError("secret")

    monkeypatch.setattr("schema.endpoint._send", broken)
    with structlog.testing.capture_logs([log.of_request]) as logs:
        answer = await client.post("/graphql", json=QUERY, headers={"X-Request-Id": "seen"})
    assert answer.status_code == 500
    assert answer.headers["x-request-id"] == "seen"
    assert "secret" not in answer.text
    assert answer.json()["errors"][0]["extensions"] == {"code": "INTERNAL", "requestId": "seen"}
    assert {each["request_id"] for each in logs} == {"seen"}
    assert [each["event"] for each in logs if "exc_info" in each] == ["unexpected error"]


async def test_a_fault_of_rest_is_logged_once_too(application, monkeypatch):
    def broken(*_):
        raise RuntimeError("secret")

    monkeypatch.setattr("resolvers.versions.of_tenant", broken)
    transport = httpx.ASGITransport(application)
    headers = {"X-Request-Id": "seen"}
    with structlog.testing.capture_logs([log.of_request]) as logs:
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            answer = await client.get("/api/v2/cdp/analytics/rfm", params={"tenant_id": 56}, headers=headers)
    assert (answer.status_code, answer.headers["x-request-id"]) == (500, "seen")
    assert {each["request_id"] for each in logs} == {"seen"}
    assert [each["event"] for each in logs if "exc_info" in each] == ["unexpected error"]


FOREIGN = {"host": "shop.example"}, {"origin": "https://shop.example"}


@pytest.mark.parametrize("headers", FOREIGN, ids=["host", "origin"])
async def test_another_host_or_origin_is_refused_in_the_graphs_own_form(client, headers):
    answer = await client.post("/graphql", json=QUERY, headers=headers)
    assert (answer.status_code, answer.json()["errors"][0]["extensions"]) == (403, {"code": "FORBIDDEN"})


MISSPELT = {
    "{ viewr { __typename } }": "Query",
    "{ tenant(databaseIt: 1) { id } }": "Unknown argument",
    "query Q($x: BigIntt) { tenant(databaseId: $x) { id } }": "Unknown type",
    "fragment F on Tenan { id } { __typename }": "Unknown type",
    "{ tenant(databaseId: 1) { customers(orderBy: {field: PREDICTED_VALU}) { nodes { id } } } }": "PREDICTED",
    "{ tenant(databaseId: 1) { customers(filter: {emai: {eq: 1}}) { nodes { id } } } }": "emai",
    "{ __typename @skp(if: true) }": "Unknown directive",
}


@pytest.mark.parametrize("query", MISSPELT)
async def test_what_is_misspelt_is_not_corrected(client, query):
    answer = await client.post("/graphql", json={"query": query})
    errors = answer.json()["errors"]
    assert any(MISSPELT[query] in each["message"] for each in errors)
    assert "Did you mean" not in answer.text


async def test_a_value_of_a_variable_that_is_misspelt_is_not_corrected(client):
    query = (
        "query Q($order: CustomerSort) "
        "{ tenant(databaseId: 1) { customers(orderBy: $order) { nodes { id } } } }"
    )
    for order in ({"field": "PREDICTED_VALU"}, {"feld": "ID"}):
        answer = await client.post("/graphql", json={"query": query, "variables": {"order": order}})
        assert answer.json()["errors"]
        assert "Did you mean" not in answer.text
