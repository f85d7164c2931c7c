"""What is read has the columns that are asked for and no others, and is answered as with all of them."""

import re

import httpx
import psycopg
import pytest
from pydantic import SecretStr

from app import create as create_app
from kit.config import Settings
from resolvers.scores import ScoreRow
from schema.money import Money

MONEY = "{ amount currencyCode }"
EVERYTHING = (
    "id databaseId externalId placedAt status items "
    f"amount {MONEY} refunded {MONEY} netAmount {MONEY} __typename"
)
PERSON = "id databaseId externalId email firstName lastName phone createdAt erasedAt"
PAGE = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"

ASKED = {
    "one column": "customers(first: 3) { nodes { email } }",
    "all columns": f"customers(first: 3) {{ nodes {{ {PERSON} }} }}",
    "under other names": "customers(first: 3) { nodes { a: email b: email c: firstName } }",
    "no column": "customers(first: 3) { nodes { __typename } }",
    "edges": f"customers(first: 3) {{ edges {{ cursor node {{ lastName }} }} {PAGE} }}",
    "cursors alone": f"customers(first: 3) {{ edges {{ cursor }} {PAGE} totalCount }}",
    "nodes and edges alike": "customers(first: 3) { nodes { email phone } edges { node { phone email } } }",
    "nodes and edges": "customers(first: 3) { nodes { email } edges { node { phone } } }",
    "twice": "a: customers(first: 2) { nodes { email } } b: customers(first: 2) { nodes { phone email } }",
    "one relation twice": "customers { nodes { a: orders(first: 2) { nodes { status } } "
    "b: orders(first: 2) { nodes { items } } } }",
    "members twice": "segments { nodes { a: members(first: 2) { nodes { email } } "
    "b: members(first: 2) { nodes { externalId } } } }",
    "members of all kinds": "segments(first: 200) { nodes { members(first: 2) { nodes { phone email } } } }",
    "one part of an amount": "orders(first: 3) { nodes { amount { currencyCode } refunded { __typename } } }",
    "scores": f"customers {{ nodes {{ rfm {{ segment score monetary {MONEY} __typename }} "
    f"clv {{ tier historicalValue {MONEY} }} churn {{ risk probability }} }} }}",
    "more than scores": f"customers {{ nodes {{ rfm {{ score monetary {MONEY} runId }} clv {{ tier reason }} "
    "churn { ... on Scored { runId } risk } } }",
    "nothing of scores": "customers { nodes { rfm { __typename } clv { expectedValue { __typename } } } }",
    "an empty page": f"customers(first: 0) {{ nodes {{ email }} totalCount {PAGE} }}",
    "nobody": 'customers(query: "nobody@example.com") { nodes { email } totalCount }',
    "backwards": f"customers(last: 3) {{ nodes {{ externalId email }} {PAGE} }}",
    "by name": "customers(first: 3, orderBy: {field: LAST_NAME}) { nodes { phone } edges { cursor } }",
    "by a score": "customers(first: 3, orderBy: {field: MONETARY, direction: DESC}) { nodes { email } }",
    "by a score, and more": "customers(first: 3, orderBy: {field: MONETARY}) "
    "{ nodes { email rfm { score } orders(first: 1) { nodes { status } } } edges { cursor } }",
    "by a score, nothing": f"customers(first: 3, orderBy: {{field: MONETARY}}) {{ totalCount {PAGE} }}",
    "filtered": "customers(first: 3, filter: {frequency: {gte: 2}}) { nodes { externalId } totalCount }",
    "more than the row": "customers(first: 3) { nodes { email rfm { segment } } }",
    "orders": f"orders(first: 5) {{ nodes {{ {EVERYTHING} }} totalCount }}",
    "orders by amount": "orders(first: 5, orderBy: {field: AMOUNT}) { nodes { placedAt } edges { cursor } }",
    "orders of customers": f"customers {{ nodes {{ orders(first: 2) {{ nodes {{ {EVERYTHING} }} }} }} }}",
    "their pages": f"customers {{ nodes {{ orders(last: 2) {{ edges {{ cursor }} {PAGE} totalCount }} }} }}",
    "their tenants": "customers { nodes { orders(first: 2) { nodes { items tenant { name } } } } }",
    "refunds": f"refunds(first: 3) {{ nodes {{ id externalId refundedAt isLinked amount {MONEY} }} {PAGE} }}",
    "refunds of customers": "customers { nodes { refunds(first: 2) { nodes { databaseId isLinked } } } }",
    "refunds of orders": "orders(first: 3) { nodes { refunds { nodes { refundedAt } totalCount } } }",
    "fragments": "customers(first: 2) { nodes { ... on Node { id } ... on Customer { email } } }",
    "all that hangs on a customer": "customers(first: 3) { nodes { email tenant { slug } attributes "
    "consents { isGranted } orderFacts { orderCount } segments { nodes { name } } "
    "segmentChanges(first: 2) { nodes { kind } } orders(first: 1) { nodes { items } } "
    "refunds(first: 1) { nodes { isLinked } } mergedFrom { totalCount } events(first: 1) { nodes { type } } "
    "timeline(first: 2) { nodes { kind } } } }",
    "intervals": "customers(first: 3) { nodes { phone clv { reason ordersInterval { high } } } }",
    "all that hangs on an order": "orders(first: 3) { nodes { status tenant { name } customer { email } "
    "refunds { nodes { refundedAt order { status } customer { phone } tenant { slug } } } } }",
    "one customer": f'customer(externalId: "C1") {{ email rfm {{ score monetary {MONEY} }} clv {{ tier }} }}',
    "one customer, bare": f'customer(externalId: "C1") {{ {PERSON} }}',
    "one customer, and more": 'customer(externalId: "C1") { phone clv { reason } orders { totalCount } }',
    "who was merged": 'a: customer(externalId: "was 1 of C1") { email externalId } '
    'b: customer(externalId: "was 1 of C1") { databaseId rfm { score recencyDays } }',
    "one customer twice": 'a: customer(externalId: "C1") { email } '
    'b: customer(externalId: "C1") { phone rfm { segment } } '
    'c: customer(externalId: "C1") { rfm { recencyDays } churn { risk } }',
    "nobody at all": 'a: customer(externalId: "nobody") { email } '
    'b: customer(databaseId: "0") { rfm { score } }',
    "one of a number": 'customer(databaseId: "1") { databaseId rfm { segment } }',
    "nothing of one": 'customer(externalId: "C1") { __typename }',
    "one order": f'order(externalId: "O1") {{ {EVERYTHING} customer {{ phone }} }}',
    "one order, bare": 'order(externalId: "O1") { status placedAt }',
    "nodes and whole edges": "customers(first: 3) { nodes { email } edges { node { phone rfm { score } } } }",
    "events": "events(first: 3) { nodes { id type occurredAt receivedAt messageId } totalCount }",
    "events whole": f"events(first: 3) {{ nodes {{ type properties customer {{ email }} }} {PAGE} }}",
    "events of customers": "customers(first: 3) { nodes { events { nodes { id properties } } } }",
    "customers of orders": "orders(last: 60) { nodes { status customer { email } } }",
    "one column of who ordered": "orders(last: 60) { nodes { customer { phone } } }",
    "who ordered, with scores": "orders(first: 9) "
    "{ nodes { customer { email rfm { score } churn { risk } } } }",
    "who ordered, and more": "orders(last: 60) { nodes { a: customer { email orders(first: 1) "
    "{ nodes { items } } } b: customer { ... on Node { id } clv { reason } } } }",
    "nothing of who ordered": "orders(last: 60) { nodes { customer { __typename } } }",
    "orders of refunds": "refunds(first: 150) { nodes { order { status customer { lastName } } "
    "customer { databaseId tenant { slug } } } }",
    "who did it": "events(first: 150) { nodes { customer { externalId rfm { segment } } } }",
    "timelines": f"customers {{ nodes {{ timeline(first: 9) {{ totalCount {PAGE} nodes {{ occurredAt kind "
    "... on OrderPlaced { order { status } } ... on RefundGiven { refund { isLinked } } "
    "... on EventTracked { event { type properties } } "
    "... on SegmentChanged { fromSegment toSegment } } } } }",
    "timelines, and more": "customers { nodes { timeline(first: 9) { nodes { "
    "... on OrderPlaced { order { netAmount { amount } customer { email } refunds { totalCount } } } "
    "... on RefundGiven { refund { order { status } } } ... on EventTracked { event { customer { phone } } } "
    "} } } }",
    "timelines twice": "customers { nodes { timeline(last: 5) { "
    "nodes { ... on OrderPlaced { order { id } } } edges { cursor node { "
    "... on OrderPlaced { order { items } } ... on EventTracked { event { id } } } } } } }",
    "orders of timelines": "customers { nodes { timeline(kinds: [ORDER]) { nodes { __typename "
    "... on OrderPlaced { o: order { externalId } p: order { externalId } } } } } }",
    "cursors of timelines": "customers { nodes { timeline(first: 2) { edges { cursor } } } }",
    "merges": "customers { nodes { mergedFrom { totalCount nodes { "
    "id origin reason fromExternalId orderCount customer { email } tenant { slug } } } } }",
    "merges, bare": "customers { nodes { mergedFrom { nodes { databaseId mergedAt undoneAt } } } }",
    "segments": "segments(first: 99) { nodes { id name type criteria isBuiltIn memberCount } totalCount }",
    "segments, and more": "segments(first: 9) { nodes { "
    "name changes { totalCount } exportUrl tenant { slug } } }",
    "one segment": 'segment(databaseId: "1") { name description lastUpdatedAt }',
    "one segment, and more": 'segment(databaseId: "1") { '
    "type createdAt members(first: 1) { nodes { email } } }",
    "integrations": "integrations { nodes { id type feed accountName isActive syncMinutes } }",
    "integrations, and more": "integrations { nodes { "
    "appKeyHint sync { status } hook { url } tenant { name } } }",
    "the log": "auditEntries(first: 20) { nodes { action mode face before after } totalCount }",
    "the log, bare": "auditEntries(first: 20) { nodes { objectType objectId counts occurredAt } }",
    "members": "segments(first: 3) { nodes { members(first: 2) { nodes { email } edges { cursor } } } }",
}
ASKED |= {
    f"{field} of {of} alone": f"{of}(first: 3) {{ nodes {{ {field} }} }}"
    for of, fields in {
        "refunds": "tenant{slug} order{status} customer{email} isLinked refundedAt",
        "events": "tenant{slug} customer{email} id properties receivedAt",
    }.items()
    for field in fields.split()
}
ASKED |= {
    f"{field} of {of} alone": f"customers {{ nodes {{ {of} {{ {field} }} }} }}"
    for of, fields in {
        "rfm": "segment recencyDays frequency monetary{amount} score recencyScore frequencyScore "
        "monetaryScore firstOrderOn lastOrderOn",
        "clv": "historicalValue{amount} expectedValue{amount} predictedValue{amount} tier",
        "churn": "probability risk aliveProbability",
    }.items()
    for field in fields.split()
}
READ = {
    "customers { nodes { email } }": {"email", "id"},
    "customers { nodes { __typename } }": {"id"},
    "customers { nodes { databaseId id } pageInfo { endCursor } }": {"id", "tenant_id"},
    "orders { nodes { amount { amount } } }": {"amount", "currency", "placed_at", "id"},
    "customers { nodes { email orders { nodes { externalId } } } }": {"external_id", "placed_at", "id"},
    "orders { nodes { externalId tenant { name } } }": {"external_id", "placed_at", "id"},
    "customers { nodes { email rfm { segment } clv { historicalValue { amount } } } }": {
        "customer_id",
        "segment",
        "clv_tier",
        "monetary",
    },
    "customers { nodes { rfm { score } churn { risk reason } } }": {*ScoreRow._fields},
    'customer(externalId: "C1") { phone }': {"external_id", "phone"},
    'customer(externalId: "C1") { email rfm { segment } }': {
        "external_id",
        "id",
        "email",
        "customer_id",
        "segment",
    },
    'customer(externalId: "C1") { ... on Node { id } attributes }': {"id", "attributes"},
    'order(externalId: "O1") { status }': {"external_id", "status"},
    "events { nodes { type tenant { name } } }": {"event_type", "occurred_at", "message_id"},
    "refunds { nodes { isLinked } }": {"order_id", "refunded_at", "id"},
    "orders { nodes { status customer { email } } }": {"id", "email"},
    "events { nodes { customer { rfm { segment } } } }": {"id", "customer_id", "segment"},
    "refunds { nodes { order { status } } }": {"id", "status"},
    "customers { nodes { timeline(kinds: [ORDER]) { nodes { ... on OrderPlaced { order { status } } } } "
    "} }": {
        "placed_at",
        "id",
        "status",
    },
    "segments { nodes { name } }": {"name", "id"},
    'segment(databaseId: "1") { isBuiltIn }': {"id", "builtin"},
    "integrations { nodes { feed } }": {"feed", "id"},
    'integration(databaseId: "1") { isActive }': {"id", "is_active"},
    "auditEntries { nodes { action } }": {"action", "occurred_at", "id"},
    "customers { nodes { mergedFrom { nodes { origin } } } }": {"origin", "merged_at", "id"},
    "customers { nodes { timeline(kinds: [EVENT]) { nodes { kind } } } }": {"occurred_at", "message_id"},
}
KEYED = {
    "customers { nodes { email } }": False,
    "customers { edges { node { email } } }": True,
    "customers { nodes { email } pageInfo { hasNextPage } }": True,
    "customers { nodes { email } totalCount }": True,
    "customers { nodes { orders { nodes { status } } } }": False,
    "customers { nodes { orders { nodes { status } pageInfo { endCursor } } } }": True,
    "customers { nodes { orders { edges { cursor } } } }": True,
}
NODES = {
    "customers": ("Customer", "email rfm { score } tenant { slug }", {"id", "email"}),
    "orders": ("Order", f"status netAmount {MONEY} customer {{ phone }}", {"id", "status"}),
    "refunds": ("Refund", "isLinked order { items }", {"id", "order_id"}),
    "events": ("Event", "type customer { email }", {"occurred_at", "message_id", "event_type"}),
    "segments": ("Segment", "name isBuiltIn members(first: 1) { nodes { email } }", {"id", "name"}),
    "integrations": ("Integration", "accountName feed tenant { slug }", {"id", "account_name"}),
}
"""Lists, the types that they hold, what to ask of these, and what is read for the first field of that."""
SLOW = {
    "refund": "customers(first: 5) { nodes { "
    "a: timeline { nodes { ... on RefundGiven { refund { id } } } } "
    "b: timeline { nodes { ... on RefundGiven { refund { isLinked } } } } } }",
    "audit_entry": "a: auditEntries { nodes { action } } b: auditEntries { nodes { actor } }",
    "event": "events(first: 5) { nodes { type } }",
    "customer_order": "customers(first: 5) { nodes { email orders { nodes { status } } } }",
}


TABLES = (
    "customer",
    "customer_score",
    "customer_order",
    "refund",
    "event",
    "segment",
    "integration",
    "customer_merge",
    "audit_entry",
)


@pytest.fixture
def nobody(full, make):
    """Orders, refunds and events of nobody among the others, and refunds of no order."""
    for number in range(1, 121, 2):
        make.order(56, None, f"2000-01-01T00:{number // 2:02}:00Z", 10)
        make.refund(56, None, "2025-06-01", 1)
        make.owner.execute(
            "INSERT INTO event (tenant_id, occurred_at, message_id, event_type, properties) "
            "VALUES (56, '2025-06-01', %s, 'page_view', '{}')",
            [f"nobody {number}"],
        )
    make.owner.execute("UPDATE customer SET email = 'c' || id || '@example.com', phone = '+54 ' || id")


def columns(statement: str) -> set[str]:
    """The columns of what is listed here that are named before conditions."""
    tables = "|".join(TABLES)
    return set(re.findall(rf"\b(?:{tables})\.(\w+)", statement.partition("WHERE")[0]))


async def test_the_answer_is_the_one_of_whole_rows(nobody, boundless_application, plain):
    application, client = boundless_application
    engine = next(each for each in application.routes if each.path == "/graphql").endpoint.graph.engine
    for what, asked in ASKED.items():
        sent = {"query": f"{{ tenant(databaseId: 56) {{ {asked} }} }}"}
        answer = (await client.post("/graphql", json=sent)).json()
        assert "errors" not in answer, what
        assert answer["data"] == (await plain.post("/graphql", json=sent)).json()["data"], what
        assert not {"failed", "unplanned"} & engine.served.keys(), what


async def test_who_is_named_is_found_for_each(nobody, application, ask, make):
    """Of a level, in one statement."""
    sent: list[str] = []
    application.state.database.on_statement = sent.append
    query = "orders(last: 120) { nodes { databaseId customer { email } } }"
    found = (await ask(f"{{ tenant(databaseId: 56) {{ {query} }} }}"))["tenant"]["orders"]["nodes"]
    expected = make.owner.execute(
        "SELECT o.id, email FROM customer_order o LEFT JOIN customer c ON c.id = customer_id ORDER BY o.id"
    )
    emails = {str(number): email for number, email in expected.fetchall()}
    told = {each["databaseId"]: each["customer"] and each["customer"]["email"] for each in found}
    assert told == {number: emails[number] for number in told}
    assert len({*told.values()}) > 30
    assert None in told.values()
    assert len([each for each in sent if "customer.email" in each]) == 1


async def test_no_object_is_made_of_amounts_whose_parts_are_asked_for(full, ask, monkeypatch):
    def made(*_: object, **__: object) -> None:
        raise AssertionError("an object of an amount")

    monkeypatch.setattr(Money, "__init__", made)
    asked = f"orders(first: 5) {{ nodes {{ amount {MONEY} netAmount {MONEY} }} }}"
    found = (await ask(f"{{ tenant(databaseId: 56) {{ {asked} }} }}"))["tenant"]["orders"]["nodes"]
    assert all(each["netAmount"]["amount"] for each in found)


async def test_what_is_not_asked_for_is_not_read(full, application, ask):
    sent: list[str] = []
    application.state.database.on_statement = sent.append
    for asked, expected in READ.items():
        await ask(f"{{ tenant(databaseId: 56) {{ {asked} }} }}")
        assert columns(sent[-1]) == expected, asked


async def test_nodes_are_read_by_the_columns_of_their_type(full, boundless_application, plain):
    application, client = boundless_application
    of_each = " ".join(f"{name}(first: 1) {{ nodes {{ id }} }}" for name in NODES)
    sent = {"query": f"{{ tenant(databaseId: 56) {{ {of_each} }} }}"}
    found = (await client.post("/graphql", json=sent)).json()["data"]["tenant"]
    ids = {name: found[name]["nodes"][0]["id"] for name in NODES}
    asked = " ".join(f"... on {kind} {{ {fields} }}" for kind, fields, _ in NODES.values())
    everyone = ", ".join(f'"{each}"' for each in ids.values())
    sent = {"query": f"{{ nodes(ids: [{everyone}]) {{ __typename id {asked} }} }}"}
    answer = (await client.post("/graphql", json=sent)).json()
    assert [each["__typename"] for each in answer["data"]["nodes"]] == [kind for kind, *_ in NODES.values()]
    assert answer == (await plain.post("/graphql", json=sent)).json()
    statements: list[str] = []
    application.state.database.on_statement = statements.append
    for name, (kind, fields, expected) in NODES.items():
        first = fields.split()[0]
        sent = {"query": f'{{ node(id: "{ids[name]}") {{ ... on {kind} {{ {first} }} }} }}'}
        assert list((await client.post("/graphql", json=sent)).json()["data"]["node"]) == [first]
        assert columns(statements[-1]) == expected, name


async def test_where_rows_stand_is_read_where_it_is_asked_for(full, application, ask):
    sent: list[str] = []
    application.state.database.on_statement = sent.append
    for asked, expected in KEYED.items():
        await ask(f"{{ tenant(databaseId: 56) {{ {asked} }} }}")
        assert (".sort_id" in sent[-1].partition("FROM")[0]) is expected, asked


async def test_what_takes_too_long_with_some_columns_is_not_asked_for_with_all(full, urls):
    app = create_app(Settings(database_url=SecretStr(urls.app), query_timeout_seconds=0.3))
    sent: list[str] = []
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client,
    ):
        app.state.database.on_statement = sent.append
        for table, asked in SLOW.items():
            with psycopg.connect(urls.owner) as other:
                other.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
                sent.clear()
                query = f"{{ tenant(databaseId: 56) {{ {asked} }} }}"
                answer = (await client.post("/graphql", json={"query": query})).json()
            assert {each["extensions"]["code"] for each in answer["errors"]} == {"TIMED_OUT"}
            assert len([each for each in sent if f"FROM {table} " in each]) == 1, table
