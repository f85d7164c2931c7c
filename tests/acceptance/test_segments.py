"""Segments over the graph: made, refreshed after runs, their members, why, previews, and refusals."""

import httpx
import psycopg
import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from app import create as create_app
from kit import ids
from kit.config import Settings
from resolvers.processing.process import process
from resolvers.processing.request import Request

TENANT = ids.encode("Tenant", 56)
CREATE = """
mutation M($input: SegmentCreateInput!) { segmentCreate(input: $input) {
  segment { id databaseId name type criteria description memberCount lastUpdatedAt }
  userErrors { code field message }
} }
"""
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
MEMBERS = """
mutation M($input: SegmentMembersInput!) { change: segmentMembers%s(input: $input) {
  segment { memberCount } results { customerId status } userErrors { code field message } } }
"""
PREVIEW = """
query P($criteria: JSON!, $first: Int! = 10) { tenant(databaseId: 56) { segmentPreview(criteria: $criteria) {
  customerCount totalCustomerCount share clauses sample(first: $first) { databaseId } } } }
"""
HIGH = {"clv_tier": "high", "rfm_segment": ["Champions", "Loyal Customers"]}
IS_HIGH = "clv_tier = 'high' AND segment IN ('Champions', 'Loyal Customers')"


@pytest.fixture
def create(ask):
    """Makes a segment of tenant 56; gives the payload."""

    async def go(name="best", kind="DYNAMIC", **more):
        given = {"tenantId": TENANT, "name": name, "type": kind} | more
        return (await ask(CREATE, input=given))["segmentCreate"]

    return go


def wanted(make, where, tenant=56):
    """The customers who meet a condition on the tables, by id."""
    rows = make.owner.execute(
        "SELECT customer.id FROM customer LEFT JOIN customer_score score "
        "ON score.tenant_id = customer.tenant_id AND customer_id = customer.id "
        "AND run_id = (SELECT run_id FROM score_current WHERE tenant_id = %s) "
        f"WHERE customer.tenant_id = %s AND ({where}) ORDER BY 1",
        [tenant, tenant],
    ).fetchall()
    return [number for (number,) in rows]


def members(make, segment):
    rows = make.owner.execute(
        "SELECT customer_id FROM segment_member WHERE tenant_id = 56 AND segment_id = %s ORDER BY 1",
        [segment],
    ).fetchall()
    return [number for (number,) in rows]


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


async def test_members_come_in_pages_both_ways_and_may_be_filtered(scored, create, ask):
    segment = (await create(criteria={"frequency": {"gte": 2}}))["segment"]
    query = """query Q($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {
      node(id: $id) { ... on Segment { members(first: $first, after: $after, last: $last, before: $before) {
        nodes { databaseId } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
        champions: members(first: 1000, filter: {rfmSegment: {eq: CHAMPIONS}}) {
          nodes { databaseId } } } } }"""
    for size, cursor, more, end in (
        ("first", "after", "hasNextPage", "endCursor"),
        ("last", "before", "hasPreviousPage", "startCursor"),
    ):
        found, place = [], None
        while True:
            node = (await ask(query, id=segment["id"], **{size: 50, cursor: place}))["node"]
            found += [int(each["databaseId"]) for each in node["members"]["nodes"]]
            if not node["members"]["pageInfo"][more]:
                break
            place = node["members"]["pageInfo"][end]
        assert sorted(found) == wanted(scored, "frequency >= 2")
    champions = [int(each["databaseId"]) for each in node["champions"]["nodes"]]
    assert champions == wanted(scored, "frequency >= 2 AND segment = 'Champions'")


async def test_members_in_any_order_are_those_of_the_list_of_all_customers(scored, create, ask):
    for number in range(5):
        scored.customer(56, f"new {number}")
    hand = (await create(kind="STATIC"))["segment"]
    chosen = wanted(scored, "true")[::9][-40:] + wanted(scored, "run_id IS NULL")
    given = [ids.encode("Customer", 56, each) for each in chosen]
    await ask(MEMBERS % "Add", input={"id": hand["id"], "customerIds": given})
    every = """query Q($order: CustomerSort!) { tenant(databaseId: 56) {
      customers(first: 1000, orderBy: $order) { nodes { databaseId } } } }"""
    pages = """query Q($id: ID!, $order: CustomerSort!, $first: Int, $after: String, $last: Int,
      $before: String) { node(id: $id) { ... on Segment {
        members(orderBy: $order, first: $first, after: $after, last: $last, before: $before) {
          totalCount nodes { databaseId }
          pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } } } }"""
    for name in ("ID", "MONETARY", "RFM_SEGMENT", "CREATED_AT", "NAME"):
        for direction in ("ASC", "DESC"):
            order = {"field": name, "direction": direction}
            nodes = (await ask(every, order=order))["tenant"]["customers"]["nodes"]
            expected = [int(each["databaseId"]) for each in nodes if int(each["databaseId"]) in chosen]
            forth: list[int] = []
            back: list[int] = []
            place = None
            while forth == [] or place:
                page = (await ask(pages, id=hand["id"], order=order, first=11, after=place))["node"][
                    "members"
                ]
                forth += [int(each["databaseId"]) for each in page["nodes"]]
                place = page["pageInfo"]["endCursor"] if page["pageInfo"]["hasNextPage"] else None
            while back == [] or place:
                page = (await ask(pages, id=hand["id"], order=order, last=11, before=place))["node"][
                    "members"
                ]
                back = [int(each["databaseId"]) for each in page["nodes"]] + back
                place = page["pageInfo"]["startCursor"] if page["pageInfo"]["hasPreviousPage"] else None
            assert forth == back == expected, order
            assert page["totalCount"] == len(expected)


async def test_members_of_many_segments_take_one_statement(scored, create, ask, application):
    for number in range(12):
        await create(f"s{number}", criteria={"frequency": {"gte": number}})
    query = """{ tenant(databaseId: 56) { segments(isBuiltIn: false, first: %s) { nodes { name
      members(first: 3, filter: {monetary: {gte: 1}}, orderBy: {field: MONETARY}) {
        totalCount nodes { databaseId } } } } } }"""
    spent, found = [], {}
    sent: list[str] = []
    application.state.database.on_statement = sent.append
    for size in (2, 12):
        sent.clear()
        nodes = (await ask(query % size))["tenant"]["segments"]["nodes"]
        spent.append(len(sent))
        found = {each["name"]: each["members"] for each in nodes}
    assert spent[0] == spent[1]
    for number in range(12):
        assert found[f"s{number}"]["totalCount"] == len(
            wanted(scored, f"frequency >= {number} AND monetary >= 1")
        )


async def test_a_run_works_the_members_out_anew_and_who_stays_keeps_its_day(urls, scored, create):
    segment = (await create(criteria=HIGH))["segment"]
    number = int(segment["databaseId"])
    before = members(scored, number)
    gone, stays = before[0], before[1]
    scored.owner.execute("DELETE FROM customer_order WHERE customer_id = %s", [gone])
    scored.owner.execute("UPDATE segment_member SET added_at = '2020-01-01' WHERE customer_id = %s", [stays])
    process(urls.app, 56, Request.of(None, "latest", force=True))
    after = members(scored, number)
    assert after == wanted(scored, IS_HIGH)
    assert gone not in after
    kept = scored.owner.execute(
        "SELECT member_count, (SELECT added_at::date::text FROM segment_member WHERE customer_id = %s), "
        "refreshed_at > %s FROM segment WHERE builtin IS NULL",
        [stays, segment["lastUpdatedAt"]],
    ).fetchone()
    assert kept == (len(after), "2020-01-01", True)


async def test_a_segment_that_cannot_be_refreshed_fails_neither_the_run_nor_the_others(urls, scored, create):
    for name in ("broken", "fine"):
        await create(name, criteria=HIGH)
    scored.owner.execute("""UPDATE segment SET criteria = '{"gone": 1}' WHERE name = 'broken'""")
    scored.owner.execute("UPDATE segment SET refreshed_at = '2020-01-01'")
    with capture_logs() as logs:
        process(urls.app, 56, Request.of(None, "latest", force=True))
    assert [each["event"] for each in logs if each["log_level"] == "warning"] == ["segment not refreshed"]
    rows = scored.owner.execute(
        "SELECT name, extract(year FROM refreshed_at) > 2020, member_count > 0 FROM segment "
        "WHERE builtin IS NULL ORDER BY name"
    ).fetchall()
    assert rows == [("broken", False, True), ("fine", True, True)]
    last = scored.owner.execute("SELECT status FROM score_run ORDER BY id DESC LIMIT 1").fetchone()
    assert last == ("succeeded",)


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


async def test_members_of_a_static_segment_are_put_in_and_taken_out_one_by_one(scored, create, ask, make):
    segment = (await create(kind="STATIC"))["segment"]
    other = ids.encode("Customer", 57, make.customer(make.tenant(57), "theirs"))
    one, two = wanted(scored, "true")[:2]
    given = [ids.encode("Customer", 56, each) for each in (one, two, one, 0)] + [other]
    payload = (await ask(MEMBERS % "Add", input={"id": segment["id"], "customerIds": given}))["change"]
    assert [each["customerId"] for each in payload["results"]] == given
    assert [each["status"] for each in payload["results"]] == [
        "ADDED",
        "ADDED",
        "ALREADY_MEMBER",
        "NOT_FOUND",
        "NOT_FOUND",
    ]
    assert payload["segment"]["memberCount"] == "2"
    given = [given[1], given[1], other]
    payload = (await ask(MEMBERS % "Remove", input={"id": segment["id"], "customerIds": given}))["change"]
    assert [each["status"] for each in payload["results"]] == ["REMOVED", "NO_MEMBER", "NOT_FOUND"]
    assert payload["segment"]["memberCount"] == "1"
    assert members(scored, int(segment["databaseId"])) == [one]


async def test_a_customers_segments_tell_why(scored, create, ask, application):
    criteria = {"any": [{"clv_tier": "high", "monetary": {"gte": 1}}, {"not": {"frequency": {"lt": 100}}}]}
    dynamic = (await create("any", criteria=criteria))["segment"]
    await create("all", criteria={"external_id": {"exists": True}})
    hand = (await create("hand", "STATIC"))["segment"]
    one, two = wanted(scored, "clv_tier = 'high'")[:2]
    await ask(MEMBERS % "Add", input={"id": hand["id"], "customerIds": [ids.encode("Customer", 56, one)]})
    query = """{ tenant(databaseId: 56) { customers(first: %s) { nodes { databaseId
      segments(first: 6) { edges {
        addedAt node { name isBuiltIn } why { path text field value } } } } } } }"""
    sent: list[str] = []
    application.state.database.on_statement = sent.append
    nodes = (await ask(query % 150))["tenant"]["customers"]["nodes"]
    few = len(sent)
    whole = {int(each["databaseId"]): each["segments"]["edges"] for each in nodes}
    (tier,) = [each for each in whole[one] if each["node"]["name"] == "High value"]
    assert (tier["addedAt"], tier["why"][0]["text"]) == (None, "clv_tier is high")
    assert [sum(each["node"]["isBuiltIn"] for each in rows) for rows in whole.values()] == [3] * len(whole)
    found = {
        number: [each for each in rows if not each["node"]["isBuiltIn"]] for number, rows in whole.items()
    }
    assert [each["node"]["name"] for each in found[one]] == ["any", "all", "hand"]
    assert [each["node"]["name"] for each in found[two]] == ["any", "all"]
    monetary = scored.owner.execute(
        "SELECT monetary FROM customer_score WHERE customer_id = %s", [one]
    ).fetchone()
    first, second = found[one][0]["why"]
    assert first == {
        "path": "criteria.any[0].clv_tier",
        "text": "clv_tier is high",
        "field": "clv_tier",
        "value": "high",
    }
    assert (second["path"], second["text"]) == ("criteria.any[0].monetary", "monetary is at least 1")
    assert monetary is not None
    assert float(second["value"]) == float(str(monetary[0]))
    assert found[one][2]["why"] == []
    expected = set(wanted(scored, "clv_tier = 'high' OR (frequency < 100) IS NOT TRUE"))
    assert {number for number, rows in found.items() if rows and rows[0]["node"]["name"] == "any"} == (
        expected & set(found)
    )
    sent.clear()
    await ask(query % 20)
    assert len(sent) == few <= 5
    assert dynamic["name"] == "any"


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


async def test_segments_of_two_tenants_never_mix(scored, create, ask, make, urls):
    make.history(make.tenant(57), 50, seed=2)
    process(urls.app, 57, Request.of(None, "latest"))
    criteria = {"any": [{"clv_tier": {"exists": True}}, {"clv_tier": {"exists": False}}]}
    given = {
        "tenantId": ids.encode("Tenant", 57),
        "name": "all",
        "type": "DYNAMIC",
        "criteria": criteria,
    }
    theirs = (await ask(CREATE, input=given))["segmentCreate"]["segment"]
    ours = (await create("all", criteria=criteria))["segment"]
    assert (theirs["memberCount"], ours["memberCount"]) == ("50", "400")
    query = """query Q($id: ID) { tenant(databaseId: 56) {
      segments(isBuiltIn: false) { nodes { name } } segment(id: $id) { name } } }"""
    found = (await ask(query, id=theirs["id"]))["tenant"]
    assert found == {"segments": {"nodes": [{"name": "all"}]}, "segment": None}


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
