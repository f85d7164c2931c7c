"""Customers merged, and taken apart, through the graph and by command; who may; and tenants apart."""

import pytest
from typer.testing import CliRunner

import cli
from kit import ids
from tests.acceptance.credentials import bearer, token
from tests.acceptance.test_authentication import SHARED_SECRET, guarded

TENANT = ids.encode("Tenant", 56)
MERGE = """
mutation ($input: CustomerMergeInput!) {
  customerMerge(input: $input) {
    wasMerged
    merge { id databaseId fromExternalId fromEmail origin reason undoneAt orderCount customer { externalId } }
    customer { externalId mergedFrom { totalCount nodes { fromDatabaseId } } orderFacts { orderCount } }
    userErrors { code field message }
  }
}
"""
UNMERGE = """
mutation ($input: CustomerUnmergeInput!) {
  customerUnmerge(input: $input) {
    customer { externalId orderFacts { orderCount } }
    merge { fromExternalId undoneAt customer { mergedFrom { totalCount } } }
    userErrors { code field message }
  }
}
"""


@pytest.fixture
def two(shop):
    """Numbers of two customers with an order each, and one's e-mail."""
    numbers = shop.customer(56, "ana", email="Ana@example.com"), shop.customer(56, "anna")
    for each in numbers:
        shop.order(56, each, "2025-06-01Z", 10)
    return numbers


async def test_merged_and_undone_through_the_graph(two, push, ask, client):
    named = {"from": {"email": "ana@example.com"}, "into": {"externalId": "anna"}, "reason": "one phone"}
    done = await push(MERGE, **named)
    assert (done["wasMerged"], done["userErrors"]) == (False, [])
    merge = done["merge"]
    assert merge | {"id": "", "databaseId": ""} == {
        "id": "",
        "databaseId": "",
        "fromExternalId": "ana",
        "fromEmail": "ana@example.com",
        "origin": "CALLER",
        "reason": "one phone",
        "undoneAt": None,
        "orderCount": 1,
        "customer": {"externalId": "anna"},
    }
    assert done["customer"] == {
        "externalId": "anna",
        "mergedFrom": {"totalCount": 1, "nodes": [{"fromDatabaseId": str(two[0])}]},
        "orderFacts": {"orderCount": 2},
    }
    assert (await push(MERGE, **named))["wasMerged"] is True
    node = "query ($id: ID!) { node(id: $id) { ... on Customer { externalId } } }"
    assert (await ask(node, id=ids.encode("Customer", 56, two[0])))["node"] == {"externalId": "anna"}
    for way in ("profile", "timeline"):
        answer = await client.get(f"/api/v2/cdp/customers/{two[0]}/{way}?tenant_id=56")
        assert answer.status_code == 200, answer.text
    undone = (await ask(UNMERGE, input={"id": merge["id"]}))["customerUnmerge"]
    assert undone["userErrors"] == []
    assert undone["customer"] == {"externalId": "ana", "orderFacts": {"orderCount": 1}}
    assert undone["merge"]["undoneAt"] is not None
    assert undone["merge"]["customer"] == {"mergedFrom": {"totalCount": 0}}
    (again,) = (await ask(UNMERGE, input={"id": merge["id"]}))["customerUnmerge"]["userErrors"]
    assert (again["code"], again["field"]) == ("CONFLICT", ["input", "id"])


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"from": {"externalId": "ana"}, "into": {"externalId": "ana"}}, "BAD_USER_INPUT", ["into"]),
        ({"from": {}, "into": {"externalId": "ana"}}, "BAD_USER_INPUT", ["from"]),
        ({"from": {"externalId": "x"}, "into": {"externalId": "ana"}}, "NOT_FOUND", ["from"]),
        ({"from": {"externalId": "ana"}, "into": {"databaseId": 10**12}}, "NOT_FOUND", ["into"]),
        ({"from": {"email": "a"}, "into": {"externalId": "ana"}}, "BAD_USER_INPUT", ["from", "email"]),
        ({"from": {"email": "x@y.z"}, "into": {"externalId": "ana"}}, "BAD_USER_INPUT", ["from", "email"]),
        (
            {"from": {"externalId": "ana"}, "into": {"externalId": "anna"}, "reason": "x" * 501},
            "BAD_USER_INPUT",
            ["reason"],
        ),
    ],
)
async def test_what_is_refused_names_its_field(two, shop, push, given, code, field):
    for name in ("c", "d"):
        shop.customer(56, name, email="x@y.z")
    done = await push(MERGE, **given)
    (error,) = done["userErrors"]
    assert (error["code"], error["field"]) == (code, ["input", *field])
    assert done["merge"] is None


async def test_another_tenants_customers_and_merges_are_nobodys(two, shop, push, ask):
    shop.tenant(57)
    theirs = [shop.customer(57, name) for name in ("ana", "eva")]
    for given in (
        {"from": {"databaseId": theirs[0]}, "into": {"databaseId": two[1]}},
        {"from": {"databaseId": two[0]}, "into": {"databaseId": theirs[1]}},
    ):
        (error,) = (await push(MERGE, **given))["userErrors"]
        assert error["code"] == "NOT_FOUND"
    done = await push(MERGE, **{"from": {"databaseId": two[0]}, "into": {"databaseId": two[1]}})
    number = int(done["merge"]["databaseId"])
    (error,) = (await ask(UNMERGE, input={"id": ids.encode("CustomerMerge", 57, number)}))["customerUnmerge"][
        "userErrors"
    ]
    assert (error["code"], error["field"]) == ("NOT_FOUND", ["input", "id"])
    assert shop.owner.execute("SELECT count(*) FROM customer WHERE tenant_id = 57").fetchone() == (2,)
    query = '{ tenant(databaseId: 57) { customer(externalId: "ana") { databaseId } } }'
    assert (await ask(query))["tenant"]["customer"] == {"databaseId": str(theirs[0])}


async def test_only_administrators_may(urls, two):
    merge = {"tenantId": TENANT, "from": {"databaseId": two[0]}, "into": {"databaseId": two[1]}}
    undo = {"id": ids.encode("CustomerMerge", 56, 1)}
    async with guarded(urls, **SHARED_SECRET) as client:
        for scope, code in (("write", ["FORBIDDEN"]), ("admin", [])):
            for query, given in ((MERGE, merge), (UNMERGE, undo)):
                sent = {"query": query, "variables": {"input": given}}
                answer = await client.post("/graphql", json=sent, headers=bearer(token(scope=scope)))
                assert [each["extensions"]["code"] for each in answer.json().get("errors", [])] == code


def test_commands_merge_and_undo(urls, two, shop, monkeypatch):
    monkeypatch.setenv("CDP_DATABASE_URL", urls.app)

    def cdp(*words):
        ran = CliRunner().invoke(cli.app, ["customer", *words, "--tenant", "56"], catch_exceptions=False)
        assert ran.exit_code == 0, ran.output
        return ran.output

    names = ["merge", "--from-external-id", "ana", "--into-id", str(two[1]), "--reason", "one phone"]
    assert f"is merged into customer {two[1]}, by merge 1" in cdp(*names)
    assert "was before merged" in cdp(*names)
    assert f"Customer {two[0]} is there again" in cdp("unmerge", "--merge", "1")
    reasons = shop.owner.execute("SELECT action FROM audit_entry ORDER BY id").fetchall()
    assert reasons == [("customerMerge",), ("customerUnmerge",)]
