"""What one operation may ask for: refused before it is executed, and told in the answer."""

import json
import sys

import httpx
import pytest
from graphql import get_introspection_query
from pydantic import SecretStr

from app import create
from kit.config import Settings
from kit.errors import ConfigurationError

DEEP = "{ tenant(databaseId: 56) { customers(first: 1) { nodes { %s } } } }"


@pytest.fixture
async def served(urls):
    """A client of an application with other settings: `async with served(name=value) as client`."""

    def of(**settings):
        return _Serving(Settings(database_url=SecretStr(urls.app), **settings))

    return of


class _Serving:
    def __init__(self, settings):
        self._app = create(settings)

    async def __aenter__(self):
        self._lifespan = self._app.router.lifespan_context(self._app)
        await self._lifespan.__aenter__()
        transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
        self._client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")
        return self._client

    async def __aexit__(self, *error):
        await self._client.aclose()
        await self._lifespan.__aexit__(*error)


async def post(client, query, **more):
    return (await client.post("/graphql", json={"query": query, **more})).json()


async def refused(client, query, **more):
    """The error of a query that is refused, the same over GET, and over our own media type with a 400."""
    content = await post(client, query, **more)
    assert "data" not in content
    if len(query) < 60_000:
        params = {"query": query} | {name: json.dumps(value) for name, value in more.items()}
        assert (await client.get("/graphql", params=params)).json() == content
    answer = await client.post(
        "/graphql",
        json={"query": query, **more},
        headers={"Accept": "application/graphql-response+json"},
    )
    assert (answer.status_code, answer.json()) == (400, content)
    assert answer.headers["content-type"] == "application/graphql-response+json; charset=utf-8"
    return content["errors"][0]


async def test_the_cost_is_told_and_multiplies_through_pages(scored, client):
    query = "query Q($n: Int = 7) { tenant(databaseId: 56) { customers(first: $n) { %s } } }"
    costs = {
        "totalCount": 12,
        "nodes { id }": 9,
        "edges { cursor node { id rfm { segment } } }": 2 + 7 * 3,
        "nodes { rfm { segment } clv { tier } }": 2 + 7 * 3,
        "nodes { id ... on Customer { rfm { segment } } ...F }": 2 + 7 * 3,
        "nodes { id rfm @skip(if: true) { segment } }": 2 + 7,
    }
    for selected, expected in costs.items():
        fragment = "fragment F on Customer { churn { risk } }" if "...F" in selected else ""
        answer = await post(client, query % selected + fragment)
        assert answer["extensions"] == {"cost": {"requested": expected, "limit": 20_000}}, selected
    answer = await post(client, query % "nodes { id }", variables={"n": 20})
    assert answer["extensions"]["cost"]["requested"] == 22


@pytest.mark.parametrize(
    ("arguments", "points"),
    [
        ("", 30),
        ('(until: "2020-01-01")', 30),
        ('(from: "2020-01-01", until: "2020-12-31")', 367),
        ('(from: "2020-01-01", until: "2020-12-31", interval: WEEK)', 54),
        ('(from: "2020-01-01", until: "2020-12-31", interval: MONTH)', 15),
        ('(from: "1990-01-01")', 1000),
        ('(from: "2020-01-01", until: "2019-12-31")', 2),
    ],
)
async def test_sales_cost_their_points(scored, client, arguments, points):
    fields = "{ points { orderCount revenue { amount } } ...F } } } } fragment F on SalesAnalytics { runId }"
    answer = await post(client, f"{{ tenant(databaseId: 56) {{ analytics {{ sales{arguments} {fields}")
    cost = (answer.get("extensions") or answer["errors"][0]["extensions"])["cost"]
    assert cost["requested"] == 3 + 2 * points


async def test_variables_tell_the_points_of_sales(scored, client):
    query = (
        "query Q($day: Date, $interval: SalesInterval = MONTH) { tenant(databaseId: 56) { analytics "
        '{ sales(from: $day, until: "2020-12-31", interval: $interval) { points { orderCount } } } } }'
    )
    for variables, points in (({"day": "2020-01-01"}, 15), ({"day": "2020-01-01", "interval": "DAY"}, 367)):
        answer = await post(client, query, variables=variables)
        assert answer["extensions"]["cost"]["requested"] == 3 + points


async def test_cohorts_cost_their_months(scored, client):
    query = "{ tenant(databaseId: 56) { analytics { cohorts%s { cohorts { month periods { from } } } } } }"
    for arguments, months in (("", 12), ("(months: 120)", 120)):
        answer = await post(client, query % arguments)
        assert answer["extensions"]["cost"]["requested"] == 3 + months * (1 + (months + 1) // 2)


async def test_a_costly_operation_is_refused_with_the_budget(scored, client):
    query = (
        "{ tenant(databaseId: 56) { customers(first: 1000) { nodes { tenant { "
        "customers(first: 100) { nodes { id } } } } } } }"
    )
    error = await refused(client, query)
    assert error["message"].startswith("The operation costs 103002; at most 20000 is accepted.")
    assert error["extensions"] == {
        "code": "GRAPHQL_VALIDATION_FAILED",
        "bound": "cost",
        "requested": 103_002,
        "limit": 20_000,
    }


async def test_fragments_that_double_at_every_step_are_priced_in_no_time(client):
    doubling = " ".join(
        f"fragment F{n} on Customer {{ ...F{n + 1} "
        f"tenant {{ customers(first: 1) {{ nodes {{ ...F{n + 1} }} }} }} }}"
        for n in range(60)
    )
    query = DEEP % "...F0" + doubling + "fragment F60 on Customer { id }"
    assert (await refused(client, query))["extensions"]["bound"] == "depth"


@pytest.mark.parametrize(
    ("query", "bound"),
    [
        ("{ " + "viewer { tenants { nodes { name } } } " * 10_000 + "}", "tokens"),
        (DEEP % "id {", None),
        ("{ " + " ".join(f"a{n}: __typename" for n in range(101)) + " }", "aliases"),
        ("{ " + "viewer { __typename } " * 102 + "}", "aliases"),
        ("{ viewer { " + ("... { " + "tenants { nodes { id } } " * 60 + "} ") * 2 + "} }", "aliases"),
        ("{ viewer { " + "...F " * 102 + "} } fragment F on Viewer { __typename }", "aliases"),
        ("{ __typename " + "@skip(if: false) " * 51 + "}", "directives"),
    ],
    ids=["tokens", "unfinished", "aliases", "repeated", "in line", "spread", "directives"],
)
async def test_bounds_of_a_document(client, query, bound):
    error = await refused(client, query)
    assert error["extensions"]["code"] == "GRAPHQL_VALIDATION_FAILED"
    assert error["extensions"].get("bound") == bound


async def test_a_long_document_is_refused_by_the_lexer(client, monkeypatch):
    guard = sys.modules["schema.limits.checks"]
    monkeypatch.setattr(guard, "measure", None)
    monkeypatch.setattr(guard, "validate_document", None)
    error = await refused(client, "{ " + "viewer { __typename } " * 12_500 + "}")
    assert error["extensions"] == {"code": "GRAPHQL_VALIDATION_FAILED", "bound": "tokens", "limit": 5_000}


async def test_depth_is_counted_through_fragments(client):
    inner = "id"
    for _ in range(5):
        inner = f"tenant {{ customer(databaseId: 1) {{ {inner} }} }}"
    assert (await post(client, DEEP % inner))["data"] == {"tenant": None}
    deeper = (
        DEEP % "...F" + f"fragment F on Customer {{ tenant {{ customer(databaseId: 1) {{ {inner} }} }} }}"
    )
    error = await refused(client, deeper)
    assert error["extensions"] | {"bound": "depth", "requested": 16, "limit": 15} == error["extensions"]


async def test_a_fragment_within_itself_is_refused_as_such(client):
    query = DEEP % "...F" + "fragment F on Customer { id ...F }"
    assert "Cannot spread fragment 'F' within itself" in (await refused(client, query))["message"]


async def test_the_schema_may_be_asked_for_until_it_is_switched_off(client, served):
    assert "__schema" in (await post(client, get_introspection_query()))["data"]
    async with served(graphql_introspection=False) as closed:
        error = await refused(closed, "{ __schema { types { name } } }")
        assert "introspection" in error["message"]
        assert (await post(closed, "{ __typename }"))["data"] == {"__typename": "Query"}


async def test_introspection_has_its_price(client):
    query = get_introspection_query(input_value_deprecation=True, specified_by_url=True)
    answer = await post(client, query)
    assert 2_000 < answer["extensions"]["cost"]["requested"] < 10_000
    fields = "{ types { fields { name args { name } type { name } } } } "
    many = "{ " + " ".join(f"a{n}: __schema {fields}" for n in range(99)) + "}"
    assert (await refused(client, many))["extensions"]["bound"] == "cost"
    deep = "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }"
    assert "introspection depth" in (await refused(client, deep))["message"]


@pytest.mark.parametrize(
    ("given", "variables"), [("first: 51", {}), ("last: 51", {}), ("first: $n", {"n": 51})]
)
async def test_a_page_longer_than_is_set_is_refused_by_name(scored, served, given, variables):
    query = f"query Q($n: Int) {{ tenant(databaseId: 56) {{ customers({given}) {{ nodes {{ id }} }} }} }}"
    query = query if variables else query.replace("query Q($n: Int) ", "")
    name = given.partition(":")[0]
    async with served(graphql_max_page=50) as client:
        error = await refused(client, query, **({"variables": variables} if variables else {}))
        assert error["message"] == f"{name} is 51; accepted are 0 to 50."
        assert error["extensions"] == {"code": "BAD_USER_INPUT", "field": name}


async def test_a_body_larger_than_is_set_is_refused_in_the_graphs_own_form(served):
    async with served(max_body_bytes=2_000) as client:
        body = {"query": "{ __typename }" + " " * 2_000}
        answer = await client.post("/graphql", json=body)
        assert answer.status_code == 413
        assert answer.json() == {
            "errors": [
                {"message": "The body is larger than 2000 bytes.", "extensions": {"code": "BAD_REQUEST"}}
            ]
        }
        answer = await client.post(
            "/graphql", json=body, headers={"Accept": "application/graphql-response+json"}
        )
        assert answer.headers["content-type"] == "application/graphql-response+json; charset=utf-8"
        assert (await client.post("/api/v2/segments", json=body)).json()["success"] is False


async def test_settings_move_the_bounds(scored, served):
    async with served(graphql_max_cost=5) as client:
        assert (await refused(client, DEEP % "rfm { segment } clv { tier } churn { risk }"))["extensions"][
            "limit"
        ] == 5


MANIFEST = {"aaa": "{ __typename }", "bbb": "mutation M { __typename }"}


@pytest.fixture
def manifest(tmp_path):
    path = tmp_path / "persisted-documents.json"
    path.write_text(json.dumps(MANIFEST))
    return path


async def test_trusted_documents_are_asked_for_by_their_hash(served, manifest):
    async with served(trusted_documents="only", trusted_documents_file=manifest) as client:
        wanted = {"data": {"__typename": "Query"}}
        for body in (
            {"documentId": "aaa"},
            {"extensions": {"persistedQuery": {"version": 1, "sha256Hash": "aaa"}}},
            {"query": "{ __typename }"},
        ):
            found = (await client.post("/graphql", json=body)).json()
            assert {"data": found["data"]} == wanted
        assert (await client.get("/graphql", params={"documentId": "aaa"})).json()["data"] == wanted["data"]
        assert (await client.get("/graphql", params={"documentId": "bbb"})).status_code == 405
        for query in ("{ viewer { tenants { nodes { id } } } }", "{ __typename  }"):
            assert (await refused(client, query))["extensions"]["code"] == "FORBIDDEN"
        unknown = (await client.post("/graphql", json={"documentId": "zzz"})).json()
        assert unknown["errors"][0]["extensions"]["code"] == "PERSISTED_QUERY_NOT_FOUND"


async def test_allowed_documents_leave_others_alone(served, manifest):
    async with served(trusted_documents="allow", trusted_documents_file=manifest) as client:
        assert (await client.post("/graphql", json={"documentId": "aaa"})).json()["data"]
        assert (await post(client, "{ viewer { __typename } }"))["data"]


@pytest.mark.parametrize("content", [None, "[]", '{"a": 1}', "no json"])
def test_a_wrong_manifest_stops_the_start(tmp_path, content):
    path = tmp_path / "manifest.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(ConfigurationError, match="manifest"):
        create(Settings(trusted_documents="only", trusted_documents_file=path))


def test_trusted_documents_need_a_manifest():
    with pytest.raises(ConfigurationError, match="CDP_TRUSTED_DOCUMENTS_FILE"):
        create(Settings(trusted_documents="allow"))
