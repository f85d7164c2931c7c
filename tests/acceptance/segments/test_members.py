"""Members of segments: pages of them, runs that work them out anew, and why a customer is one."""

from structlog.testing import capture_logs

from kit import ids
from resolvers.processing.process import process
from resolvers.processing.request import Request
from tests.acceptance.segments.calls import CREATE, HIGH, IS_HIGH, MEMBERS, members, wanted


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
