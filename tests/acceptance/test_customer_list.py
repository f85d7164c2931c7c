"""Customers searched, filtered and sorted over the graph, against the plain tables."""

import pytest

from models.score import RISKS, SEGMENTS, TIERS
from resolvers.customer_list import SORTABLE
from schema.customer_sort import CustomerSortField

LIST = """
query List(
  $first: Int, $after: String, $last: Int, $before: String, $search: String, $filter: CustomerFilter,
  $orderBy: CustomerSort
) {
  tenant(databaseId: 56) {
    customers(
      first: $first, after: $after, last: $last, before: $before, query: $search, filter: $filter,
      orderBy: $orderBy
    ) {
      totalCount
      nodes { databaseId }
      pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
    }
  }
}
"""
TABLE = """
SELECT customer.id, name_norm AS name, last_name_norm AS last_name, created_at, segment AS rfm_segment,
    recency_score, frequency_score, monetary_score, recency_days, frequency, monetary, first_order_on,
    last_order_on, clv_tier, expected_value, predicted_value, churn_risk, churn_probability, alive_probability
FROM customer LEFT JOIN customer_score score
    ON score.tenant_id = customer.tenant_id AND customer_id = customer.id
    AND run_id = (SELECT run_id FROM score_current WHERE tenant_id = 56)
WHERE customer.tenant_id = 56
"""
RANKS = {
    "rfm_segment": SEGMENTS.index,
    "clv_tier": TIERS.index,
    "churn_risk": RISKS.index,
    **dict.fromkeys(("name", "last_name"), lambda text: text.encode()),
}


@pytest.fixture
def people(scored):
    """The customers of 56 as rows by column, some without scores, and another tenant's beside."""
    for each in range(9):
        scored.customer(56, f"new {each}")
    scored.owner.execute(
        "UPDATE customer SET first_name = (ARRAY['Ana', 'Özge', 'ben', NULL])[id % 4 + 1], "
        "last_name = (ARRAY['García', 'Öz', 'a b', 'de la Cruz', NULL])[id % 5 + 1], "
        "phone = '+54 11 4321-' || lpad(substr(external_id, 2), 4, '0'), "
        "created_at = CASE WHEN id % 7 > 0 THEN date '2024-01-01' + (id % 11)::int END"
    )
    scored.history(scored.tenant(57), 30)
    scored.owner.execute("UPDATE customer SET first_name = 'Ana' WHERE tenant_id = 57")
    cursor = scored.owner.execute(TABLE)
    names = [each.name for each in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def in_order(rows, name, *, down):
    """The ids, sorted by a column and then by id; rows without the value last."""
    rank = RANKS.get(name, lambda value: value)
    known = [row for row in rows if row[name] is not None]
    known.sort(key=lambda row: (rank(row[name]), row["id"]), reverse=down)
    rest = sorted((row["id"] for row in rows if row[name] is None), reverse=down)
    return [row["id"] for row in known] + rest


@pytest.fixture
def walk(ask):
    """All numbers of a list, page by page."""

    async def go(size, *, backwards=False, **arguments):
        found: list[int] = []
        cursor = None
        while True:
            window = {"last": size, "before": cursor} if backwards else {"first": size, "after": cursor}
            page = (await ask(LIST, **window, **arguments))["tenant"]["customers"]
            numbers = [int(each["databaseId"]) for each in page["nodes"]]
            found = numbers + found if backwards else found + numbers
            if not page["pageInfo"]["hasPreviousPage" if backwards else "hasNextPage"]:
                assert page["totalCount"] == len(found)
                return found
            cursor = page["pageInfo"]["startCursor" if backwards else "endCursor"]

    return go


async def test_every_order_both_ways_is_that_of_the_table(people, walk):
    assert {each.value for each in CustomerSortField} == set(SORTABLE)
    for field in CustomerSortField:
        for direction in ("ASC", "DESC"):
            order = {"field": field.name, "direction": direction}
            wanted = in_order(people, field.value, down=direction == "DESC")
            for backwards in (False, True):
                assert await walk(170, backwards=backwards, orderBy=order) == wanted, (order, backwards)


FILTERS = [
    ({"clvTier": {"eq": "HIGH"}}, lambda row: row["clv_tier"] == "high"),
    (
        {"rfmSegment": {"in": ["CHAMPIONS", "LOST"]}, "frequency": {"gte": 2, "lt": 6}},
        lambda row: row["rfm_segment"] in ("Champions", "Lost") and 2 <= row["frequency"] < 6,
    ),
    ({"rfmSegment": {"isNull": True}}, lambda row: row["rfm_segment"] is None),
    (
        {"not": {"churnRisk": {"in": ["CHURNED", "CHURNING"]}}},
        lambda row: row["churn_risk"] not in ("churned", "churning"),
    ),
    (
        {"any": [{"predictedValue": {"gt": "500.5"}}, {"recencyDays": {"lte": 30}}]},
        lambda row: (
            row["predicted_value"] is not None
            and (row["predicted_value"] > 500.5 or row["recency_days"] <= 30)
        ),
    ),
    (
        {"createdAt": {"gte": "2024-01-05T00:00:00Z"}, "lastOrderOn": {"gte": "2025-06-01"}},
        lambda row: (
            row["created_at"] is not None
            and row["created_at"].day >= 5
            and row["last_order_on"] is not None
            and str(row["last_order_on"]) >= "2025-06-01"
        ),
    ),
    (
        {"churnProbability": {"gt": 0.25, "lte": 0.75}, "monetaryScore": {"in": [4, 5]}},
        lambda row: (
            row["churn_probability"] is not None
            and 0.25 < row["churn_probability"] <= 0.75
            and row["monetary_score"] >= 4
        ),
    ),
    ({"name": {"startsWith": "ANA g"}}, lambda row: (row["name"] or "").startswith("ana g")),
    ({}, lambda row: True),
]


@pytest.mark.parametrize(("given", "holds"), FILTERS)
async def test_a_filter_holds_for_rows_and_total(people, walk, given, holds):
    rows = [row for row in people if holds(row)]
    assert rows
    order = {"field": "MONETARY", "direction": "DESC"}
    assert await walk(60, filter=given, orderBy=order) == in_order(rows, "monetary", down=True)
    assert await walk(90, filter=given, backwards=True) == sorted(row["id"] for row in rows)


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        (" C7@Example.COM ", lambda row: row["external_id"] == "C7"),
        ("C7", lambda row: row["external_id"] == "C7"),
        ("c7", lambda row: row["external_id"] == "C7"),
        ("ÖZ", lambda row: row["last_name"] == "oz" or (row["name"] or "").startswith("oz")),
        ("ozge de", lambda row: row["name"] == "ozge de la cruz"),
        ("ana garc", lambda row: row["name"] == "ana garcia"),
        ("ANÁ GARCÍA", lambda row: row["name"] == "ana garcia"),
        ("ana garci\u0301a", lambda row: row["name"] == "ana garcia"),
        ("4321-0007", lambda row: row["external_id"] == "C7"),
        ("+54 (11) 4321 0007", lambda row: row["external_id"] == "C7"),
        ("0007", lambda row: False),
        ("de la", lambda row: row["last_name"] == "de la cruz"),
        ("%", lambda row: False),
        (" ", lambda row: True),
        ("'; --", lambda row: False),
    ],
)
async def test_search_finds_by_email_external_id_name_and_telephone(people, walk, make, text, holds):
    known = dict(make.owner.execute("SELECT id, external_id FROM customer WHERE tenant_id = 56").fetchall())
    wanted = [row["id"] for row in people if holds(row | {"external_id": known[row["id"]]})]
    assert await walk(80, search=text) == sorted(wanted)


@pytest.mark.parametrize(
    ("arguments", "field", "told"),
    [
        ({"search": "x" * 201}, "query", "at most 200"),
        ({"search": "a\0"}, "query", "at most 200"),
        ({"filter": {"clvTier": {}}}, "filter.clvTier", "accepted are eq, in, notIn, isNull"),
        ({"filter": {"clvTier": None}}, "filter.clvTier", "clvTier: {isNull: true}"),
        ({"filter": {"monetary": {"gte": None}}}, "filter.monetary.gte", "is null"),
        ({"filter": {"monetary": {"gte": "1e50"}}}, "filter.monetary.gte", "an amount"),
        ({"filter": {"email": {"in": []}}}, "filter.email.in", "1 to 1,000"),
        ({"filter": {"any": [{"email": {"eq": "a\0"}}]}}, "filter.any[0].email.eq", "text of at most"),
        ({"filter": {"all": []}}, "filter.all", "at least one"),
    ],
    ids=str,
)
async def test_what_is_not_accepted_is_named(scored, fail, arguments, field, told):
    error = await fail(LIST, **arguments)
    assert (error["extensions"]["code"], error["extensions"]["field"]) == ("BAD_USER_INPUT", field)
    assert told in error["message"]


async def test_a_cursor_of_another_order_is_refused(scored, ask, fail):
    order = {"field": "MONETARY", "direction": "DESC"}
    page = (await ask(LIST, first=1, orderBy=order))["tenant"]["customers"]
    for name in ("after", "before"):
        for other in ({"field": "MONETARY"}, {"field": "FREQUENCY", "direction": "DESC"}, None):
            error = await fail(LIST, orderBy=other, **{name: page["pageInfo"]["endCursor"]})
            assert error["extensions"] == {"code": "BAD_USER_INPUT", "field": name}


async def test_totals_are_counted_only_where_asked_for(scored, ask, application):
    sent: list[str] = []
    application.state.database.on_statement = sent.append
    query = '{ tenant(databaseId: 56) { customers(query: "c") { nodes { id } } } }'
    await ask(query)
    assert "count(" not in sent[-1].partition("LIMIT")[0]
    await ask(query.replace("nodes { id }", "totalCount"))
    assert "count(" in sent[-1].partition("LIMIT")[0]


@pytest.mark.parametrize("depth", [9, 200, 900])
async def test_a_filter_nested_too_deeply_is_refused(scored, client, depth):
    given: dict[str, object] = {"email": {"eq": "a"}}
    for _ in range(depth):
        given = {"not": given}
    answer = await client.post("/graphql", json={"query": LIST, "variables": {"filter": given}})
    (error,) = answer.json()["errors"]
    assert error["extensions"]["code"] in ("BAD_USER_INPUT", "GRAPHQL_VALIDATION_FAILED"), error
    assert "too deep" in error["message"]
