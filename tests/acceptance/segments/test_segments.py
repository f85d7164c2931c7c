"""Segments over the graph: made, refreshed after runs, their members, why, previews, and refusals."""

import httpx
import psycopg
import pytest
from pydantic import SecretStr

from app import create as create_app
from kit import ids
from kit.config import Settings
from tests.acceptance.segments.calls import CREATE, HIGH, IS_HIGH, MEMBERS, TENANT, members, wanted

UPDATE = """
mutation M($input: SegmentUpdateInput!) { segmentUpdate(input: $input) {
  segment { name criteria description memberCount } userErrors { code field message } } }
"""
REFRESH = """
mutation M($input: SegmentReferenceInput!) { segmentRefresh(input: $input) {
  segment { memberCount lastUpdatedAt } userErrors { code field message } } }
"""
DELETE = """
mutation M($input: SegmentReferenceInput!) { segmentDelete(input: $input) {
  deletedSegmentId userErrors { code field message } } }
"""
PREVIEW = """
query P($criteria: JSON!, $first: Int! = 10) { tenant(databaseId: 56) { segmentPreview(criteria: $criteria) {
  customerCount totalCustomerCount share clauses sample(first: $first) { databaseId } } } }
"""


async def test_a_dynamic_segment_has_its_members_at_once(scored, create, ask):
    made = await create(criteria=HIGH, description=" who to thank ")
    assert made["userErrors"] == []
    segment = made["segment"]
    expected = wanted(scored, IS_HIGH)
    assert expected
    assert segment["criteria"] == HIGH
    assert (segment["type"], segment["description"]) == ("DYNAMIC", "who to thank")
    assert int(segment["memberCount"]) == len(expected)
    assert segment["lastUpdatedAt"] is not None
    query = """query Q($id: ID!) { node(id: $id) { ... on Segment {
      tenant { name } members(first: 1000, orderBy: {field: MONETARY, direction: DESC}) {
        totalCount nodes { databaseId rfm { monetary { amount } } } } } } }"""
    node = (await ask(query, id=segment["id"]))["node"]
    assert node["tenant"]["name"] == "Shop 56"
    assert node["members"]["totalCount"] == len(expected)
    assert sorted(int(each["databaseId"]) for each in node["members"]["nodes"]) == expected
    amounts = [float(each["rfm"]["monetary"]["amount"]) for each in node["members"]["nodes"]]
    assert amounts == sorted(amounts, reverse=True)


async def test_update_refresh_and_delete(scored, create, ask):
    segment = (await create(criteria=HIGH, description="x"))["segment"]
    given = {"id": segment["id"], "name": "low", "criteria": {"clv_tier": "low"}}
    changed = (await ask(UPDATE, input=given))["segmentUpdate"]["segment"]
    low = wanted(scored, "clv_tier = 'low'")
    assert changed == {
        "name": "low",
        "criteria": {"clv_tier": "low"},
        "description": "x",
        "memberCount": str(len(low)),
    }
    given = {"id": segment["id"], "description": ""}
    assert (await ask(UPDATE, input=given))["segmentUpdate"]["segment"]["description"] is None
    scored.owner.execute("DELETE FROM segment_member WHERE customer_id = %s", [low[0]])
    refreshed = (await ask(REFRESH, input={"id": segment["id"]}))["segmentRefresh"]
    assert refreshed["segment"]["memberCount"] == str(len(low))
    assert members(scored, int(segment["databaseId"])) == low
    gone = (await ask(DELETE, input={"id": segment["id"]}))["segmentDelete"]
    assert gone == {"deletedSegmentId": segment["id"], "userErrors": []}
    assert members(scored, int(segment["databaseId"])) == []
    assert (await ask("query Q($id: ID!) { node(id: $id) { id } }", id=segment["id"]))["node"] is None


async def test_a_preview_counts_and_samples_without_making_anything(scored, ask):
    found = (await ask(PREVIEW, criteria=HIGH, first=3))["tenant"]["segmentPreview"]
    expected = wanted(scored, IS_HIGH)
    assert found == {
        "customerCount": len(expected),
        "totalCustomerCount": 400,
        "share": len(expected) / 400,
        "clauses": ["clv_tier is high", "rfm_segment is one of Champions, Loyal Customers"],
        "sample": [{"databaseId": str(each)} for each in expected[:3]],
    }
    assert scored.owner.execute("SELECT count(*) FROM segment WHERE builtin IS NULL").fetchone() == (0,)


async def test_a_list_of_segments_by_type_and_one_by_each_id(scored, create, ask):
    dynamic = (await create("a", criteria=HIGH))["segment"]
    static = (await create("b", "STATIC"))["segment"]
    query = """query Q($type: SegmentType, $id: ID, $number: BigInt) { tenant(databaseId: 56) {
      segments(type: $type, isBuiltIn: false, first: 1) { totalCount nodes { name } pageInfo { hasNextPage } }
      segment(id: $id, databaseId: $number) { name } } }"""
    found = (await ask(query, id=dynamic["id"]))["tenant"]
    assert found["segments"] == {
        "totalCount": 2,
        "nodes": [{"name": "a"}],
        "pageInfo": {"hasNextPage": True},
    }
    assert found["segment"] == {"name": "a"}
    found = (await ask(query, type="STATIC", number=static["databaseId"]))["tenant"]
    assert found["segments"]["nodes"] == [{"name": "b"}]
    assert found["segments"]["totalCount"] == 1
    assert found["segment"] == {"name": "b"}


@pytest.mark.parametrize(
    ("given", "code", "field", "told"),
    [
        ({"criteria": None}, "BAD_USER_INPUT", ["input", "criteria"], "needs criteria"),
        ({"criteria": {}}, "BAD_USER_INPUT", ["input", "criteria"], "names no condition"),
        ({"criteria": [1]}, "BAD_USER_INPUT", ["input", "criteria"], "must be an object"),
        (
            {"criteria": {"any": [{"clv_teir": 1}]}},
            "BAD_USER_INPUT",
            ["input", "criteria", "any[0]", "clv_teir"],
            "did you mean clv_tier?",
        ),
        ({"type": "STATIC"}, "BAD_USER_INPUT", ["input", "criteria"], "takes no criteria"),
        ({"name": " "}, "BAD_USER_INPUT", ["input", "name"], "1 to 100"),
        ({"name": "a\0"}, "BAD_USER_INPUT", ["input", "name"], "1 to 100"),
        ({"description": "x" * 2001}, "BAD_USER_INPUT", ["input", "description"], "2,000"),
        ({"name": " taken "}, "CONFLICT", ["input", "name"], "a segment named 'taken'"),
        (
            {"tenantId": ids.encode("Tenant", 3)},
            "NOT_FOUND",
            ["input", "tenantId"],
            f"no Tenant with the id '{ids.encode('Tenant', 3)}'",
        ),
        ({"tenantId": "x"}, "BAD_USER_INPUT", ["input", "tenantId"], "not an id"),
    ],
    ids=str,
)
async def test_what_cannot_be_made_is_refused(scored, ask, create, given, code, field, told):
    await create("taken", "STATIC")
    whole = {"tenantId": TENANT, "name": "n", "type": "DYNAMIC", "criteria": HIGH} | given
    payload = (await ask(CREATE, input=whole))["segmentCreate"]
    (error,) = payload["userErrors"]
    assert (payload["segment"], error["code"], error["field"]) == (None, code, field)
    assert told in error["message"]


async def test_what_cannot_be_changed_is_refused(scored, create, ask, make):
    dynamic = (await create("a", criteria=HIGH))["segment"]
    static = (await create("b", "STATIC"))["segment"]
    make.tenant(57)
    customer = ids.encode("Customer", 56, 1)
    theirs = ids.encode("Segment", 57, int(static["databaseId"]))
    for query, given, code in (
        (UPDATE, {"id": static["id"], "criteria": HIGH}, "BAD_USER_INPUT"),
        (UPDATE, {"id": static["id"], "name": "a"}, "CONFLICT"),
        (UPDATE, {"id": theirs, "name": "c"}, "NOT_FOUND"),
        (UPDATE, {"id": customer, "name": "c"}, "BAD_USER_INPUT"),
        (REFRESH, {"id": static["id"]}, "BAD_USER_INPUT"),
        (REFRESH, {"id": theirs}, "NOT_FOUND"),
        (DELETE, {"id": theirs}, "NOT_FOUND"),
        (MEMBERS % "Add", {"id": dynamic["id"], "customerIds": [customer]}, "BAD_USER_INPUT"),
        (MEMBERS % "Add", {"id": theirs, "customerIds": [customer]}, "NOT_FOUND"),
        (MEMBERS % "Add", {"id": static["id"], "customerIds": []}, "BAD_USER_INPUT"),
        (MEMBERS % "Add", {"id": static["id"], "customerIds": [customer] * 1001}, "BAD_USER_INPUT"),
        (MEMBERS % "Remove", {"id": static["id"], "customerIds": [static["id"]]}, "BAD_USER_INPUT"),
    ):
        (payload,) = (await ask(query, input=given)).values()
        assert [each["code"] for each in payload["userErrors"]] == [code], (query, given)


@pytest.mark.parametrize(
    ("criteria", "field"),
    [
        ("text", "criteria"),
        (None, "criteria"),
        ({"all": [{"not": {"x": 1}}]}, "criteria.all[0].not.x"),
        ({"monetary": {"between": ["1", "x"]}}, "criteria.monetary.between[1]"),
        ({"email": {"starts_with": "a\0"}}, "criteria.email.starts_with"),
    ],
    ids=str,
)
async def test_hostile_criteria_are_refused_with_their_path(scored, client, criteria, field):
    answer = await client.post("/graphql", json={"query": PREVIEW, "variables": {"criteria": criteria}})
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] in ("BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED")
    assert criteria is None or error["extensions"]["field"] == field


async def test_what_takes_too_long_is_told_and_leaves_the_rest(scored, urls):
    app = create_app(Settings(database_url=SecretStr(urls.app), query_timeout_seconds=0.3))
    transport = httpx.ASGITransport(app)
    query = """query Q($criteria: JSON!) { tenant(databaseId: 56) {
      segmentPreview(criteria: $criteria) { customerCount }
      after: customers(first: 1) { nodes { email } } name } }"""
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client,
    ):
        with psycopg.connect(urls.owner) as other:
            other.execute("LOCK TABLE customer_score IN ACCESS EXCLUSIVE MODE")
            answer = await client.post(
                "/graphql", json={"query": query, "variables": {"criteria": {"frequency": 1}}}
            )
    content = answer.json()
    (error,) = content["errors"]
    assert error["extensions"] == {"code": "TIMED_OUT"}
    assert "too long" in error["message"]
    tenant = content["data"]["tenant"]
    assert (tenant["segmentPreview"], tenant["name"]) == (None, "Shop 56")
    assert len(tenant["after"]["nodes"]) == 1
