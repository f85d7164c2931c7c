"""What one wrong part of a query leaves standing, and lists that name nothing."""

import pytest

from kit import ids


async def test_a_malformed_id_leaves_the_other_nodes(scored, client):
    wanted = [ids.encode("Tenant", 56), "nonsense", ids.encode("Customer", 56, 10**9)]
    query = "query N($ids: [ID!]!) { nodes(ids: $ids) { __typename } }"
    answer = (await client.post("/graphql", json={"query": query, "variables": {"ids": wanted}})).json()
    assert answer["data"]["nodes"] == [{"__typename": "Tenant"}, None, None]
    (error,) = answer["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["nodes", 1], "BAD_USER_INPUT")


@pytest.mark.parametrize(
    ("field", "name"),
    [
        ("orders(status: []) { totalCount }", "status"),
        ("events(types: []) { totalCount }", "types"),
        ("segmentChanges(segments: []) { nodes { cursor } }", "segments"),
    ],
)
async def test_an_empty_list_is_refused_for_it_may_mean_all_or_nothing(scored, fail, field, name):
    error = await fail(f"{{ tenant(databaseId: 56) {{ {field} }} }}")
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "field": name}


async def test_a_wrong_argument_of_a_figure_leaves_the_rest(scored, client):
    query = """{ tenant(databaseId: 56) { name analytics { rfm { overview { customerCount } }
      cohorts(months: 0) { cohorts { month } } } } }"""
    answer = (await client.post("/graphql", json={"query": query})).json()
    assert answer["data"]["tenant"]["analytics"]["cohorts"] is None
    assert answer["data"]["tenant"]["analytics"]["rfm"]["overview"]["customerCount"] > 0
    assert answer["errors"][0]["extensions"] == {"code": "BAD_USER_INPUT", "field": "months"}


async def test_a_customer_tells_attributes_and_the_first_purchase(scored, ask):
    scored.owner.execute("""UPDATE customer SET attributes = '{"vip": true}' WHERE external_id = 'C1'""")
    query = '{ tenant(databaseId: 56) { customer(externalId: "C1") { attributes rfm { firstOrderOn } } } }'
    found = (await ask(query))["tenant"]["customer"]
    ((first,),) = scored.owner.execute(
        "SELECT first_order_on FROM customer_score s JOIN customer c ON c.id = s.customer_id "
        "WHERE external_id = 'C1'"
    ).fetchall()
    assert found == {"attributes": {"vip": True}, "rfm": {"firstOrderOn": first.isoformat()}}


@pytest.mark.parametrize(
    "query",
    [
        '{ tenant(databaseId: "x") { id } }',
        '{ tenant(databaseId: 56) { orders(minAmount: "x") { nodes { id } } } }',
        '{ tenant(databaseId: 56) { orders(placedFrom: "x") { nodes { id } } } }',
        "{ tenant(databaseId: 56) { segmentPreview(criteria: {a: 99999999999999999999}) "
        "{ customerCount } } }",
    ],
)
async def test_a_value_written_in_the_query_is_refused_with_its_place(client, query):
    (error,) = (await client.post("/graphql", json={"query": query})).json()["errors"]
    (place,) = error["locations"]
    assert query[place["column"] - 1 :].startswith(('"x"', "{a: 9"))
    assert "accepted" in error["message"]
