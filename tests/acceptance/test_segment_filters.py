"""Segments of a typed filter: kept as criteria, the same as those, and refused by the filter's own names."""

import pytest

from kit import ids

TENANT = ids.encode("Tenant", 56)
ERRORS = "userErrors { code field message }"
CREATE = f"""mutation M($input: SegmentCreateInput!) {{ segmentCreate(input: $input) {{
  segment {{ id criteria memberCount }} {ERRORS} }} }}"""
UPDATE = f"""mutation M($input: SegmentUpdateInput!) {{ segmentUpdate(input: $input) {{
  segment {{ name criteria description memberCount }} {ERRORS} }} }}"""
PREVIEW = """query P($criteria: JSON, $filter: CustomerFilter) { tenant(databaseId: 56) {
  segmentPreview(criteria: $criteria, filter: $filter) { customerCount criteria clauses } } }"""
FILTER = {
    "rfmSegment": {"in": ["CHAMPIONS", "LOYAL_CUSTOMERS"]},
    "monetary": {"gte": "10.50"},
    "any": [{"clvTier": {"isNull": True}}, {"not": {"lastOrderOn": {"lt": "2025-03-01"}}}],
    "createdAt": {"isNull": True},
}
CRITERIA = {
    "rfm_segment": {"in": ["Champions", "Loyal Customers"]},
    "monetary": {"gte": "10.50"},
    "any": [{"clv_tier": {"exists": False}}, {"not": {"last_order_on": {"lt": "2025-03-01"}}}],
    "created_at": {"exists": False},
}


@pytest.fixture
def create(ask):
    """Makes a segment of tenant 56; gives the payload."""

    async def go(name, kind="DYNAMIC", **more):
        given = {"tenantId": TENANT, "name": name, "type": kind} | more
        return (await ask(CREATE, input=given))["segmentCreate"]

    return go


async def test_a_filter_is_kept_as_criteria_and_means_the_same(scored, create, ask):
    made = (await create("filter", filter=FILTER))["segment"]
    same = (await create("criteria", criteria=CRITERIA))["segment"]
    assert made["criteria"] == CRITERIA
    assert made["memberCount"] == same["memberCount"] != "0"
    filtered, stated = [
        (await ask(PREVIEW, **given))["tenant"]["segmentPreview"]
        for given in ({"filter": FILTER}, {"criteria": CRITERIA})
    ]
    clauses = [sorted(each.pop("clauses")) for each in (filtered, stated)]
    assert (filtered, clauses[0]) == (stated, clauses[1])
    assert (str(filtered["customerCount"]), filtered["criteria"]) == (made["memberCount"], CRITERIA)


async def test_values_of_every_kind_are_kept(scored, create, ask):
    given = {
        "createdAt": {"gte": "2024-12-31T10:00:00+02:00"},
        "churnProbability": {"lt": 0.25},
        "recencyDays": {"in": [1, 2]},
        "name": {"startsWith": "a"},
        "expectedValue": {"notIn": ["0.10"]},
    }
    kept = (await create("all", filter={"all": [given]}))["segment"]["criteria"]
    assert kept == {
        "all": [
            {
                "created_at": {"gte": "2024-12-31T10:00:00+02:00"},
                "churn_probability": {"lt": 0.25},
                "recency_days": {"in": [1, 2]},
                "name": {"starts_with": "a"},
                "expected_value": {"not_in": ["0.10"]},
            }
        ]
    }


async def test_a_change_takes_a_filter_and_leaves_what_it_does_not_name(scored, create, ask):
    segment = (await create("a", criteria={"frequency": {"gte": 1}}, description="why"))["segment"]
    changed = (await ask(UPDATE, input={"id": segment["id"], "filter": FILTER}))["segmentUpdate"]
    assert changed["userErrors"] == []
    assert (
        changed["segment"] | {"name": "a", "criteria": CRITERIA, "description": "why"} == changed["segment"]
    )
    assert changed["segment"]["memberCount"] != segment["memberCount"]
    bare = (await ask(UPDATE, input={"id": segment["id"], "description": None}))["segmentUpdate"]
    assert bare["segment"] == changed["segment"] | {"description": None}


@pytest.mark.parametrize(
    ("given", "field", "told"),
    [
        ({"filter": FILTER, "criteria": CRITERIA}, ["filter"], "criteria or filter, not both"),
        ({"filter": {}}, ["filter"], "filter names no condition"),
        ({"filter": {"any": []}}, ["filter", "any"], "with at least one"),
        ({"filter": {"rfmSegment": {"eq": None}}}, ["filter", "rfmSegment", "eq"], "isNull: true"),
        ({"filter": {"all": [{"frequency": {}}]}}, ["filter", "all[0]", "frequency"], "notIn"),
        ({"filter": FILTER, "type": "STATIC"}, ["filter"], "takes no criteria"),
        ({}, ["criteria"], "needs criteria"),
        ({"filter": None}, ["criteria"], "needs criteria"),
    ],
    ids=str,
)
async def test_what_cannot_be_is_refused_in_the_names_of_the_filter(make, ask, given, field, told):
    make.tenant()
    whole = {"tenantId": TENANT, "name": "n", "type": "DYNAMIC"} | given
    (error,) = (await ask(CREATE, input=whole))["segmentCreate"]["userErrors"]
    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", ["input", *field])
    assert told in error["message"]


@pytest.mark.parametrize("given", [{}, {"filter": None, "criteria": None}])
async def test_a_preview_is_of_one_of_them(make, fail, given):
    make.tenant()
    error = await fail(PREVIEW, **given)
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "field": "criteria"}
    assert error["message"] == "Give exactly one of criteria and filter."
