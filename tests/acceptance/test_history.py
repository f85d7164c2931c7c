"""Orders, events and timelines over the graph, against the tables themselves."""

import random
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from psycopg.types.json import Jsonb

from kit import ids

MOMENTS = [datetime(2025, 1, 1, tzinfo=UTC) + timedelta(days=20 * n) for n in range(6)]


@pytest.fixture
def busy(make):
    """Tenants 56 and 57 with customers whose orders, refunds, events and moves share a few instants."""
    chance = random.Random(5)
    for tenant in (56, 57):
        make.tenant(tenant)
        for number in range(8):
            customer = make.customer(tenant, f"C{number}")
            orders = []
            for _ in range(chance.randrange(0, 9) if number else 0):
                status = chance.choice(["paid", "paid", "pending", "cancelled"])
                at = chance.choice(MOMENTS)
                orders.append(
                    make.order(tenant, customer, at, chance.choice([5, 7.25, 1000]), status=status, items=2)
                )
            for _ in range(chance.randrange(0, 4) if number else 0):
                of = chance.choice([*orders, None])
                make.refund(tenant, customer, chance.choice(MOMENTS), 5, order_id=of)
            for n in range(chance.randrange(0, 9) if number else 0):
                track(make, tenant, customer, chance.choice(MOMENTS), f"m{number}-{n}", n)
            for run in range(chance.randrange(0, 3) if number else 0):
                at = chance.choice(MOMENTS) + timedelta(hours=number, minutes=run)
                make.moves(tenant, run + 1, [(customer, "Lost", "Champions")], at)
        make.order(tenant, None, MOMENTS[0], 3)
        track(make, tenant, None, MOMENTS[0], "nobody", 0)
    return make


def track(make, tenant, customer, at, message, number):
    make.owner.execute("SELECT event_partition_ensure(%s)", [at.date()])
    make.owner.execute(
        "INSERT INTO event (tenant_id, occurred_at, message_id, customer_id, event_type, properties) "
        "VALUES (%s, %s, %s, %s, %s, %s)",
        [tenant, at, message, customer, ("page_view", "add_to_cart")[number % 2], Jsonb({"n": number})],
    )


async def walk(ask, query, pick, size, *, back=False, **variables):
    """All pages of a connection, forth or back, as a list of nodes in the list's order."""
    found: list[object] = []
    cursor = None
    while True:
        window = {"last": size, "before": cursor} if back else {"first": size, "after": cursor}
        connection = pick((await ask(query, **window, **variables))["tenant"])
        found = [*connection["nodes"], *found] if back else [*found, *connection["nodes"]]
        info = connection["pageInfo"]
        if not info["hasPreviousPage" if back else "hasNextPage"]:
            return found, connection["totalCount"]
        cursor = info["startCursor" if back else "endCursor"]


WINDOW = "$first: Int, $after: String, $last: Int, $before: String"
PAGE = "first: $first, after: $after, last: $last, before: $before"
INFO = "totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
CONNECTIONS = {
    "orders": ("orders", "databaseId", "placed_at DESC, id DESC"),
    "orders by amount": ("orders", "databaseId", "amount, id", "orderBy: {field: AMOUNT, direction: ASC}"),
    "paid orders": ("orders", "databaseId", "placed_at DESC, id DESC", "status: [PAID]", "status = 'paid'"),
    "late orders": (
        "orders",
        "databaseId",
        "placed_at DESC, id DESC",
        f'placedFrom: "{MOMENTS[2].isoformat()}", placedUntil: "{MOMENTS[4].isoformat()}"',
        f"placed_at >= '{MOMENTS[2]}' AND placed_at < '{MOMENTS[4]}'",
    ),
    "events": ("events", "messageId", "occurred_at DESC, message_id DESC"),
    "page views": (
        "events",
        "messageId",
        "occurred_at DESC, message_id DESC",
        'types: ["page_view"]',
        "event_type = 'page_view'",
    ),
}


@pytest.mark.parametrize("back", [False, True], ids=["forth", "back"])
@pytest.mark.parametrize("of_customer", [False, True], ids=["tenant", "customer"])
@pytest.mark.parametrize("name", CONNECTIONS)
async def test_pages_hold_what_the_table_holds_in_order(busy, ask, name, of_customer, back):
    field, key, sorting, *more = CONNECTIONS[name]
    arguments, condition = (*more, "")[0], (*more[1:], "true")[0]
    asked = f"{field}({PAGE} {arguments}) {{ {INFO} nodes {{ key: {key} }} }}"
    table, column = ("customer_order", "id") if field == "orders" else ("event", "message_id")
    for number in range(1, 4) if of_customer else [None]:
        inner = f'customer(externalId: "C{number}") {{ {asked} }}' if of_customer else asked
        query = f"query Q({WINDOW}) {{ tenant(databaseId: 56) {{ {inner} }} }}"
        found, total = await walk(
            ask, query, lambda t: (t["customer"] if of_customer else t)[field], 3, back=back
        )
        whose = (
            f"AND customer_id = (SELECT id FROM customer WHERE tenant_id = 56 AND external_id = 'C{number}')"
        )
        rows = busy.owner.execute(
            f"SELECT {column}::text AS found FROM {table} WHERE tenant_id = 56 AND {condition} "
            f"{whose if of_customer else ''} ORDER BY {sorting}"
        ).fetchall()
        assert [each["key"] for each in found] == [key for (key,) in rows]
        assert total == len(rows)


ITEM = """
    __typename kind occurredAt
    ... on OrderPlaced { order { databaseId amount { amount } refunded { amount } netAmount { amount } } }
    ... on RefundGiven { refund { databaseId isLinked amount { amount currencyCode } } }
    ... on EventTracked { event { messageId type properties } }
    ... on SegmentChanged { fromSegment toSegment run { id } }
"""
TIMELINE = f"""query Q({WINDOW}, $of: String, $kinds: [TimelineKind!], $types: [String!], $from: DateTime) {{
  tenant(databaseId: 56) {{ customer(externalId: $of) {{
    timeline({PAGE}, kinds: $kinds, types: $types, occurredFrom: $from) {{ {INFO} nodes {{ {ITEM} }} }}
  }} }} }}"""
MERGED = """
SELECT kind, number::text FROM (
    SELECT placed_at AS at, 0 AS kind, id, '' AS text, id::text AS number
    FROM customer_order WHERE tenant_id = 56 AND customer_id = %(of)s
    UNION ALL SELECT refunded_at, 1, id, '', id::text
    FROM refund WHERE tenant_id = 56 AND customer_id = %(of)s
    UNION ALL SELECT occurred_at, 2, 0, message_id, message_id
    FROM event WHERE tenant_id = 56 AND customer_id = %(of)s
    UNION ALL SELECT at, 3, feed.id, '', feed.id::text
    FROM segment_change JOIN segment_feed AS feed ON feed.id = feed_id
    WHERE segment_change.tenant_id = 56 AND customer_id = %(of)s
) AS every ORDER BY at DESC, kind DESC, id DESC, text DESC
"""


def timeline(tenant):
    return tenant["customer"]["timeline"]


def identity(item):
    if item["kind"] == "ORDER":
        return 0, item["order"]["databaseId"]
    if item["kind"] == "REFUND":
        return 1, item["refund"]["databaseId"]
    return (2, item["event"]["messageId"]) if item["kind"] == "EVENT" else (3, None)


@pytest.mark.parametrize("back", [False, True], ids=["forth", "back"])
@pytest.mark.parametrize("size", [1, 4])
async def test_a_timeline_merges_all_that_happened(busy, ask, size, back):
    for number in range(1, 5):
        found, total = await walk(ask, TIMELINE, timeline, size, back=back, of=f"C{number}")
        customer = busy.owner.execute(
            "SELECT id FROM customer WHERE tenant_id = 56 AND external_id = %s", [f"C{number}"]
        ).fetchone()[0]
        rows = busy.owner.execute(MERGED, {"of": customer}).fetchall()
        expected = [(kind, None if kind == 3 else key) for kind, key in rows]
        assert [identity(each) for each in found] == expected
        assert total == len(rows)
        moments = [each["occurredAt"] for each in found]
        assert moments == sorted(moments, reverse=True)


async def test_a_timeline_is_filtered_by_kind_type_and_time(busy, ask):
    for number in range(1, 8):
        everything, _ = await walk(ask, TIMELINE, timeline, 50, of=f"C{number}")

        async def of(number=number, **variables):
            found, total = await walk(ask, TIMELINE, timeline, 3, of=f"C{number}", **variables)
            assert total == len(found)
            return found

        assert await of(kinds=["ORDER", "SEGMENT_CHANGE"]) == [
            each for each in everything if each["kind"] in ("ORDER", "SEGMENT_CHANGE")
        ]
        assert await of(kinds=["EVENT"], types=["page_view"]) == [
            each for each in everything if each["kind"] == "EVENT" and each["event"]["type"] == "page_view"
        ]
        since = MOMENTS[3].isoformat()
        assert await of(**{"from": since}) == [each for each in everything if each["occurredAt"] >= since]


async def test_who_did_nothing_has_an_empty_history(busy, ask):
    found = await ask(
        """{ tenant(databaseId: 56) { customer(externalId: "C0") {
          orders { totalCount nodes { id } } events { totalCount nodes { id } }
          timeline { totalCount nodes { kind } pageInfo { hasNextPage endCursor } } } } }"""
    )
    customer = found["tenant"]["customer"]
    assert [customer[name]["totalCount"] for name in ("orders", "events", "timeline")] == [0, 0, 0]
    assert customer["timeline"]["pageInfo"] == {"hasNextPage": False, "endCursor": None}


async def test_an_order_tells_its_refunds_and_its_customer(make, ask):
    make.tenant()
    customer = make.customer(56, "ana")
    order = make.order(56, customer, MOMENTS[0], 10, external_id="A-1", items=3)
    make.owner.execute("UPDATE customer_order SET refunded = 4")
    make.refund(56, customer, MOMENTS[2], 3, order_id=order, external_id="R-2")
    make.refund(56, customer, MOMENTS[1], 1, order_id=order, external_id="R-1")
    make.refund(56, customer, MOMENTS[1], 9, external_id="R-3")
    guest = make.order(56, None, MOMENTS[0], 1)
    found = await ask(
        """query Q($guest: BigInt) { tenant(databaseId: 56) {
          order(externalId: "A-1") { externalId items status placedAt amount { amount currencyCode }
            refunded { amount } netAmount { amount } customer { externalId }
            refunds { totalCount nodes { externalId isLinked } } }
          guest: order(databaseId: $guest) { customer { id } refunds { nodes { id } } } } }""",
        guest=str(guest),
    )
    assert found["tenant"]["order"] == {
        "externalId": "A-1",
        "items": 3,
        "status": "PAID",
        "placedAt": "2025-01-01T00:00:00+00:00",
        "amount": {"amount": "10.00", "currencyCode": "GBP"},
        "refunded": {"amount": "4.00"},
        "netAmount": {"amount": "6.00"},
        "customer": {"externalId": "ana"},
        "refunds": {
            "totalCount": 2,
            "nodes": [
                {"externalId": "R-2", "isLinked": True},
                {"externalId": "R-1", "isLinked": True},
            ],
        },
    }
    assert found["tenant"]["guest"] == {"customer": None, "refunds": {"nodes": []}}


async def test_orders_and_events_are_nodes(busy, ask, fail):
    found = (
        await ask(
            "{ tenant(databaseId: 56) { orders(first: 2) { nodes { id } } "
            "events(first: 2) { nodes { id } } } }"
        )
    )["tenant"]
    wanted = [each["id"] for name in ("orders", "events") for each in found[name]["nodes"]]
    query = "query N($ids: [ID!]!) { nodes(ids: $ids) { id __typename } }"
    nodes = (await ask(query, ids=wanted))["nodes"]
    assert [each["id"] for each in nodes] == wanted
    assert [each["__typename"] for each in nodes] == ["Order", "Order", "Event", "Event"]
    unknown = [ids.encode("Order", 56, 10**9), ids.encode_event(56, 0, "x"), ids.encode_event(58, 0, "x")]
    unknown += [ids.encode_event(56, 2**62, "x"), ids.encode_event(56, -(2**62), "x")]
    assert (await ask(query, ids=unknown))["nodes"] == [None] * 5
    error = await fail(query, ids=["WyJFdmVudCIsNTYsInh4Il0"])
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


async def test_another_tenants_history_does_not_exist(busy, ask):
    theirs = (await ask("{ tenant(databaseId: 57) { orders(first: 1) { nodes { id databaseId } } } }"))[
        "tenant"
    ]
    order = theirs["orders"]["nodes"][0]
    query = """query Q($id: ID, $number: BigInt) { tenant(databaseId: 56) {
      byId: order(id: $id) { id } byNumber: order(databaseId: $number) { id } } }"""
    found = await ask(query, id=order["id"], number=order["databaseId"])
    assert found["tenant"] == {"byId": None, "byNumber": None}


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ("orders(first: 1001)", "first"),
        ('orders(after: "x")', "after"),
        ('orders(placedFrom: "2025-01-01T00:00:00")', "placedFrom"),
        ('events(occurredUntil: "2025-01-01T00:00:00")', "occurredUntil"),
        ('customer(externalId: "C1") { timeline(last: 1, after: "x")', "after"),
        ('customer(externalId: "C1") { timeline(before: "WyJvcmRlciIsMV0")', "before"),
    ],
)
async def test_wrong_arguments_are_named(busy, fail, arguments, field):
    closing = "}" * arguments.count("{")
    error = await fail(f"{{ tenant(databaseId: 56) {{ {arguments} {{ totalCount }} {closing} }} }}")
    assert error["extensions"] == {"code": "BAD_USER_INPUT", "field": field}


@pytest.mark.parametrize("types", [["\0"], ["a" * 5000], [""]])
async def test_types_that_no_event_has_find_nothing(busy, ask, types):
    query = """query Q($types: [String!]) { tenant(databaseId: 56) { events(types: $types) { totalCount }
      customer(externalId: "C1") { timeline(kinds: [EVENT], types: $types) { totalCount } } } }"""
    found = (await ask(query, types=types))["tenant"]
    assert (found["events"]["totalCount"], found["customer"]["timeline"]["totalCount"]) == (0, 0)


REFUNDS = f"""query Q({WINDOW}, $of: String) {{ tenant(databaseId: 56) {{ customer(externalId: $of) {{
    refunds({PAGE}) {{ {INFO} nodes {{ databaseId order {{ databaseId }} customer {{ externalId }} }} }}
  }} }} }}"""


@pytest.mark.parametrize("back", [False, True], ids=["forth", "back"])
async def test_refunds_of_a_customer_are_those_of_the_table_with_or_without_an_order(busy, ask, back):
    met = 0
    for number in range(8):
        found, total = await walk(
            ask, REFUNDS, lambda t: t["customer"]["refunds"], 2, back=back, of=f"C{number}"
        )
        rows = busy.owner.execute(
            "SELECT id, order_id FROM refund WHERE tenant_id = 56 AND customer_id = "
            "(SELECT id FROM customer WHERE tenant_id = 56 AND external_id = %s) "
            "ORDER BY refunded_at DESC, id DESC",
            [f"C{number}"],
        ).fetchall()
        of_order = [each["order"] and int(each["order"]["databaseId"]) for each in found]
        assert [int(each["databaseId"]) for each in found] == [refund for refund, _ in rows]
        assert of_order == [order for _, order in rows]
        assert all(each["customer"] == {"externalId": f"C{number}"} for each in found)
        assert total == len(rows)
        met += total
    assert met


async def test_a_refund_is_a_node_and_a_guests_has_no_customer(make, ask):
    for tenant in (56, 57):
        make.tenant(tenant)
    number = make.refund(56, None, MOMENTS[0], 3)
    query = """query N($ids: [ID!]!) { nodes(ids: $ids) { id ... on Refund {
      amount { amount } order { id } customer { id } } } }"""
    wanted = [
        ids.encode("Refund", 56, number),
        ids.encode("Refund", 57, number),
        ids.encode("Refund", 56, 9**9),
    ]
    assert (await ask(query, ids=wanted))["nodes"] == [
        {"id": wanted[0], "amount": {"amount": "3.00"}, "order": None, "customer": None},
        None,
        None,
    ]


async def test_facts_of_orders_are_those_of_the_paid_ones(busy, ask):
    busy.owner.execute("UPDATE customer_order SET refunded = 2.5 WHERE status = 'paid' AND id % 2 = 0")
    busy.owner.execute("UPDATE customer_order SET currency = 'EUR' WHERE id % 3 = 0")
    found = await ask(
        """{ tenant(databaseId: 56) { customers { nodes { databaseId orderFacts {
          orderCount firstPlacedAt lastPlacedAt netAmounts { amount currencyCode } } } } } }"""
    )
    several = 0
    for customer in found["tenant"]["customers"]["nodes"]:
        rows = busy.owner.execute(
            "SELECT placed_at, amount - refunded, currency FROM customer_order "
            "WHERE tenant_id = 56 AND customer_id = %s AND status = 'paid'",
            [customer["databaseId"]],
        ).fetchall()
        net = {code: sum(amount for _, amount, each in rows if each == code) for _, _, code in rows}
        facts = customer["orderFacts"]
        assert facts["orderCount"] == len(rows)
        assert {each["currencyCode"]: Decimal(each["amount"]) for each in facts["netAmounts"]} == net
        instants = [at.astimezone(UTC).isoformat() for at, *_ in rows]
        assert facts["firstPlacedAt"] == min(instants, default=None)
        assert facts["lastPlacedAt"] == max(instants, default=None)
        several += len(net) > 1
    assert several


@pytest.mark.parametrize("back", [False, True], ids=["forth", "back"])
async def test_pages_end_within_an_instant(make, ask, back):
    customer = make.customer(make.tenant(), "C1")
    names = [f"m{number:02}" for number in range(20)]
    for name in random.Random(7).sample(names, len(names)):
        track(make, 56, customer, MOMENTS[0], name, 0)
    query = f"""query Q({WINDOW}) {{ tenant(databaseId: 56) {{ customer(externalId: "C1") {{
      events({PAGE}) {{ {INFO} nodes {{ messageId }} }} }} }} }}"""
    found, _ = await walk(ask, query, lambda tenant: tenant["customer"]["events"], 3, back=back)
    assert [each["messageId"] for each in found] == names[::-1]
    found, _ = await walk(ask, TIMELINE, timeline, 3, back=back, of="C1")
    assert [each["event"]["messageId"] for each in found] == names[::-1]
