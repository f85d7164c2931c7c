"""REST v2 over HTTP: the reference's shapes, values that are the graph's, errors in words."""

import re

import httpx
import pytest
from pydantic import SecretStr

from app import create
from kit.config import Settings
from resolvers.processing.process import process
from resolvers.processing.request import Request

INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")


async def test_process_computes_and_answers_as_documented(make, client, worker):
    make.history(make.tenant(), 300)
    answer = await client.post("/api/v2/cdp/process/56", json={"analyses": ["rfm"], "force": False})
    content = answer.json()
    assert answer.status_code == 200, content
    assert list(content) == ["success", "message", "tenant_id", "results"]
    assert (content["success"], content["tenant_id"]) == (True, 56)
    assert content["message"] == "CDP processing completed successfully"
    assert list(content["results"]) == ["rfm"]
    rfm = content["results"]["rfm"]
    assert list(rfm) == ["total_processed", "segments", "processing_time"]
    assert list(rfm["segments"][0]) == ["segment", "count", "percentage"]
    assert sum(each["count"] for each in rfm["segments"]) == rfm["total_processed"]
    assert round(sum(each["percentage"] for each in rfm["segments"]), 2) == 100


async def test_an_empty_body_means_all_three_and_fresh_results_are_returned(make, client, worker):
    make.history(make.tenant(), 300)
    first = (await client.post("/api/v2/cdp/process/56")).json()
    assert list(first["results"]) == ["rfm", "clv", "churn"]
    assert list(first["results"]["clv"]["tiers"][0]) == ["tier", "count", "percentage"]
    assert list(first["results"]["churn"]["risk_levels"][0]) == ["risk_level", "count", "percentage"]
    again = (await client.post("/api/v2/cdp/process/56", json={})).json()
    assert again["message"] == "CDP results are up to date"
    assert again["results"] == first["results"]
    forced = (await client.post("/api/v2/cdp/process/56", json={"force": True})).json()
    assert forced["message"] == "CDP processing completed successfully"


async def test_scores_as_of_a_day_go_on_so_and_say_so_until_told_otherwise(make, client, worker):
    make.history(make.tenant(), 50)

    async def process(**body):
        answer = await client.post("/api/v2/cdp/process/56", json=body)
        (run,) = make.owner.execute(
            "SELECT as_of_requested FROM score_run WHERE id = (SELECT run_id FROM score_current)"
        ).fetchone()
        return answer.json()["message"], run

    first = await process(as_of="2025-06-01")
    assert first == ("CDP processing completed successfully as of 2025-06-01", "2025-06-01")
    assert await process() == ("CDP results are up to date as of 2025-06-01", "2025-06-01")
    assert await process(force=True) == first
    assert await process(as_of="latest") == ("CDP processing completed successfully", "latest")
    assert await process() == ("CDP results are up to date", "latest")
    assert await process(as_of="now") == ("CDP processing completed successfully", "now")
    assert await process() == ("CDP results are up to date", "now")
    refused = await client.post("/api/v2/cdp/process/56", json={"as_of": "yesterday"})
    assert refused.status_code == 400
    assert "2011-12-10" in refused.json()["details"]


async def test_without_a_worker_the_answer_is_202_and_the_status_tells_more(make, client):
    make.history(make.tenant(), 20)
    answer = await client.post("/api/v2/cdp/process/56", headers={"Prefer": "respond-async"})
    assert answer.status_code == 202
    assert answer.headers["location"] == "/api/v2/cdp/process/status/56"
    status = (await client.get(answer.headers["location"])).json()
    assert (status["status"], status["run_id"]) == ("processing", answer.json()["run_id"])


async def test_a_run_that_outlasts_its_caller_s_wait_is_202_and_ends_all_the_same(make, urls):
    make.history(make.tenant(), 20)
    app = create(Settings(database_url=SecretStr(urls.app), process_wait_seconds=1))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client,
    ):
        answer = await client.post("/api/v2/cdp/process/56", json={"analyses": ["rfm"]})
        assert answer.status_code == 202, answer.text
        where = answer.headers["location"]
        assert where == "/api/v2/cdp/process/status/56"
        (run,) = make.owner.execute("SELECT id FROM score_run").fetchone()
        assert answer.json() == {
            "success": True,
            "message": "CDP processing goes on",
            "tenant_id": 56,
            "run_id": run,
        }
        process(urls.app, 56, Request.of(["rfm"]), run_id=run)
        status = (await client.get(where)).json()
        assert (status["status"], status["run_id"]) == ("processed", run)
        again = await client.post("/api/v2/cdp/process/56", json={"analyses": ["rfm"]})
        assert (again.status_code, again.json()["message"]) == (200, "CDP results are up to date")


async def test_a_run_that_fails_says_why(make, client, urls):
    make.history(make.tenant(), 20)
    await client.post("/api/v2/cdp/process/56", headers={"Prefer": "respond-async"})
    make.owner.execute("UPDATE score_run SET status = 'failed', error = 'No luck.'")
    status = (await client.get("/api/v2/cdp/process/status/56")).json()
    assert (status["status"], status["error"]) == ("failed", "No luck.")


async def test_a_run_that_died_is_shown_as_failed(make, client):
    make.tenant()
    make.owner.execute(
        "INSERT INTO score_run (tenant_id, status, analyses, as_of, as_of_requested, step) "
        "VALUES (56, 'running', '{rfm}', now(), 'now', 'analysing')"
    )
    status = (await client.get("/api/v2/cdp/process/status/56")).json()
    assert (status["status"], status["error"]) == ("failed", "The run was interrupted.")


async def test_status_has_the_documented_shape(scored, client):
    status = (await client.get("/api/v2/cdp/process/status/56")).json()
    documented = ["status", "last_processed", "hours_since_last_sync", "is_stale", "records_processed"]
    assert list(status)[:5] == documented
    assert status["status"] == "processed"
    assert INSTANT.match(status["last_processed"])
    assert (status["hours_since_last_sync"], status["is_stale"]) == (0, False)
    assert isinstance(status["records_processed"], str)
    assert int(status["records_processed"]) > 300


async def test_status_before_the_first_run(make, client):
    make.tenant()
    status = (await client.get("/api/v2/cdp/process/status/56")).json()
    assert (status["status"], status["last_processed"]) == ("never_processed", None)
    assert (status["records_processed"], status["is_stale"]) == ("0", True)


async def test_rfm_has_the_documented_shape(scored, client):
    content = (await client.get("/api/v2/cdp/analytics/rfm", params={"tenant_id": 56, "limit": 3})).json()
    assert list(content) == ["success", "message", "data"]
    data = content["data"]
    assert list(data) == ["overview", "distribution", "segments"]
    assert list(data["overview"]) == [
        "total_customers",
        "avg_recency",
        "avg_frequency",
        "avg_monetary",
        "total_revenue",
        "last_calculation",
    ]
    assert INSTANT.match(data["overview"]["last_calculation"])
    assert list(data["distribution"][0]) == [
        "segment",
        "customer_count",
        "percentage",
        "avg_recency",
        "avg_frequency",
        "avg_monetary",
    ]
    assert all(len(each) <= 3 for each in data["segments"].values())
    assert all(isinstance(each, str) for each in data["segments"]["Champions"])


async def test_a_segment_narrows_lists_and_distribution_but_not_the_overview(scored, client):
    everything = (await client.get("/api/v2/cdp/analytics/rfm", params={"tenant_id": 56})).json()["data"]
    params = {"tenant_id": 56, "segment": "champion"}
    narrowed = (await client.get("/api/v2/cdp/analytics/rfm", params=params)).json()["data"]
    assert narrowed["overview"] == everything["overview"]
    assert list(narrowed["segments"]) == ["Champions"]
    assert [row["segment"] for row in narrowed["distribution"]] == ["Champions"]


async def test_clv_and_churn_have_the_documented_shapes(scored, client):
    clv = (await client.get("/api/v2/cdp/analytics/clv", params={"tenant_id": 56, "tier": "LOW"})).json()
    assert list(clv) == ["success", "data"]
    assert list(clv["data"]["overview"]) == ["total_customers", "avg_clv", "total_clv", "distribution"]
    assert list(clv["data"]["overview"]["distribution"]) == ["high", "medium", "low"]
    top = clv["data"]["top_customers"][0]
    assert list(top) == [
        "customer_id",
        "email",
        "historical_value",
        "predicted_value",
        "total_orders",
        "clv_tier",
    ]
    assert (type(top["customer_id"]), top["clv_tier"]) == (int, "low")
    churn = (await client.get("/api/v2/cdp/analytics/churn", params={"tenant_id": 56})).json()["data"]
    overview = churn["overview"]
    assert list(overview) == ["total_customers", "churn_rate", "at_risk_count", "distribution"]
    lost = overview["distribution"]["churning"] + overview["distribution"]["churned"]
    assert overview["churn_rate"] == pytest.approx(lost / overview["total_customers"])
    row = churn["at_risk_customers"][0]
    assert list(row) == [
        "customer_id",
        "last_order_date",
        "days_since_last_order",
        "churn_probability",
        "churn_risk",
    ]
    assert row["churn_risk"] == "at_risk"
    assert re.match(r"^\d{4}-\d\d-\d\d$", row["last_order_date"])


async def test_before_the_first_run_counts_are_zero(make, client):
    make.tenant()
    for kind in ("rfm", "clv", "churn"):
        answer = await client.get(f"/api/v2/cdp/analytics/{kind}", params={"tenant_id": 56})
        assert answer.status_code == 200
        assert answer.json()["data"]["overview"]["total_customers"] == 0
    rfm = (await client.get("/api/v2/cdp/analytics/rfm", params={"tenant_id": 56})).json()["data"]
    assert rfm["overview"]["last_calculation"] is None


async def test_profile_has_the_documented_shape_and_the_graphs_values(scored, client, ask):
    graph = (
        await ask(
            """{ tenant(databaseId: 56) { analytics { clv { topCustomers(first: 1) {
              databaseId email
              rfm { segment recencyDays frequency monetary { amount } score }
              clv { historicalValue { amount } predictedValue { amount } tier }
              churn { risk probability }
            } } } } }"""
        )
    )["tenant"]["analytics"]["clv"]["topCustomers"][0]
    path = f"/api/v2/cdp/customers/{graph['databaseId']}/profile"
    content = (await client.get(path, params={"tenant_id": 56})).json()
    assert list(content["data"]) == ["customer", "rfm", "clv", "churn"]
    data = content["data"]
    assert list(data["customer"]) == ["id", "email", "first_name", "last_name", "created_at"]
    assert (data["customer"]["id"], data["customer"]["email"]) == (int(graph["databaseId"]), graph["email"])
    assert data["rfm"] == {
        "segment": graph["rfm"]["segment"].replace("_", " ").title().replace(" To ", " to "),
        "recency_days": graph["rfm"]["recencyDays"],
        "frequency": graph["rfm"]["frequency"],
        "monetary": float(graph["rfm"]["monetary"]["amount"]),
        "rfm_score": graph["rfm"]["score"],
    }
    assert data["clv"] == {
        "historical_value": float(graph["clv"]["historicalValue"]["amount"]),
        "predicted_value": float(graph["clv"]["predictedValue"]["amount"]),
        "clv_tier": graph["clv"]["tier"].lower(),
    }
    assert data["churn"] == {
        "risk": graph["churn"]["risk"].lower(),
        "probability": graph["churn"]["probability"],
    }


async def test_a_profile_without_scores_has_nulls(make, client):
    number = make.customer(make.tenant(), "ana", email="Ana@Example.com")
    data = (await client.get(f"/api/v2/cdp/customers/{number}/profile", params={"tenant_id": 56})).json()[
        "data"
    ]
    assert (data["rfm"], data["clv"], data["churn"]) == (None, None, None)
    assert data["customer"]["email"] == "Ana@Example.com"


@pytest.mark.parametrize("path", ["analytics/rfm", "analytics/clv", "analytics/churn"])
async def test_both_faces_tell_the_same_totals(scored, client, ask, path):
    name = path.rpartition("/")[2]
    rest = (await client.get(f"/api/v2/cdp/{path}", params={"tenant_id": 56})).json()["data"]["overview"]
    graph = await ask(
        f"{{ tenant(databaseId: 56) {{ analytics {{ {name} {{ overview {{ customerCount }} }} }} }} }}"
    )
    assert graph["tenant"]["analytics"][name]["overview"]["customerCount"] == rest["total_customers"] > 300


@pytest.mark.parametrize(
    ("path", "statements"),
    [
        ("/api/v2/cdp/customers/{customer}/profile?tenant_id=56", 2),
        ("/api/v2/cdp/analytics/rfm?tenant_id=56", 3),
        ("/api/v2/cdp/analytics/clv?tenant_id=56", 5),
        ("/api/v2/cdp/process/status/56", 3),
    ],
)
async def test_a_path_takes_few_statements(scored, application, client, path, statements):
    sent: list[str] = []
    application.state.database.on_statement = sent.append
    (number,) = scored.owner.execute("SELECT min(id) FROM customer").fetchone()
    answer = await client.get(path.format(customer=number))
    assert answer.status_code == 200
    assert len(sent) <= statements, sent


@pytest.mark.parametrize(
    ("method", "path", "status", "error", "details"),
    [
        ("GET", "/api/v2/cdp/analytics/rfm", 400, "Invalid request parameters", "tenant_id is required"),
        ("GET", "/api/v2/cdp/analytics/rfm?tenant_id=x", 400, "Invalid request parameters", "tenant_id: "),
        ("GET", "/api/v2/cdp/analytics/rfm?tenant_id=0", 400, "Invalid request parameters", "tenant_id: "),
        ("GET", f"/api/v2/cdp/analytics/rfm?tenant_id={2**63}", 400, "Invalid", "tenant_id: "),
        ("GET", "/api/v2/cdp/analytics/rfm?tenant_id=56&limit=1001", 400, "Invalid", "limit: "),
        ("GET", "/api/v2/cdp/analytics/rfm?tenant_id=56&segment=Best", 400, "Invalid", "Champions, Loyal"),
        ("GET", "/api/v2/cdp/analytics/clv?tenant_id=56&tier=huge", 400, "Invalid", "high, medium, low"),
        ("GET", "/api/v2/cdp/analytics/churn?tenant_id=56&risk_level=x", 400, "Invalid", "active, at_risk"),
        ("GET", "/api/v2/cdp/analytics/rfm?tenant_id=999", 404, "Resource not found", "ID 999 not found"),
        ("GET", "/api/v2/cdp/customers/1/profile?tenant_id=999", 404, "Resource", "Tenant with ID 999"),
        ("GET", "/api/v2/cdp/customers/987654321/profile?tenant_id=56", 404, "Resource", "Customer with ID"),
        ("GET", "/api/v2/cdp/process/status/999", 404, "Resource not found", "Tenant with ID 999 not found"),
        ("POST", "/api/v2/cdp/process/999", 404, "Resource not found", "Tenant with ID 999 not found"),
        ("GET", "/api/v2/cdp/nothing", 404, "Resource not found", "There is no path"),
        ("GET", "/api/v2/cdp/process/56", 405, "Method not allowed", "GET is not accepted"),
    ],
)
async def test_errors_have_the_documented_shape(make, client, method, path, status, error, details):
    make.tenant()
    answer = await client.request(method, path)
    content = answer.json()
    assert answer.status_code == status, content
    assert list(content) == ["success", "error", "details"]
    assert content["success"] is False
    assert error in content["error"]
    assert details in content["details"]


@pytest.mark.parametrize(
    ("body", "details"),
    [
        (b"{", "not JSON"),
        (b"[]", "body"),
        (b'{"analyses": "rfm"}', "analyses: "),
        (b'{"analyses": ["magic"]}', "analyses: 'magic' is not an analysis; accepted are rfm, clv and churn"),
        (b'{"force": "yes"}', "force: "),
        (b'{"analyses": []}', "analyses: No analysis is named; accepted are rfm, clv and churn"),
        (b'{"as_of": "soon"}', "as_of: 'soon' is not a day; accepted are now, latest or a day"),
        (b"\xff", "The body"),
    ],
)
async def test_a_wrong_body_is_told(make, client, body, details):
    make.tenant()
    answer = await client.post(
        "/api/v2/cdp/process/56", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 400, answer.text
    assert details in answer.json()["details"]


async def test_a_fault_of_ours_tells_nothing_of_the_inside(make, client, monkeypatch):
    make.tenant()

    async def broken(*arguments):
        raise RuntimeError("password=hunter2")

    monkeypatch.setattr("resolvers.status.of_tenant", broken)
    answer = await client.get("/api/v2/cdp/process/status/56")
    assert answer.status_code == 500
    assert list(answer.json()) == ["success", "error", "timestamp"]
    assert INSTANT.match(answer.json()["timestamp"])
    assert "hunter2" not in answer.text
