"""REST v2 and the graph tell the same numbers, each path of what they share."""

import httpx
import pytest

RFM = """{ tenant(databaseId: 56) { analytics { rfm {
  overview { customerCount averageRecencyDays averageFrequency averageMonetary { amount }
    totalRevenue { amount } }
  distribution { segment customerCount share averageRecencyDays averageFrequency
    averageMonetary { amount } }
} } } }"""
CLV = """{ tenant(databaseId: 56) { analytics { clv {
  overview { customerCount averagePredictedValue { amount } totalPredictedValue { amount } }
  distribution { tier customerCount }
  topCustomers(first: 20) { databaseId email rfm { frequency }
    clv { historicalValue { amount } predictedValue { amount } tier } }
} } } }"""
CHURN = """{ tenant(databaseId: 56) { analytics { churn {
  overview { customerCount churnRate }
  distribution { risk customerCount }
  customersAtRisk(first: 20) { databaseId churn { risk probability } }
} } } }"""


def number(value):
    """An amount of the graph, or a figure, as REST writes it."""
    return round(float(value["amount"] if isinstance(value, dict) else value or 0), 2)


def name(enumeration):
    return enumeration.replace("_", " ").title().replace(" To ", " to ")


async def analytics(client, kind, **params):
    answer = await client.get(f"/api/v2/cdp/analytics/{kind}", params={"tenant_id": 56, **params})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def test_rfm(scored, client, ask):
    graph = (await ask(RFM))["tenant"]["analytics"]["rfm"]
    rest = await analytics(client, "rfm")
    figures = ("averageRecencyDays", "averageFrequency", "averageMonetary")
    overview = rest["overview"]
    del overview["last_calculation"]
    assert [*overview.values()] == [
        graph["overview"]["customerCount"],
        *(number(graph["overview"][each]) for each in (*figures, "totalRevenue")),
    ]
    assert [[*row.values()] for row in rest["distribution"]] == [
        [
            name(row["segment"]),
            row["customerCount"],
            pytest.approx(100 * row["share"], abs=0.01),
            *(number(row[each]) for each in figures),
        ]
        for row in graph["distribution"]
    ]
    counts = {row["segment"]: row["customer_count"] for row in rest["distribution"]}
    assert {each: len(ids) for each, ids in rest["segments"].items()} == {
        each: min(100, counts[each]) for each in counts
    }


async def test_clv(scored, client, ask):
    graph = (await ask(CLV))["tenant"]["analytics"]["clv"]
    rest = await analytics(client, "clv", limit=20)
    assert [rest["overview"][each] for each in ("total_customers", "avg_clv", "total_clv")] == [
        graph["overview"]["customerCount"],
        number(graph["overview"]["averagePredictedValue"]),
        number(graph["overview"]["totalPredictedValue"]),
    ]
    assert rest["overview"]["distribution"] == {
        row["tier"].lower(): row["customerCount"] for row in graph["distribution"]
    }
    assert rest["top_customers"] == [
        {
            "customer_id": int(row["databaseId"]),
            "email": row["email"],
            "historical_value": float(row["clv"]["historicalValue"]["amount"]),
            "predicted_value": float(row["clv"]["predictedValue"]["amount"]),
            "total_orders": row["rfm"]["frequency"],
            "clv_tier": row["clv"]["tier"].lower(),
        }
        for row in graph["topCustomers"]
    ]


async def test_churn(scored, client, ask):
    graph = (await ask(CHURN))["tenant"]["analytics"]["churn"]
    rest = await analytics(client, "churn", limit=20)
    overview = rest["overview"]
    assert overview["total_customers"] == graph["overview"]["customerCount"]
    assert overview["churn_rate"] == graph["overview"]["churnRate"]
    assert overview["distribution"] == {
        row["risk"].lower(): row["customerCount"] for row in graph["distribution"]
    }
    assert overview["at_risk_count"] == overview["distribution"]["at_risk"]
    found = [
        (row["customer_id"], row["churn_risk"], row["churn_probability"]) for row in rest["at_risk_customers"]
    ]
    assert found == [
        (int(row["databaseId"]), row["churn"]["risk"].lower(), row["churn"]["probability"])
        for row in graph["customersAtRisk"]
    ]
    for row in rest["at_risk_customers"]:
        assert scored.owner.execute(
            "SELECT last_order_on::text, recency_days FROM customer_score WHERE customer_id = %s",
            [row["customer_id"]],
        ).fetchone() == (row["last_order_date"], row["days_since_last_order"])


@pytest.mark.parametrize(
    ("kind", "params", "rows"),
    [
        ("rfm", {"segment": "champion"}, "segments"),
        ("rfm", {"segment": "LOYAL customers"}, "segments"),
        ("clv", {"tier": "High"}, "top_customers"),
        ("churn", {"risk_level": "CHURNED"}, "at_risk_customers"),
    ],
)
async def test_a_filter_narrows_lists_and_never_the_overview(scored, client, kind, params, rows):
    whole, narrowed = await analytics(client, kind), await analytics(client, kind, **params)
    assert narrowed["overview"] == whole["overview"]
    assert narrowed[rows] != whole[rows]
    few = await analytics(client, kind, limit=2, **params)
    lists = few[rows].values() if isinstance(few[rows], dict) else [few[rows]]
    assert all(len(each) == 2 for each in lists)


@pytest.mark.parametrize(
    ("path", "statements"),
    [
        ("customers/{customer}/profile?tenant_id=56", 1),
        ("customers/{customer}/timeline?tenant_id=56", 2),
        ("analytics/rfm?tenant_id=56", 2),
        ("analytics/clv?tenant_id=56&limit=1000", 2),
        ("analytics/churn?tenant_id=56&limit=1000", 2),
        ("process/status/56", 3),
        ("segments?tenant_id=56", 2),
        ("segments/{segment}/members?tenant_id=56", 3),
        ("segments/{segment}/members?tenant_id=56&offset=3", 4),
    ],
)
async def test_a_path_takes_so_many_statements(scored, application, client, path, statements):
    (customer,) = scored.owner.execute("SELECT min(id) FROM customer").fetchone()
    (segment,) = scored.owner.execute(
        "INSERT INTO segment (tenant_id, name, type, member_count) "
        "VALUES (56, 'Some', 'static', 9) RETURNING id"
    ).fetchone()
    scored.owner.execute(
        "INSERT INTO segment_member (tenant_id, segment_id, customer_id) "
        "SELECT 56, %s, id FROM customer ORDER BY id LIMIT 9",
        [segment],
    )
    sent: list[str] = []
    application.state.database.on_statement = sent.append
    path = f"/api/v2/cdp/{path}".format(customer=customer, segment=segment)
    first = await client.get(path)
    assert first.status_code == 200, first.text
    assert len(sent) == statements, sent
    if "analytics" in path:
        again = await client.get(path)
        assert (again.content, len(sent)) == (first.content, statements + 1), (
            "kept, so only its version is asked"
        )


@pytest.mark.parametrize(
    "path",
    [
        "analytics/rfm?tenant_id=56&segment=At%20Risk&limit=7",
        "analytics/clv?tenant_id=56&tier=low",
        "analytics/churn?tenant_id=56",
        "customers/1/profile?tenant_id=56",
        "analytics/rfm?tenant_id=999",
        "customers/987654/profile?tenant_id=56",
        "analytics/rfm?tenant_id=56&segment=Best",
        "analytics/clv?tenant_id=56&limit=0",
    ],
)
@pytest.mark.parametrize("known", [False, True])
async def test_the_short_way_answers_as_the_long_one_does(scored, client, path, known):
    path = f"/api/v2/cdp/{path}"
    answers = []
    for longer in ("", "&unknown=1"):
        asked = httpx.URL(path + longer)
        headers = {}
        if known:
            headers["If-None-Match"] = (await client.get(asked)).headers.get("etag", "none")
        answers.append(await client.get(asked, headers=headers))
    short, long = answers
    assert (short.status_code, short.content) == (long.status_code, long.content)
    own = {"x-request-id", "etag", "ratelimit", "ratelimit-remaining", "ratelimit-reset"}
    assert {k: v for k, v in short.headers.items() if k not in own} == {
        k: v for k, v in long.headers.items() if k not in own
    }
    assert ("etag" in short.headers) == ("etag" in long.headers) == (short.status_code in (200, 304))
