"""The feed of changes over the graph: what it tells, of whom and of what, pushed and replayed."""

import asyncio
from datetime import datetime, timedelta

import pytest
from pydantic import SecretStr

from app import create
from kit import ids
from kit.config import Settings
from resolvers.processing.process import process
from resolvers.processing.request import Request
from tests.acceptance.live import socket_of
from tests.live import listening

TENANT = ids.encode("Tenant", 56)
CHANGE = """
  cursor kind action reason changedAt segmentId fromSegment toSegment customer { databaseId }
  segment { name } from { name isBuiltIn } to { name isBuiltIn } run { databaseId }
"""
LIST = f"""
query L($after: String, $first: Int, $kinds: [SegmentChangeKind!], $segment: ID, $customer: ID) {{
  tenant(databaseId: 56) {{
    segmentChanges(after: $after, first: $first, kinds: $kinds, segmentId: $segment, customerId: $customer) {{
      totalCount nodes {{ {CHANGE} }} pageInfo {{ hasNextPage endCursor }} }} }} }}
"""
FOLLOW = f"""
subscription F($tenant: ID!, $after: String, $kinds: [SegmentChangeKind!], $segment: ID, $customer: ID) {{
  segmentChanges(
    tenantId: $tenant, after: $after, kinds: $kinds, segmentId: $segment, customerId: $customer
  ) {{ cursor changes {{ {CHANGE} }} }} }}
"""
CREATE = """
mutation C($input: SegmentCreateInput!) { segmentCreate(input: $input) {
  segment { id databaseId } userErrors { message } } }
"""
MEMBERS = """
mutation M($input: SegmentMembersInput!) { segmentMembers%s(input: $input) { userErrors { message } } }
"""
DELETE = "mutation D($input: SegmentReferenceInput!) { segmentDelete(input: $input) { deletedSegmentId } }"


@pytest.fixture
def segment(ask):
    """Makes a segment; gives its global id."""

    async def go(name, criteria=None):
        kind = "STATIC" if criteria is None else "DYNAMIC"
        given = {"tenantId": TENANT, "name": name, "type": kind, "criteria": criteria}
        made = (await ask(CREATE, input=given))["segmentCreate"]
        assert made["userErrors"] == []
        return made["segment"]["id"]

    return go


@pytest.fixture
def put(ask):
    """Puts customers into a segment, or takes them out."""

    async def go(segment, *customers, way="Add"):
        given = {"id": segment, "customerIds": [ids.encode("Customer", 56, each) for each in customers]}
        assert (await ask(MEMBERS % way, input=given))[f"segmentMembers{way}"]["userErrors"] == []

    return go


async def whole(ask, size=1000, **variables):
    """The feed, page by page."""
    found, cursor = [], None
    while True:
        page = (await ask(LIST, first=size, after=cursor, **variables))["tenant"]["segmentChanges"]
        found += page["nodes"]
        if not page["pageInfo"]["hasNextPage"]:
            assert page["totalCount"] == len(found)
            return found
        cursor = page["pageInfo"]["endCursor"]


def buy(make, every):
    for number in range(1, 401, every):
        make.order(56, number, "2026-01-02", 900)


async def test_a_change_tells_what_happened_to_whom_and_why(scored, ask, segment, put, urls):
    static = await segment("by hand")
    await put(static, 7)
    await put(static, 7, way="Remove")
    entered, left = await whole(ask)
    assert {**entered, "cursor": "", "changedAt": ""} == {
        "cursor": "",
        "kind": "SEGMENT",
        "action": "ENTER",
        "reason": "ADDED",
        "changedAt": "",
        "segmentId": static,
        "fromSegment": None,
        "toSegment": None,
        "customer": {"databaseId": "7"},
        "segment": {"name": "by hand"},
        "from": None,
        "to": {"name": "by hand", "isBuiltIn": False},
        "run": None,
    }
    assert (left["action"], left["reason"], left["to"]) == ("EXIT", "REMOVED", None)
    assert left["from"] == {"name": "by hand", "isBuiltIn": False}
    assert datetime.fromisoformat(left["changedAt"]) > datetime.fromisoformat(entered["changedAt"])

    buy(scored, 3)
    run = process(urls.app, 56, Request.of(None, "latest", force=True)).run_id
    moves = await whole(ask, kinds=["CHURN_RISK", "RFM_SEGMENT"])
    assert {each["kind"] for each in moves} == {"CHURN_RISK", "RFM_SEGMENT"}
    for each in moves:
        assert (each["action"], each["reason"], each["segmentId"]) == ("MOVE", "RUN", None)
        assert each["run"] == {"databaseId": str(run)}
        assert each["from"]["isBuiltIn"]
        assert each["segment"]["name"] == each["to"]["name"] != each["from"]["name"]
        if each["kind"] == "RFM_SEGMENT":
            told = each["toSegment"].replace("_", " ").lower()
            assert told == each["to"]["name"].lower()


async def test_old_queries_go_on_with_moves_between_rfm_segments(scored, ask, put, segment, urls):
    await put(await segment("by hand"), 1, 2)
    buy(scored, 3)
    process(urls.app, 56, Request.of(None, "latest", force=True))
    everything = await whole(ask)
    query = """query O($of: [RfmSegment!]) { tenant(databaseId: 56) {
      segmentChanges(first: 1000, segments: $of) { nodes { cursor fromSegment toSegment } } } }"""
    found = (await ask(query, of=["CHAMPIONS"]))["tenant"]["segmentChanges"]["nodes"]
    champions = [each for each in everything if "CHAMPIONS" in (each["fromSegment"], each["toSegment"])]
    assert found
    assert [each["cursor"] for each in found] == [each["cursor"] for each in champions]


async def test_customers_and_segments_tell_their_own_part_of_it(scored, ask, segment, put, urls):
    static, often = await segment("by hand"), await segment("often", {"frequency": {"gte": 3}})
    await put(static, *range(1, 30))
    buy(scored, 3)
    process(urls.app, 56, Request.of(None, "latest", force=True))
    everything = await whole(ask)
    for chosen in (static, often):
        expected = [each for each in everything if each["segmentId"] == chosen]
        assert len(expected) > 20
        assert await whole(ask, 9, segment=chosen) == expected
        query = f"""query S($id: ID!) {{ node(id: $id) {{ ... on Segment {{
          changes(first: 1000) {{ totalCount nodes {{ {CHANGE} }} }} }} }} }}"""
        found = (await ask(query, id=chosen))["node"]["changes"]
        assert (found["nodes"], found["totalCount"]) == (expected, len(expected))
    one = [each for each in everything if each["customer"]["databaseId"] == "7"]
    assert len(one) >= 3
    customer = ids.encode("Customer", 56, 7)
    assert await whole(ask, 2, customer=customer) == one
    assert await whole(ask, customer=customer, segment=static) == [
        each for each in one if each["segmentId"] == static
    ]
    query = f"""query C($kinds: [SegmentChangeKind!]) {{ tenant(databaseId: 56) {{
      customers(first: 30) {{ nodes {{
        databaseId segmentChanges(kinds: $kinds) {{ totalCount nodes {{ {CHANGE} }} }} }} }} }} }}"""
    for kinds in (None, ["SEGMENT"]):
        for each in (await ask(query, kinds=kinds))["tenant"]["customers"]["nodes"]:
            expected = [
                change
                for change in everything
                if change["customer"] == {"databaseId": each["databaseId"]}
                and (kinds is None or change["kind"] in kinds)
            ]
            assert each["segmentChanges"] == {"totalCount": len(expected), "nodes": expected}
    built_in = """query B { tenant(databaseId: 56) { segments(isBuiltIn: true, first: 18) { nodes {
      name changes(first: 1000) { nodes { cursor } } } } } }"""
    for each in (await ask(built_in))["tenant"]["segments"]["nodes"]:
        told = [
            change["cursor"]
            for change in everything
            if any(
                side and side == {"name": each["name"], "isBuiltIn": True}
                for side in (change["from"], change["to"])
            )
        ]
        assert [change["cursor"] for change in each["changes"]["nodes"]] == told


async def test_a_deleted_segment_is_told_of_by_its_id(scored, ask, segment, put):
    gone = await segment("gone")
    await put(gone, 1, 2)
    await ask(DELETE, input={"id": gone})
    found = await whole(ask, segment=gone)
    assert [(each["action"], each["reason"]) for each in found] == [
        *[("ENTER", "ADDED")] * 2,
        *[("EXIT", "DELETED")] * 2,
    ]
    assert [each["segment"] or each["from"] or each["to"] for each in found] == [None] * 4
    assert {each["segmentId"] for each in found} == {gone}


async def test_members_as_of_and_the_matrix_tell_what_was(scored, ask, segment, put):
    static = await segment("by hand")
    await put(static, 1, 2, 3)
    cursor = (await whole(ask))[-1]["changedAt"]
    between = (datetime.fromisoformat(cursor) + timedelta(microseconds=1)).isoformat()
    await put(static, 2, 3, way="Remove")
    await put(static, 4)
    now = scored.owner.execute("SELECT clock_timestamp()").fetchone()[0].isoformat()
    query = """query Q($id: ID!, $ids: [ID!], $kind: ScoreClassKind, $then: DateTime!, $now: DateTime!) {
      node(id: $id) { ... on Segment {
        then: members(asOf: $then) { totalCount nodes { databaseId } }
        chosen: members(asOf: $then, filter: {externalId: {eq: "C1"}}) { nodes { databaseId } }
        now: members(asOf: $now) { nodes { databaseId } } } }
      tenant(databaseId: 56) { segmentMigration(from: $then, to: $now, kind: $kind, segmentIds: $ids) {
        from to cells { from { name } to { name } customerCount } } } }"""
    found = await ask(query, id=static, ids=[static], then=between, now=now)
    then = [each["databaseId"] for each in found["node"]["then"]["nodes"]]
    assert (then, found["node"]["then"]["totalCount"]) == (["1", "2", "3"], 3)
    assert found["node"]["chosen"]["nodes"] == [{"databaseId": "2"}]
    assert [each["databaseId"] for each in found["node"]["now"]["nodes"]] == ["1", "4"]
    assert found["tenant"]["segmentMigration"]["cells"] == [
        {"from": {"name": "by hand"}, "to": {"name": "by hand"}, "customerCount": 1},
        {"from": {"name": "by hand"}, "to": None, "customerCount": 2},
        {"from": None, "to": {"name": "by hand"}, "customerCount": 1},
    ]
    found = await ask(query, id=static, kind="CHURN_RISK", then=between, now=now)
    cells = found["tenant"]["segmentMigration"]["cells"]
    assert sum(each["customerCount"] for each in cells) == 400
    assert all(each["from"] == each["to"] for each in cells)


@pytest.mark.parametrize(
    ("asked", "code", "field"),
    [
        ("segmentChanges(kinds: []) { totalCount }", "BAD_USER_INPUT", "kinds"),
        (f'segmentChanges(segmentId: "{TENANT}") {{ totalCount }}', "BAD_USER_INPUT", "segmentId"),
        (
            f'segmentChanges(customerId: "{ids.encode("Customer", 57, 1)}") {{ totalCount }}',
            "NOT_FOUND",
            None,
        ),
        (
            'segmentMigration(from: "2025-01-01T00:00", to: "2026-01-01T00:00Z", kind: CLV_TIER) { to }',
            "BAD_USER_INPUT",
            "from",
        ),
        (
            'segment(databaseId: 1) { members(asOf: "2025-01-01T00:00:00") { totalCount } }',
            "BAD_USER_INPUT",
            "asOf",
        ),
        (
            'segment(databaseId: 1) { members(asOf: "2999-01-01T00:00:00Z") { totalCount } }',
            "BAD_USER_INPUT",
            "asOf",
        ),
    ],
)
async def test_what_is_not_accepted_is_named(scored, fail, asked, code, field):
    error = await fail(f"{{ tenant(databaseId: 56) {{ {asked} }} }}")
    assert (error["extensions"]["code"], error["extensions"].get("field")) == (code, field), error


async def test_changes_are_pushed_and_resumed_without_gap_or_double(scored, urls, ask, segment, put):
    app = create(Settings(database_url=SecretStr(urls.app)))
    async with listening(app) as address:
        port = int(address.rpartition(":")[2])
        async with socket_of(port) as client:
            await client.subscribe(FOLLOW, tenant=TENANT)
            assert (await client.next())["segmentChanges"]["changes"] == []
            static = await segment("by hand")
            await put(static, *range(1, 151))
            first = (await client.next())["segmentChanges"]
            assert len(first["changes"]) == 100
            cursor = first["cursor"]
            assert len((await client.next())["segmentChanges"]["changes"]) == 50
        await put(static, *range(100, 140), way="Remove")
        async with socket_of(port) as client:
            await client.subscribe(FOLLOW, tenant=TENANT, after=cursor)
            found, expected = [*first["changes"]], 190
            while len(found) < expected:
                found += (await client.next())["segmentChanges"]["changes"]
                if len(found) == 190 and expected == 190:
                    buy(scored, 3)
                    await asyncio.to_thread(process, urls.app, 56, Request.of(None, "latest", force=True))
                    expected = len(await whole(ask))
                    assert expected > 250
            assert found == await whole(ask)
        async with socket_of(port) as client:
            await client.subscribe(
                FOLLOW, tenant=TENANT, after=cursor, segment=static, customer=ids.encode("Customer", 56, 120)
            )
            told = (await client.next())["segmentChanges"]["changes"]
            assert [(each["action"], each["reason"]) for each in told] == [
                ("ENTER", "ADDED"),
                ("EXIT", "REMOVED"),
            ]
