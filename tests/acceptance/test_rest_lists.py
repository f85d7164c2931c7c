"""REST v2's lists: timelines, segments and their members, a page at a time."""

import pytest
from psycopg.types.json import Jsonb

TIMELINE = "/api/v2/cdp/customers/{}/timeline"
VIP = {"rfm_segment": ["Champions", "Loyal Customers"], "clv_tier": "high"}


@pytest.fixture
def ana(make):
    """A customer with two orders, a refund and three events, two at the instant of an order."""
    number = make.customer(make.tenant(), "ana")
    make.order(56, number, "2025-06-01 12:00Z", "2500.50", external_id="ORD-1", items=3)
    make.order(56, number, "2025-06-02 12:00:00.7Z", 10, external_id="ORD-2")
    make.refund(56, number, "2025-06-03 12:00Z", 1)
    make.owner.execute("SELECT event_partition_ensure('2025-06-01')")
    for message, at, kind in (
        ("a", "2025-06-01 12:00Z", "page_view"),
        ("b", "2025-06-01 12:00Z", "add_to_cart"),
        ("c", "2025-06-04 00:00Z", "email_opened"),
    ):
        make.owner.execute(
            "INSERT INTO event (tenant_id, occurred_at, message_id, customer_id, event_type, properties) "
            "VALUES (56, %s, %s, %s, %s, %s)",
            [at, message, number, kind, Jsonb({"page": message})],
        )
    return number


@pytest.fixture
def segments(make):
    """A dynamic segment, a static one with 25 members of 30 customers, and one of another tenant."""
    make.tenant()
    make.tenant(57)
    for number in range(30):
        make.customer(56, f"c{number}", email=f"c{number}@example.com", first_name="Ana", last_name=None)
    add = (
        "INSERT INTO segment (tenant_id, name, type, criteria, member_count, refreshed_at) "
        "VALUES (%s, %s, %s, %s, %s, %s) RETURNING id"
    )
    rows = [
        (56, "VIP", "dynamic", Jsonb(VIP), 0, "2025-09-16 19:00Z"),
        (56, "Guests", "static", None, 25, None),
        (57, "Others", "static", None, 0, None),
    ]
    numbers = [make.owner.execute(add, row).fetchone()[0] for row in rows]
    make.owner.execute(
        "INSERT INTO segment_member (tenant_id, segment_id, customer_id) "
        "SELECT 56, %s, id FROM customer WHERE id > 5",
        [numbers[1]],
    )
    return numbers


@pytest.fixture
def get(client):
    """Get a path of tenant 56; returns its data, or fails with the answer."""

    async def send(path, **params):
        answer = await client.get(path, params={"tenant_id": 56} | params)
        assert answer.status_code == 200, answer.text
        return answer.json()["data"]

    return send


@pytest.fixture
def refused(client):
    """Get a path of tenant 56 that is refused; returns the details."""

    async def send(path, **params):
        answer = await client.get(path, params={"tenant_id": 56} | params)
        assert answer.status_code == 400, answer.text
        return answer.json()["details"]

    return send


async def test_a_timeline_merges_orders_and_events_newest_first(ana, get):
    data = await get(TIMELINE.format(ana))
    assert data["next_cursor"] is None
    assert [(each["type"], each["timestamp"]) for each in data["events"]] == [
        ("email_opened", "2025-06-04T00:00:00Z"),
        ("order", "2025-06-02T12:00:00Z"),
        ("add_to_cart", "2025-06-01T12:00:00Z"),
        ("page_view", "2025-06-01T12:00:00Z"),
        ("order", "2025-06-01T12:00:00Z"),
    ]
    assert data["events"][0]["details"] == {"page": "c"}
    assert data["events"][1]["details"] == {"order_id": "ORD-2", "amount": 10.0, "items": None}
    assert data["events"][4]["details"] == {"order_id": "ORD-1", "amount": 2500.5, "items": 3}


@pytest.mark.parametrize("limit", [1, 2, 3, 5])
async def test_a_timeline_is_read_a_page_at_a_time(ana, get, limit):
    whole = (await get(TIMELINE.format(ana)))["events"]
    found, pages = [], 0
    params: dict[str, str] = {}
    while pages == 0 or params:
        data = await get(TIMELINE.format(ana), limit=limit, **params)
        found += data["events"]
        pages += 1
        params = {"before": data["next_cursor"]} if data["next_cursor"] else {}
    assert found == whole
    assert pages == -(-len(whole) // limit)


async def test_a_timeline_may_begin_before_an_instant(ana, get):
    data = await get(TIMELINE.format(ana), before="2025-06-02T12:00:00Z")
    assert [each["type"] for each in data["events"]] == ["add_to_cart", "page_view", "order"]
    later = await get(TIMELINE.format(ana), before="2025-06-03T00:00:00+02:00")
    assert len(later["events"]) == 4


async def test_a_timeline_has_fifty_items_unless_told(make, get):
    number = make.customer(make.tenant(), "ana")
    for minute in range(60):
        make.order(56, number, f"2025-06-01 12:{minute:02}Z", 1)
    data = await get(TIMELINE.format(number))
    assert (len(data["events"]), data["next_cursor"] is None) == (50, False)
    assert len((await get(TIMELINE.format(number), limit=1000))["events"]) == 60


async def test_a_timeline_is_read_back_to_its_newest(ana, get):
    path = TIMELINE.format(ana)
    whole = (await get(path))["events"]
    first = await get(path, limit=2)
    assert "previous_cursor" not in first
    second = await get(path, limit=2, before=first["next_cursor"])
    assert second["events"] == whole[2:4]
    back = await get(path, limit=1, after=second["previous_cursor"])
    assert back["events"] == whole[1:2]
    assert (await get(path, limit=5, after=back["previous_cursor"]))["events"] == whole[:1]


async def test_a_timeline_is_filtered_by_type_and_time(ana, get, refused, make):
    make.refund(56, ana, "2025-06-02 09:00Z", 1)
    make.moves(56, 1, [(ana, None, "Champions")], "2025-06-02 10:00Z")
    path = TIMELINE.format(ana)

    async def types(**params):
        return {each["type"] for each in (await get(path, **params))["events"]}

    assert await types(types="refund,segment_change") == {"refund", "segment_change"}
    assert await types(types="order,page_view") == {"order", "page_view"}
    assert not {"refund", "segment_change"} & await types()
    assert "order" in await types(types="order, event ,refund")
    since = "2025-06-02T12:00:00Z"
    assert all(each["timestamp"] >= since for each in (await get(path, since=since))["events"])
    assert (await refused(path, types=",")).startswith("types: ")
    assert (await refused(path, after="x")).startswith("after: ")


ZONED = "an instant with its zone, such as 2024-09-16T20:00:00Z or 2024-09-16T17:00:00-03:00"


@pytest.mark.parametrize(
    ("before", "why"),
    [
        ("x", "is neither next_cursor of a page nor"),
        ("", "is neither next_cursor of a page nor"),
        ("W10", "is neither next_cursor of a page nor"),
        ("WyJ4IiwxXQ", "is not a cursor of this list and order; pass one it gave you."),
        ("2025-06-01T12:00:00 03:00", "is neither next_cursor of a page nor"),
        ("2025-06-01T12:00:00", "has no zone; accepted is"),
        ("2025-06-01", "has no zone; accepted is"),
    ],
)
async def test_a_wrong_before_is_told(ana, refused, before, why):
    details = await refused(TIMELINE.format(ana), before=before)
    assert details == f"before: '{before}' {why}" + ("" if why.endswith(".") else f" {ZONED}")


@pytest.mark.parametrize(
    ("since", "why"), [("yesterday", "is not"), ("2025-06-01", "has no zone; accepted is")]
)
async def test_a_wrong_since_is_told(ana, refused, since, why):
    assert await refused(TIMELINE.format(ana), since=since) == f"since: '{since}' {why} {ZONED}"


async def test_a_customer_without_a_past_has_an_empty_timeline(make, get, client):
    number = make.customer(make.tenant(), "ana")
    assert await get(TIMELINE.format(number)) == {"events": [], "next_cursor": None}
    for path, tenant, told in ((987, 56, "Customer with ID 987"), (number, 999, "Tenant with ID 999")):
        answer = await client.get(TIMELINE.format(path), params={"tenant_id": tenant})
        assert (answer.status_code, answer.json()["details"]) == (404, f"{told} not found")


async def test_segments_are_listed_with_their_criteria_as_stored(segments, get):
    vip, guests = await get("/api/v2/cdp/segments")
    assert vip == {
        "id": segments[0],
        "name": "VIP",
        "type": "dynamic",
        "criteria": VIP,
        "member_count": 0,
        "last_updated": "2025-09-16T19:00:00Z",
    }
    assert (guests["type"], guests["criteria"], guests["member_count"]) == ("static", None, 25)
    assert guests["last_updated"] is None


@pytest.mark.parametrize(
    ("kind", "names"), [("dynamic", ["VIP"]), ("Static", ["Guests"]), (" DYNAMIC ", ["VIP"])]
)
async def test_segments_are_filtered_by_type(segments, get, kind, names):
    assert [each["name"] for each in await get("/api/v2/cdp/segments", type=kind)] == names


async def test_a_wrong_type_is_told(segments, refused):
    assert "'lively' is not a type; accepted are dynamic, static" in await refused(
        "/api/v2/cdp/segments", type="lively"
    )


async def test_a_tenant_without_segments_and_one_that_is_not_there(make, client):
    make.tenant()
    answer = await client.get("/api/v2/cdp/segments?tenant_id=56")
    assert answer.json() == {"success": True, "data": []}
    answer = await client.get("/api/v2/cdp/segments?tenant_id=999")
    assert (answer.status_code, answer.json()["details"]) == (404, "Tenant with ID 999 not found")


async def test_members_by_offset_and_by_cursor_are_the_same(segments, get):
    path = f"/api/v2/cdp/segments/{segments[1]}/members"
    whole = await get(path)
    assert (whole["total"], whole["limit"], whole["offset"], whole["next_cursor"]) == (25, 100, 0, None)
    assert [each["customer_id"] for each in whole["members"]] == list(range(6, 31))
    assert whole["members"][0] == {
        "customer_id": 6,
        "email": "c5@example.com",
        "first_name": "Ana",
        "last_name": None,
    }
    offset = 0
    params: dict[str, str] = {}
    while offset == 0 or params:
        by_offset = await get(path, limit=10, offset=offset)
        by_cursor = await get(path, limit=10, **params)
        assert by_offset["members"] == by_cursor["members"] == whole["members"][offset : offset + 10]
        assert by_offset["next_cursor"] == by_cursor["next_cursor"]
        assert (by_offset["total"], by_offset["offset"]) == (25, offset)
        params = {"cursor": by_cursor["next_cursor"]} if by_cursor["next_cursor"] else {}
        offset += 10
    assert offset == 30
    for far in (25, 26, 2**63 - 1):
        beyond = await get(path, offset=far)
        assert (beyond["members"], beyond["next_cursor"], beyond["total"]) == ([], None, 25)


@pytest.mark.parametrize(
    ("params", "told"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 1001}, "limit"),
        ({"offset": -1}, "offset"),
        ({"offset": 2**63}, "offset"),
        ({"cursor": "x"}, "cursor: 'x' is not a cursor"),
        ({"cursor": "WyJtZW1iZXIiLDZd", "offset": 5}, "Give cursor or offset, not both"),
    ],
)
async def test_a_wrong_page_of_members_is_told(segments, refused, params, told):
    assert told in await refused(f"/api/v2/cdp/segments/{segments[1]}/members", **params)


async def test_members_of_nobodys_segment(segments, client):
    for segment, tenant, told in (
        (987, 56, "Segment with ID 987"),
        (segments[2], 56, f"Segment with ID {segments[2]}"),
        (segments[1], 999, "Tenant with ID 999"),
    ):
        answer = await client.get(f"/api/v2/cdp/segments/{segment}/members?tenant_id={tenant}")
        assert (answer.status_code, answer.json()["details"]) == (404, f"{told} not found")
    empty = await client.get(f"/api/v2/cdp/segments/{segments[2]}/members?tenant_id=57")
    assert (empty.json()["data"]["members"], empty.json()["data"]["total"]) == ([], 0)
