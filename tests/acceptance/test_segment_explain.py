"""What a preview has in common with other segments, its statement, and why one customer is in or out."""

import pytest

from kit import ids

CRITERIA = {
    "any": [{"clv_tier": "high"}, {"orders": {"count": {"gte": 4}}}],
    "not": {"churn_risk": "churned"},
    "email": {"exists": True},
}
EXPLAIN = """query Q($customer: ID!, $segment: ID, $criteria: JSON) { tenant(databaseId: 56) {
  segmentExplain(customerId: $customer, segmentId: $segment, criteria: $criteria) {
    isMember clauses { path text isMet field value } } } }"""
PREVIEW = """query Q($criteria: JSON!) { tenant(databaseId: 56) { segmentPreview(criteria: $criteria) {
  customerCount overlaps(first: 100) { segment { name isBuiltIn memberCount } customerCount share }
  statement { sql parameters } sample(first: 100) { id } } } }"""
CREATE = """mutation M($input: SegmentCreateInput!) { segmentCreate(input: $input) {
  segment { id memberCount } userErrors { message } } }"""


async def test_every_clause_is_told_of_who_is_in_and_of_who_is_not(scored, ask):
    rows = scored.owner.execute(
        "SELECT customer_id, clv_tier, churn_risk, (SELECT count(*) FROM customer_order AS o "
        "WHERE o.customer_id = score.customer_id AND status = 'paid') FROM customer_score AS score "
        "ORDER BY 1 LIMIT 60"
    ).fetchall()
    told = set()
    for customer, tier, risk, orders in rows:
        given = {"customer": ids.encode("Customer", 56, customer), "criteria": CRITERIA}
        found = (await ask(EXPLAIN, **given))["tenant"]["segmentExplain"]
        met = [tier == "high", orders >= 4, risk != "churned", True]
        assert [each["isMet"] for each in found["clauses"]] == met
        assert found["isMember"] is ((met[0] or met[1]) and met[2])
        tier_clause, tally, negation, email = found["clauses"]
        assert tier_clause == {
            "path": "criteria.any[0].clv_tier",
            "text": "clv_tier is high",
            "isMet": met[0],
            "field": "clv_tier",
            "value": tier,
        }
        assert (tally["text"], tally["value"]) == ("orders: count is at least 4", str(orders))
        assert (negation["field"], negation["value"]) == (None, None)
        assert email["field"] == "email"
        told.add(found["isMember"])
    assert told == {True, False}


async def test_a_preview_says_what_it_has_in_common_and_what_is_asked(scored, ask):
    for name, criteria in (("many", {"frequency": {"gte": 1}}), ("none", {"frequency": {"gte": 1000}})):
        given = {"tenantId": ids.encode("Tenant", 56), "name": name, "type": "DYNAMIC", "criteria": criteria}
        assert (await ask(CREATE, input=given))["segmentCreate"]["userErrors"] == []
    preview = (await ask(PREVIEW, criteria={"clv_tier": "high"}))["tenant"]["segmentPreview"]
    shared = {each["segment"]["name"]: each for each in preview["overlaps"]}
    assert shared["High value"]["customerCount"] == preview["customerCount"]
    assert shared["High value"]["segment"]["memberCount"] == str(preview["customerCount"])
    assert shared["many"]["share"] == 1
    assert "none" not in shared
    assert "Low value" not in shared
    classes = scored.owner.execute(
        "SELECT segment, count(*) FROM customer_score WHERE clv_tier = 'high' GROUP BY 1"
    ).fetchall()
    assert {name: shared[name]["customerCount"] for name, _ in classes} == dict(classes)
    counts = [each["customerCount"] for each in preview["overlaps"]]
    assert counts == sorted(counts, reverse=True)
    text, values = preview["statement"]["sql"], preview["statement"]["parameters"]
    assert values["tenant_id"] == 56
    assert "high" in values.values()
    with scored.owner.transaction():
        found = scored.owner.execute(text.encode(), values).fetchall()
    assert len(found) == preview["customerCount"]


async def test_nobody_meets_what_cannot_be(scored, ask):
    preview = (await ask(PREVIEW, criteria={"frequency": {"gte": 1000}}))["tenant"]["segmentPreview"]
    assert (preview["customerCount"], preview["overlaps"], preview["sample"]) == (0, [], [])


@pytest.mark.parametrize(
    ("given", "code", "told"),
    [
        ({"criteria": {"clv_teir": 1}}, "BAD_USER_INPUT", "did you mean clv_tier?"),
        ({}, "BAD_USER_INPUT", "exactly one of segmentId and criteria"),
        (
            {"criteria": {"frequency": 1}, "customer": ids.encode("Customer", 57, 1)},
            "NOT_FOUND",
            "There is no",
        ),
        (
            {"criteria": {"frequency": 1}, "customer": ids.encode("Customer", 56, 9**9)},
            "NOT_FOUND",
            "There is no",
        ),
        ({"segment": ids.encode("Segment", 56, 9**9)}, "NOT_FOUND", "There is no"),
    ],
    ids=str,
)
async def test_what_is_wrong_is_refused(scored, client, given, code, told):
    variables = {"customer": ids.encode("Customer", 56, 1)} | given
    answer = (await client.post("/graphql", json={"query": EXPLAIN, "variables": variables})).json()
    assert answer["data"]["tenant"]["segmentExplain"] is None
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == code
    assert told in error["message"]


async def test_a_refusal_names_the_argument_at_fault(scored, client):
    variables = {"customer": ids.encode("Customer", 56, 1)}
    for given, field in (
        ({}, "segmentId"),
        ({"segment": ids.encode("Customer", 56, 1)}, "segmentId"),
        ({"customer": "none", "criteria": {"frequency": 1}}, "customerId"),
    ):
        request = {"query": EXPLAIN, "variables": variables | given}
        (error,) = (await client.post("/graphql", json=request)).json()["errors"]
        assert error["extensions"]["field"] == field


async def test_a_static_segment_has_nothing_to_explain(scored, client, ask):
    given = {"tenantId": ids.encode("Tenant", 56), "name": "hand", "type": "STATIC"}
    made = (await ask(CREATE, input=given))["segmentCreate"]["segment"]
    variables = {"customer": ids.encode("Customer", 56, 1), "segment": made["id"]}
    answer = (await client.post("/graphql", json={"query": EXPLAIN, "variables": variables})).json()
    assert "no criteria" in answer["errors"][0]["message"]
