"""Lists of the graph: paged both ways, filtered by segments and amounts, and null alone where one fails."""

from typing import Any

import pytest

from kit import ids
from resolvers.processing.process import process
from resolvers.processing.request import Request

PAGE = "totalCount nodes { %s } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"


async def test_the_tenants_are_paged_by_id(make, ask):
    for number in (58, 56, 57):
        make.tenant(number)
    query = (
        "query T($first: Int, $after: String, $last: Int, $before: String) { viewer { "
        "tenants(first: $first, after: $after, last: $last, before: $before) "
        f"{{ {PAGE % 'databaseId'} }} }} }}"
    )
    page = (await ask(query, first=2))["viewer"]["tenants"]
    assert [each["databaseId"] for each in page["nodes"]] == ["56", "57"]
    assert (page["totalCount"], page["pageInfo"]["hasNextPage"]) == (3, True)
    page = (await ask(query, first=2, after=page["pageInfo"]["endCursor"]))["viewer"]["tenants"]
    assert [each["databaseId"] for each in page["nodes"]] == ["58"]
    page = (await ask(query, last=1, before=page["pageInfo"]["startCursor"]))["viewer"]["tenants"]
    assert [each["databaseId"] for each in page["nodes"]] == ["57"]


@pytest.mark.parametrize(
    "field",
    [
        'customers(after: "x") { totalCount }',
        'orders(before: "x") { totalCount }',
        "refunds(first: -1) { totalCount }",
        'events(after: "x") { totalCount }',
        'segments(after: "x") { totalCount }',
        'segmentChanges(after: "x") { totalCount }',
        'scoreRuns(after: "x") { totalCount }',
        'integrations(after: "x") { totalCount }',
        'customer(externalId: "C1") { found: orders(after: "x") { totalCount } }',
        'customer(externalId: "C1") { found: segments(after: "x") { totalCount } }',
        'customer(externalId: "C1") { found: timeline(after: "x") { totalCount } }',
        "analytics { clv { found: topCustomers(first: -1) { id } } }",
        "analytics { churn { found: customersAtRisk(first: -1) { id } } }",
    ],
)
async def test_a_list_that_fails_is_null_and_takes_nothing_along(scored, client, field):
    text = field if "found:" in field else f"found: {field}"
    query = f"{{ tenant(databaseId: 56) {{ name {text} processing {{ status }} }} }}"
    answer = (await client.post("/graphql", json={"query": query})).json()
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["path"][-1] == "found"
    tenant = answer["data"]["tenant"]
    assert (tenant["name"], tenant["processing"]["status"]) == ("Shop 56", "PROCESSED")
    found = tenant
    for step in error["path"][1:]:
        found = found[step]
    assert found is None


async def test_moves_are_paged_both_ways_and_counted(urls, scored, ask):
    for number in range(1, 200, 2):
        scored.order(56, number, "2026-02-01", 500)
    process(urls.app, 56, Request.of(None, "2026-03-01"))
    for number in range(2, 200, 3):
        scored.order(56, number, "2026-03-05", 900)
    process(urls.app, 56, Request.of(None, "2026-04-01"))
    query = (
        "query M($first: Int, $after: String, $last: Int, $before: String, $of: [RfmSegment!]) { "
        "tenant(databaseId: 56) { segmentChanges(first: $first, after: $after, last: $last, before: $before, "
        f"segments: $of) {{ {PAGE % 'cursor fromSegment run { databaseId } customer { databaseId }'} }} }} }}"
    )
    for of in (None, ["CHAMPIONS"]):
        whole = (await ask(query, first=1000, of=of))["tenant"]["segmentChanges"]
        assert whole["totalCount"] == len(whole["nodes"]) > 20
        assert len({each["run"]["databaseId"] for each in whole["nodes"]}) == 2
        back: list[dict[str, Any]] = []
        cursor = None
        while True:
            page = (await ask(query, last=13, before=cursor, of=of))["tenant"]["segmentChanges"]
            back = [*page["nodes"], *back]
            cursor = page["pageInfo"]["startCursor"]
            if not page["pageInfo"]["hasPreviousPage"]:
                break
        assert back == whole["nodes"]
        some = {"after": back[2]["cursor"], "before": back[-3]["cursor"], "of": of}
        first = (await ask(query, first=4, **some))["tenant"]["segmentChanges"]
        last = (await ask(query, last=4, **some))["tenant"]["segmentChanges"]
        assert first["nodes"] == back[3:7]
        assert last["nodes"] == back[-7:-3]
        assert last["pageInfo"]["hasNextPage"]
        assert last["pageInfo"]["hasPreviousPage"]


@pytest.mark.parametrize("field", ["orders", "timeline"])
async def test_both_cursors_bound_the_list_of_a_customer(make, ask, field):
    customer = make.customer(make.tenant(), "C1")
    for day in range(1, 10):
        make.order(56, customer, f"2025-01-0{day}", day)
    query = (
        "query B($first: Int, $after: String, $last: Int, $before: String) { tenant(databaseId: 56) { "
        f'customer(externalId: "C1") {{ {field}(first: $first, after: $after, last: $last, before: $before) '
        "{ edges { cursor } } } } }"
    )

    async def page(**window):
        found = (await ask(query, **window))["tenant"]["customer"][field]["edges"]
        return [each["cursor"] for each in found]

    every = await page()
    assert len(every) == 9
    assert await page(first=3, after=every[1], before=every[7]) == every[2:5]
    assert await page(last=3, after=every[1], before=every[7]) == every[4:7]
    assert await page(first=9, before=every[2]) == every[:2]
    assert await page(last=9, after=every[6]) == every[7:]
    assert await page(after=every[5], before=every[3]) == []


async def test_who_never_bought_is_as_fresh_as_the_run_that_saw_them(urls, make, ask):
    make.history(make.tenant(), 60)
    make.customer(56, "guest")
    process(urls.app, 56, Request.of(None, "latest"))
    fields = "reason isStale runId computedAt dataThrough modelVersion run { databaseId status }"
    query = (
        "query F($of: String!) { tenant(databaseId: 56) { customer(externalId: $of) { "
        f"rfm {{ {fields} }} clv {{ {fields} }} churn {{ {fields} }} }} }} }}"
    )
    bought = (await ask(query, of="C1"))["tenant"]["customer"]
    never = (await ask(query, of="guest"))["tenant"]["customer"]
    for name in ("rfm", "clv", "churn"):
        assert never[name]["reason"] == "NO_TRANSACTION"
        assert never[name] | {"reason": None} == bought[name] | {"reason": None}
        assert never[name]["isStale"] is False
        assert never[name]["run"] == {"databaseId": never[name]["runId"], "status": "SUCCEEDED"}
    make.customer(56, "late")
    late = (await ask(query, of="late"))["tenant"]["customer"]["rfm"]
    assert late == {
        "reason": "NOT_PROCESSED",
        "isStale": True,
        "runId": None,
        "computedAt": None,
        "dataThrough": None,
        "modelVersion": None,
        "run": None,
    }


async def test_one_run_by_its_ids(scored, ask, fail):
    query = """query R($id: ID, $databaseId: BigInt) { tenant(databaseId: 56) {
      scoreRun(id: $id, databaseId: $databaseId) { id databaseId status tenant { slug } } } }"""
    run = (await ask(query, databaseId=1))["tenant"]["scoreRun"]
    assert (run["status"], run["tenant"]["slug"]) == ("SUCCEEDED", "shop-56")
    assert (await ask(query, id=run["id"]))["tenant"]["scoreRun"] == run
    assert (await ask(query, id=ids.encode("ScoreRun", 57, 1)))["tenant"]["scoreRun"] is None
    assert (await ask(query, databaseId=999))["tenant"]["scoreRun"] is None
    for wrong in ({}, {"id": run["id"], "databaseId": 1}, {"id": ids.encode("Customer", 56, 1)}):
        assert (await fail(query, **wrong))["extensions"]["code"] == "BAD_USER_INPUT"


async def test_the_tenants_refunds_newest_first(make, ask):
    customer = make.customer(make.tenant(), "C1")
    order = make.order(56, customer, "2025-01-01", 50)
    make.refund(56, customer, "2025-01-03", 5, order_id=order)
    make.refund(56, None, "2025-01-04", 7)
    make.refund(make.tenant(57), None, "2025-01-05", 9)
    query = (
        "{ tenant(databaseId: 56) { refunds { totalCount nodes { amount { amount } tenant { name } } } } }"
    )
    found = (await ask(query))["tenant"]["refunds"]
    assert [each["amount"]["amount"] for each in found["nodes"]] == ["7.00", "5.00"]
    assert found["totalCount"] == 2
    assert found["nodes"][0]["tenant"]["name"] == "Shop 56"


async def test_orders_of_an_amount(make, ask, fail):
    customer = make.customer(make.tenant(), "C1")
    for value in (5, 10, 20, 30):
        make.order(56, customer, "2025-01-01", value)
    for inner in ("orders%s { totalCount nodes { amount { amount } } }",):
        for whose in (inner, f'customer(externalId: "C1") {{ {inner} }}'):
            query = "{ tenant(databaseId: 56) { " + whose % "(minAmount: 10, maxAmount: 20.00)" + " } }"
            found = (await ask(query))["tenant"]
            found = (found.get("customer") or found)["orders"]
            assert {each["amount"]["amount"] for each in found["nodes"]} == {"10.00", "20.00"}
            assert found["totalCount"] == 2
    error = await fail('{ tenant(databaseId: 56) { orders(maxAmount: "NaN") { totalCount } } }')
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "field": "maxAmount"}


MADE = """mutation M($input: SegmentCreateInput!) { segmentCreate(input: $input) {
  segment { id } userErrors { field message } } }"""


@pytest.fixture
async def groups(make, ask):
    """Two segments by hand of tenant 56, with customers a and b, and b and c; d is in none."""
    numbers = {name: make.customer(make.tenant() if name == "a" else 56, name) for name in "abcd"}
    found = []
    for name, members in (("first", "ab"), ("second", "bc")):
        given = {"tenantId": ids.encode("Tenant", 56), "name": name, "type": "STATIC"}
        segment = (await ask(MADE, input=given))["segmentCreate"]["segment"]["id"]
        add = {"id": segment, "customerIds": [ids.encode("Customer", 56, numbers[each]) for each in members]}
        await ask(
            "mutation A($i: SegmentMembersInput!) { segmentMembersAdd(input: $i) { results { status } } }",
            i=add,
        )
        found.append(segment)
    return found


QUERY = """query C($filter: CustomerFilter!) { tenant(databaseId: 56) {
  customers(filter: $filter) { totalCount nodes { externalId } } } }"""


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"any": [0]}, "ab"),
        ({"any": [0, 1]}, "abc"),
        ({"all": [0, 1]}, "b"),
        ({"none": [0]}, "cd"),
        ({"none": [0, 1]}, "d"),
        ({"any": [0], "none": [1]}, "a"),
    ],
)
async def test_customers_by_their_segments(groups, ask, condition, expected):
    segments = {name: [groups[each] for each in given] for name, given in condition.items()}
    found = (await ask(QUERY, filter={"segments": segments}))["tenant"]["customers"]
    assert "".join(each["externalId"] for each in found["nodes"]) == expected
    assert found["totalCount"] == len(expected)
    turned = (await ask(QUERY, filter={"not": {"segments": segments}}))["tenant"]["customers"]
    assert {each["externalId"] for each in turned["nodes"]} == set("abcd") - set(expected)


async def test_members_of_a_segment_who_are_in_another(groups, ask):
    query = """query N($id: ID!, $f: CustomerFilter) { node(id: $id) {
      ... on Segment { members(filter: $f) { nodes { externalId } } } } }"""
    found = await ask(query, id=groups[0], f={"segments": {"all": [groups[1]]}})
    assert found["node"]["members"]["nodes"] == [{"externalId": "b"}]


async def test_segments_and_scores_are_asked_for_together(scored, ask):
    given = {
        "tenantId": ids.encode("Tenant", 56),
        "name": "high",
        "type": "DYNAMIC",
        "criteria": {"clv_tier": "high"},
    }
    segment = (await ask(MADE, input=given))["segmentCreate"]["segment"]["id"]
    query = """query C($filter: CustomerFilter!) { tenant(databaseId: 56) {
      customers(filter: $filter, orderBy: {field: PREDICTED_VALUE, direction: DESC}) { totalCount } } }"""
    counts = [
        (await ask(query, filter=each))["tenant"]["customers"]["totalCount"]
        for each in (
            {"segments": {"any": [segment]}, "churnRisk": {"eq": "ACTIVE"}},
            {"clvTier": {"eq": "HIGH"}, "churnRisk": {"eq": "ACTIVE"}},
        )
    ]
    assert counts[0] == counts[1] > 0


@pytest.mark.parametrize(
    ("segments", "field"),
    [
        ({"any": []}, "filter.segments.any"),
        ({}, "filter.segments"),
        ({"all": [ids.encode("Segment", 57, 1)]}, "filter.segments.all[0]"),
        ({"none": [ids.encode("Customer", 56, 1)]}, "filter.segments.none[0]"),
        ({"any": ["x"] * 101}, "filter.segments.any"),
        ({"any": None}, "filter.segments.any"),
    ],
)
async def test_a_condition_on_segments_that_is_not_accepted_is_named(groups, fail, segments, field):
    error = await fail(QUERY, filter={"segments": segments})
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "field": field}


async def test_a_segment_is_not_made_of_segments(groups, ask):
    given = {"name": "loop", "type": "DYNAMIC", "criteria": {"segments": {"any": [groups[0]]}}}
    answer = await ask(MADE, input={"tenantId": ids.encode("Tenant", 56), **given})
    assert answer["segmentCreate"]["segment"] is None
    assert "cannot be segments" in answer["segmentCreate"]["userErrors"][0]["message"]


async def test_cohorts_begin_with_the_first_purchase(urls, make, ask):
    customer = make.customer(make.tenant(), "C1")
    for day in ("2025-03-10", "2025-05-02"):
        make.order(56, customer, day, 10)
    process(urls.app, 56, Request.of(None, "2025-06-01"))
    query = """{ tenant(databaseId: 56) { analytics {
      cohorts(months: %s) { cohorts { month periods { from } } } } } }"""
    found = (await ask(query % 24))["tenant"]["analytics"]["cohorts"]["cohorts"]
    assert [each["month"] for each in found] == ["2025-03-01", "2025-04-01", "2025-05-01"]
    assert len(found[0]["periods"]) == 3
    few = (await ask(query % 2))["tenant"]["analytics"]["cohorts"]["cohorts"]
    assert few == found[1:]
