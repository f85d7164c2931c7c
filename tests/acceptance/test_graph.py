"""The graph over HTTP: its fields, its pages, its errors, and how many statements they cost."""

import itertools
import json

import pytest
from structlog.testing import capture_logs

from kit import ids

PAGE = """
query Page($first: Int, $after: String, $last: Int, $before: String) {
  tenant(databaseId: 56) {
    customers(first: $first, after: $after, last: $last, before: $before) {
      totalCount
      nodes { databaseId }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}
"""
EVERYTHING = """
{
  tenant(databaseId: 56) {
    id databaseId name slug currencyCode timeZone createdAt
    customers(first: 50) {
      totalCount
      edges { cursor }
      pageInfo { hasNextPage }
      nodes {
        id databaseId externalId email firstName lastName phone createdAt
        tenant { name }
        rfm {
          segment recencyDays frequency monetary { amount currencyCode } score recencyScore frequencyScore
          monetaryScore lastOrderOn reason computedAt dataThrough runId isStale modelVersion
        }
        clv { historicalValue { amount } expectedValue { amount } predictedValue { amount } tier reason }
        churn { probability risk aliveProbability reason computedAt }
      }
    }
  }
}
"""


@pytest.fixture
def count(application):
    """The statements sent since the fixture was made."""
    sent: list[str] = []
    application.state.database.on_statement = sent.append
    return sent


async def test_pages_forth_and_back_hold_every_customer_once(scored, ask):
    forth, after = [], None
    while True:
        page = (await ask(PAGE, first=150, after=after))["tenant"]["customers"]
        forth += [int(each["databaseId"]) for each in page["nodes"]]
        assert page["pageInfo"]["hasPreviousPage"] is (after is not None)
        if not page["pageInfo"]["hasNextPage"]:
            break
        after = page["pageInfo"]["endCursor"]
    back: list[int] = []
    before = None
    while True:
        page = (await ask(PAGE, last=150, before=before))["tenant"]["customers"]
        back = [int(each["databaseId"]) for each in page["nodes"]] + back
        if not page["pageInfo"]["hasPreviousPage"]:
            break
        before = page["pageInfo"]["startCursor"]
    assert forth == back == sorted(set(forth))
    assert len(forth) == 400 == page["totalCount"]


async def test_an_empty_page_still_counts(scored, ask):
    page = (await ask(PAGE, first=0))["tenant"]["customers"]
    assert (page["totalCount"], page["nodes"], page["pageInfo"]["startCursor"]) == (400, [], None)


async def test_a_page_of_everything_takes_one_statement_a_level(scored, ask, count):
    await ask(EVERYTHING)
    few = len(count)
    assert few <= 4, count
    count.clear()
    await ask(EVERYTHING.replace("first: 50", "first: 400"))
    assert len(count) == few


async def test_scores_are_those_of_the_table(scored, ask):
    nodes = (await ask(EVERYTHING.replace("first: 50", "first: 400")))["tenant"]["customers"]["nodes"]
    found = {int(node["databaseId"]): node for node in nodes}
    rows = scored.owner.execute(
        "SELECT customer_id, segment, monetary, predicted_value, clv_tier, churn_probability, churn_risk "
        "FROM customer_score"
    ).fetchall()
    assert rows
    for number, segment, monetary, predicted, tier, probability, risk in rows:
        node = found.pop(number)
        assert node["rfm"]["segment"] == segment.upper().replace(" ", "_")
        assert float(node["rfm"]["monetary"]["amount"]) == float(monetary)
        assert float(node["clv"]["predictedValue"]["amount"]) == float(predicted)
        assert node["clv"]["tier"] == tier.upper()
        assert node["churn"] | {"risk": risk.upper(), "probability": probability} == node["churn"]
        assert node["rfm"]["reason"] is None
    for node in found.values():
        assert node["rfm"]["segment"] is None
        assert node["rfm"]["reason"] == "NO_TRANSACTION"


async def test_before_the_first_run_everything_is_null_with_a_reason(make, ask):
    make.customer(make.tenant(), "ana")
    tenant = (
        await ask(
            """{ tenant(databaseId: 56) {
              customers { nodes { rfm { segment reason isStale computedAt } churn { risk reason } } }
              analytics {
                rfm { overview { customerCount totalRevenue { amount } } distribution { segment } }
                clv { overview { customerCount } distribution { tier customerCount } topCustomers { email } }
                churn { overview { churnRate } customersAtRisk { email } }
              }
              processing { status isStale run { status } }
            } }"""
        )
    )["tenant"]
    node = tenant["customers"]["nodes"][0]
    assert node["rfm"] == {
        "segment": None,
        "reason": "NOT_PROCESSED",
        "isStale": True,
        "computedAt": None,
    }
    assert tenant["analytics"]["rfm"]["overview"] == {"customerCount": 0, "totalRevenue": None}
    assert tenant["analytics"]["clv"]["topCustomers"] == []
    assert tenant["processing"] == {"status": "NEVER_PROCESSED", "isStale": True, "run": None}


async def test_analytics_cost_one_statement_and_one_a_list(scored, ask, count):
    query = """{ tenant(databaseId: 56) { analytics {
      rfm { overview { customerCount } distribution { segment customerCount } }
      clv { overview { customerCount } }
      churn { overview { churnRate } }
    } } }"""
    await ask(query)
    assert len(count) == 2, count


async def test_lists_are_ordered_by_value_and_keep_to_their_class(scored, ask):
    analytics = (
        await ask(
            """{ tenant(databaseId: 56) { analytics {
              clv { topCustomers(first: 20) { clv { tier predictedValue { amount } } } }
              churn { customersAtRisk(risk: CHURNED, first: 5) { churn { risk } } }
            } } }"""
        )
    )["tenant"]["analytics"]
    values = [float(each["clv"]["predictedValue"]["amount"]) for each in analytics["clv"]["topCustomers"]]
    assert len(values) == 20
    assert values == sorted(values, reverse=True)
    assert [each["churn"]["risk"] for each in analytics["churn"]["customersAtRisk"]] == ["CHURNED"] * 5


async def test_one_customer_by_each_of_its_ids(scored, ask):
    query = """query One($id: ID, $databaseId: BigInt, $externalId: String) { tenant(databaseId: 56) {
      customer(id: $id, databaseId: $databaseId, externalId: $externalId) { id databaseId externalId } } }"""
    first = (await ask(query, externalId="C7"))["tenant"]["customer"]
    assert (await ask(query, id=first["id"]))["tenant"]["customer"] == first
    assert (await ask(query, databaseId=first["databaseId"]))["tenant"]["customer"] == first
    assert (await ask(query, databaseId=int(first["databaseId"])))["tenant"]["customer"] == first
    assert (await ask(query, externalId="nobody"))["tenant"]["customer"] is None


async def test_nodes_by_their_global_ids(scored, ask):
    tenant = (await ask("{ viewer { tenants { nodes { id customers(first: 1) { nodes { id } } } } } }"))[
        "viewer"
    ]
    customer = tenant["tenants"]["nodes"][0]["customers"]["nodes"][0]["id"]
    wanted = [
        tenant["tenants"]["nodes"][0]["id"],
        customer,
        ids.encode("Customer", 56, 999999),
        ids.encode("Tenant", 3),
    ]
    query = "query N($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }"
    found = (await ask(query, ids=wanted))["nodes"]
    assert [each and each["__typename"] for each in found] == ["Tenant", "Customer", None, None]
    assert (await ask("query N($id: ID!) { node(id: $id) { id } }", id=customer))["node"]["id"] == customer


async def test_a_customer_of_another_tenant_is_null_even_by_its_own_id(scored, make, ask):
    other = make.tenant(57)
    number = make.customer(other, "theirs")
    query = "query One($id: ID) { tenant(databaseId: 56) { customer(id: $id) { id } } }"
    assert (await ask(query, id=ids.encode("Customer", 57, number)))["tenant"]["customer"] is None


@pytest.mark.parametrize(
    ("query", "field", "told"),
    [
        ("{ tenant { name } }", "tenant", "exactly one of id and databaseId"),
        ('{ tenant(id: "x") { name } }', "id", "not an id of this API"),
        ('{ node(id: "W10") { id } }', "id", "not an id of this API"),
        ("{ tenant(databaseId: 56) { customers(first: 1001) { totalCount } } }", "first", "0 to 1000"),
        ('{ tenant(databaseId: 56) { customers(after: "x") { totalCount } } }', "after", "not a cursor"),
        ("{ tenant(databaseId: 56) { customer { id } } }", "customer", "exactly one of id"),
        (
            "{ tenant(databaseId: 56) { analytics { clv { topCustomers(first: 0) { id } } } } }",
            "first",
            "first is 0; accepted are 1 to 1000",
        ),
        (
            "{ tenant(databaseId: 56) { analytics { churn { customersAtRisk(first: 2000) { id } } } } }",
            "first",
            "first is 2000; accepted are 1 to 1000",
        ),
    ],
)
async def test_wrong_input_is_told_with_what_is_accepted(scored, fail, query, field, told):
    error = await fail(query)
    assert error["extensions"]["code"] == "BAD_USER_INPUT"
    assert error["extensions"]["field"] == field
    assert told in error["message"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"5",
        b'"x"',
        b"[]",
        b'[{"query": "{ __typename }"}]',
        b"{",
        b"\xff\xfe",
        '{"query": "{ __typename }"}'.encode("utf-16"),
        b'{"query": "{ viewer { __typename } } # \xe9"}',
        b'{"query": "{ __typename }", "operationName": "\\ud800"}',
        b"[" * 100_000,
        b'{"variables":' * 50_000,
        b"{}",
        b'{"query": null}',
        b'{"query": ""}',
        b'{"query": 5}',
        b'{"query": ["{ __typename }"]}',
        b'{"query": "{ __typename }", "variables": 5}',
        b'{"query": "{ __typename }", "variables": "{}"}',
        b'{"query": "{ __typename }", "variables": []}',
        b'{"query": "{ __typename }", "extensions": 5}',
        b'{"query": "{ __typename }", "operationName": 5}',
        b'{"query": "{ __typename }", "operationName": {"a": 1}}',
    ],
    ids=lambda body: repr(body[:50]),
)
async def test_a_body_that_is_no_request_is_refused_in_json(client, body):
    answer = await client.post("/graphql", content=body, headers={"content-type": "application/json"})
    assert_refused(answer)


@pytest.mark.parametrize(
    "query", ["", "variables=5", "query={__typename}&variables=[]", "query={__typename}&variables={"]
)
async def test_a_get_that_is_no_request_is_refused_in_json(client, query):
    assert_refused(await client.get(f"/graphql?{query}"))


async def test_another_method_or_content_type_is_refused_in_json(client):
    assert_refused(await client.put("/graphql", json={"query": "{ __typename }"}), 405)
    assert_refused(await client.post("/graphql", content=b"{ __typename }"), 415)


async def test_a_get_answers_with_variables_and_a_browser_gets_the_page(scored, client):
    query = "query T($id: BigInt) { tenant(databaseId: $id) { slug } }"
    answer = await client.get("/graphql", params={"query": query, "variables": '{"id": 56}'})
    assert answer.json()["data"]["tenant"]["slug"]
    page = await client.get("/graphql", headers={"accept": "text/html"})
    assert page.headers["content-type"].startswith("text/html")


def assert_refused(answer, status=400):
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/json"
    (error,) = answer.json()["errors"]
    assert error["message"]
    assert error["extensions"] == {"code": "BAD_REQUEST"}


@pytest.mark.parametrize(
    "query",
    [
        "{ tenant(databaseId: 56) { name }",
        "{ nonsense }",
        "{ tenant(databaseId: 56) { nam } }",
        "{ tenant(databaseIx: 56) { name } }",
        "{ tenant(databaseId: {}) { name } }",
        "query A($a: Tenan) { tenant(databaseId: $a) { name } }",
        "query A($unused: Int) { viewer { __typename } }",
        "{ tenant(databaseId: $missing) { name } }",
        "{ viewer @skipp(if: true) { __typename } }",
        "{ node(id: 1) { ... on Custome { id } } }",
        "{ tenant(databaseId: 56) { analytics { churn { customersAtRisk(risk: AT_RIS) { id } } } } }",
        "{ a" * 5_000,
    ],
    ids=lambda query: query[:70],
)
async def test_a_query_that_is_none_is_refused_with_a_code_and_no_suggestion(client, query):
    answer = await client.post("/graphql", json={"query": query})
    for error in answer.json()["errors"]:
        assert error["extensions"] == {"code": "GRAPHQL_VALIDATION_FAILED"}
        assert "Did you mean" not in error["message"]


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("query A($id: BigInt!) { tenant(databaseId: $id) { name } }", {}),
        ("query A($id: BigInt!) { tenant(databaseId: $id) { name } }", {"id": [1]}),
        (
            "query A($risk: ChurnRisk!) { tenant(databaseId: 56) "
            "{ analytics { churn { customersAtRisk(risk: $risk) { id } } } } }",
            {"risk": "AT_RIS"},
        ),
    ],
)
async def test_wrong_variables_are_the_callers_input_and_get_no_suggestion(client, query, variables):
    answer = await client.post("/graphql", json={"query": query, "variables": variables})
    (error,) = answer.json()["errors"]
    assert error["extensions"] == {"code": "BAD_USER_INPUT"}
    assert "Did you mean" not in error["message"]


async def test_nobody_has_an_external_id_with_nul(scored, ask):
    query = "query C($of: String) { tenant(databaseId: 56) { customer(externalId: $of) { id } } }"
    assert (await ask(query, of="a\0b"))["tenant"]["customer"] is None
    literal = r'{ tenant(databaseId: 56) { customer(externalId: "a\u0000b") { id } } }'
    assert (await ask(literal))["tenant"]["customer"] is None


FRESHNESS = "computedAt dataThrough runId isStale modelVersion"
DIVERSE = [
    "{ viewer { tenants { nodes { name slug } } } }",
    "{ viewer { tenants(first: 5) { nodes { customers(first: $n) { totalCount nodes { "
    "email tenant { name } } } } } } }",
    "{ tenant(databaseId: 56) { customers(first: $n) { nodes { rfm { segment %s } clv { tier %s } "
    "churn { risk %s } } } } }" % ((FRESHNESS,) * 3),
    "{ nodes(ids: $ids) { id } }",
    "{ nodes(ids: $ids) { ... on Customer { tenant { name } rfm { segment } clv { tier isStale } } } }",
    '{ tenant(databaseId: 56) { a: customer(externalId: "C1") { email } '
    'b: customer(externalId: "C2") { email } } }',
    '{ a: tenant(databaseId: 56) { customer(externalId: "C1") { id } } '
    'b: tenant(databaseId: 56) { customer(externalId: "C2") { id } } c: tenant(databaseId: 57) { name } }',
    "{ tenant(databaseId: 56) { processing { status isStale run { step } } } }",
    "{ viewer { tenants { nodes { processing { status isStale } } } } }",
    "{ tenant(databaseId: 56) { analytics { rfm { isStale distribution { segment customerCount } } "
    "clv { overview { customerCount } } churn { computedAt } } } }",
    "{ tenant(databaseId: 56) { analytics { clv { topCustomers(first: $n) { email clv { tier } } } "
    "churn { customersAtRisk(first: $n) { email churn { risk } } } } } }",
    "{ tenant(databaseId: 56) { analytics { clv { topCustomers(first: $n) { email clv { tier } } } } } }",
    "{ viewer { tenants { nodes { scoringSettings { "
    "clv { months } segmentMap { cells } defaults { own } } } } } }",
    "{ tenant(databaseId: 56) { scoreRuns(first: $n) { totalCount nodes { status model { name } } } } }",
    "{ tenant(databaseId: 56) { analytics { rfm { "
    "migration { from { asOf } cells { customerCount } } } } } }",
    "{ tenant(databaseId: 56) { analytics { churn { customersAtRisk(first: $n) { "
    "churn { risk isStale } } } } } }",
]


@pytest.mark.parametrize("query", DIVERSE, ids=lambda query: query[:60])
async def test_a_query_costs_at_most_a_statement_a_level_whatever_the_page(scored, ask, count, query):
    found = await ask("{ tenant(databaseId: 56) { customers(first: 30) { nodes { id } } } }")
    wanted = json.dumps([each["id"] for each in found["tenant"]["customers"]["nodes"]])
    costs = []
    for size in (5, 200):
        count.clear()
        await ask(query.replace("$ids", wanted).replace("$n", str(size)))
        costs.append(len(count))
    assert costs[0] == costs[1] <= depth(query), count


def depth(query):
    levels = itertools.accumulate({"{": 1, "}": -1}.get(each, 0) for each in query)
    return max(levels)


async def test_a_64_bit_integer_out_of_range_is_refused(fail):
    error = await fail("query T($id: BigInt) { tenant(databaseId: $id) { name } }", id="9223372036854775808")
    assert "64-bit" in error["message"]
    assert error["extensions"]["code"] == "BAD_USER_INPUT"


async def test_an_unexpected_error_is_hidden_behind_an_id(scored, fail, monkeypatch):
    def broken(*arguments):
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr("resolvers.tenants.find", broken)
    with capture_logs() as logged:
        error = await fail("{ tenant(databaseId: 56) { name } }")
    assert error["extensions"]["code"] == "INTERNAL"
    assert "hunter2" not in str(error)
    assert [each["request_id"] for each in logged] == [error["extensions"]["requestId"]]
