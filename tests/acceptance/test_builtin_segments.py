"""The segments that every tenant has: there from the start, true after a run, the shop's own beside them."""

import pytest

from kit import ids
from resolvers.processing.process import process
from resolvers.processing.request import Request

LIST = """query Q($tenant: BigInt!) { tenant(databaseId: $tenant) {
  segments(isBuiltIn: true) { totalCount nodes {
    id databaseId name type criteria description memberCount lastUpdatedAt isBuiltIn
    members(first: 300) { totalCount nodes { databaseId } } } } } }"""
COLUMNS = {"rfm_segment": "segment", "clv_tier": "clv_tier", "churn_risk": "churn_risk"}


async def test_a_tenant_made_over_the_graph_has_them_without_members(client, ask):
    made = await ask(
        """mutation { tenantCreate(input: {name: "New", currencyCode: PEN, timeZone: "America/Lima"}) {
          tenant { databaseId } userErrors { message } } }"""
    )
    number = made["tenantCreate"]["tenant"]["databaseId"]
    found = (await ask(LIST, tenant=number))["tenant"]["segments"]
    assert found["totalCount"] == 18
    assert [each["name"] for each in found["nodes"][:2]] == ["Champions", "Loyal Customers"]
    assert {each["memberCount"] for each in found["nodes"]} == {"0"}
    assert all(each["lastUpdatedAt"] is None and each["description"] for each in found["nodes"])


async def test_their_members_are_those_the_scores_say(scored, ask, client):
    found = (await ask(LIST, tenant="56"))["tenant"]["segments"]["nodes"]
    assert len(found) == 18
    for each in found:
        ((field, value),) = each["criteria"].items()
        rows = scored.owner.execute(
            f"SELECT customer_id FROM customer_score WHERE {COLUMNS[field]} = %s ORDER BY 1", [value]
        ).fetchall()
        expected = [str(number) for (number,) in rows]
        assert each["type"] == "DYNAMIC"
        assert each["isBuiltIn"]
        assert each["memberCount"] == str(len(expected))
        assert each["members"]["totalCount"] == len(expected)
        assert [one["databaseId"] for one in each["members"]["nodes"]] == expected[:300]
        path = f"/api/v2/cdp/segments/{each['databaseId']}/members"
        if len(expected) > 2:
            for offset in (0, 2):
                answer = await client.get(path, params={"tenant_id": 56, "limit": 2, "offset": offset})
                data = answer.json()["data"]
                assert data["total"] == len(expected)
                told = [str(one["customer_id"]) for one in data["members"]]
                assert told == expected[offset : offset + 2]
                if data["next_cursor"]:
                    params = {"tenant_id": 56, "limit": 1, "cursor": data["next_cursor"]}
                    (after,) = (await client.get(path, params=params)).json()["data"]["members"]
                    assert str(after["customer_id"]) == expected[offset + 2]


async def test_a_name_that_the_shop_took_before_is_told_apart(make, urls, ask):
    make.history(make.tenant(), 30)
    make.owner.execute("INSERT INTO segment (tenant_id, name, type) VALUES (56, 'Champions', 'static')")
    for _ in range(2):
        process(urls.app, 56, Request.of(None, "latest", force=True))
    names = [
        name for (name,) in make.owner.execute("SELECT name FROM segment WHERE tenant_id = 56").fetchall()
    ]
    assert len(names) == 19
    assert "Champions (built in)" in names


@pytest.mark.parametrize(
    ("mutation", "more"),
    [
        ("segmentUpdate", ', name: "mine"'),
        ("segmentDelete", ""),
        ("segmentRefresh", ""),
        ("segmentMembersAdd", ', customerIds: ["{}"]'.format(ids.encode("Customer", 56, 1))),
    ],
)
async def test_they_cannot_be_changed(scored, ask, mutation, more):
    (number,) = scored.owner.execute(
        "SELECT id FROM segment WHERE tenant_id = 56 AND builtin = 'clv_tier:high'"
    ).fetchone()
    segment = ids.encode("Segment", 56, number)
    found = await ask(
        f'mutation {{ {mutation}(input: {{id: "{segment}"{more}}}) '
        "{ userErrors { code field message } } }"
    )
    (error,) = found[mutation]["userErrors"]
    assert error["field"] == ["input", "id"]
    assert "built in" in error["message"]
