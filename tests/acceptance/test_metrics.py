"""What is measured, who may read it, and that it stays bounded."""

import re
from contextlib import asynccontextmanager

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from app import create
from kit.config import Settings
from kit.metrics.requests import MOST_NAMES
from tests.acceptance.credentials import token


def figures(text):
    """Samples by name and labels."""
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def told(client, **headers):
    answer = await client.get("/metrics", headers=headers)
    assert answer.status_code == 200, answer.text
    return figures(answer.text)


async def test_rest_is_told_by_template_and_status(shop, client):
    for path in (
        "/api/v2/cdp/process/status/56",
        "/api/v2/cdp/process/status/57",
        "/api/v2/cdp/process/status/x",
    ):
        await client.get(path)
    found = await told(client)
    template = "/api/v2/cdp/process/status/{tenantId}"
    by_status = {key[1:]: value for key, value in found.items() if key[0] == "cdp_requests_total"}
    assert {key for key in by_status if template in key} == {
        tuple(sorted((template, "rest", status))) for status in ("200", "400", "404")
    }
    assert found["cdp_request_duration_seconds_count", template, "rest"] == 3


async def test_the_graph_is_told_by_the_name_of_the_operation(shop, client):
    for query in ("query Mine { __typename }", "{ __typename }", "query { nothing"):
        await client.post("/graphql", json={"query": query})
    found = await told(client)
    for name in ("Mine", "anonymous", "none"):
        assert found["cdp_request_duration_seconds_count", *sorted((name, "graphql"))] == 1


async def test_queries_are_told_by_what_executed_them(shop, client):
    one, plain = "{ tenant(databaseId: 56) { name } }", "{ viewer { __typename } }"
    for query in (one, one, plain, "{ __schema { queryType { name } } }"):
        await client.post("/graphql", json={"query": query})
    found = await told(client)
    assert found["cdp_graphql_queries_total", "plan"] == 2
    assert found["cdp_graphql_queries_total", "together"] == 1
    assert found["cdp_graphql_queries_total", "unplanned"] == 1


async def test_names_that_callers_make_up_do_not_grow_the_measures(shop, client):
    for number in range(MOST_NAMES + 20):
        await client.post("/graphql", json={"query": f"query Q{number} {{ __typename }}"})
    await client.post("/graphql", json={"query": f"query {'q' * 100} {{ __typename }}"})
    answer = await client.get("/metrics")
    names = set(re.findall(r'face="graphql",operation="(\w+)"', answer.text))
    assert len(names) == MOST_NAMES + 1
    assert "other" in names


async def test_pools_intake_queue_and_followers_are_told(shop, client, application):
    await application.state.queue.put_process(tenant=56, run_id=1, analyses=["rfm"], as_of="latest")
    shop.customer(56, "ana")
    body = {"tenant_id": 56, "external_id": "ana", "event_type": "page_view"}
    assert (await client.post("/api/v2/cdp/events", json=body)).status_code == 201
    found = await told(client)
    assert found["cdp_database_up",] == 1
    assert found["cdp_queue_jobs", "process", "todo"] == 1
    assert found["cdp_queue_oldest_seconds", "process", "todo"] > 0
    assert found["cdp_workers",] == 0
    assert found["cdp_pool_connections", "most", "requests"] == 8
    assert found["cdp_pool_connections", "requests", "size"] >= 1
    assert found["cdp_pool_waiting", "work"] == 0
    assert found["cdp_intake_lag_seconds_count",] == 1
    assert found["cdp_intake_bytes", "held"] == 0
    assert found["cdp_intake_bytes", "most"] == 2 * 20_000 * 512
    assert found["cdp_subscriptions_open",] == 0


async def test_refusals_for_the_rate_are_counted_and_reading_is_exempt(urls, shop):
    async with served(urls, rate_limit="2/minute") as client:
        statuses = [(await client.get("/api/v2/cdp/process/status/56")).status_code for _ in range(4)]
        assert statuses == [200, 200, 429, 429]
        for _ in range(4):
            found = await told(client)
        assert found["cdp_rate_limited_total",] == 2


async def test_only_admins_of_all_tenants_read_it_where_callers_prove_who_they_are(urls, shop):
    secret = "s" * 40
    async with served(urls, auth="jwt", jwt_secret=SecretStr(secret)) as client:
        assert (await client.get("/metrics")).status_code == 401
        for claims, status in (
            ({"tenants": [56], "scope": "admin"}, 403),
            ({"tenants": "*", "scope": "read"}, 403),
            ({"tenants": "*", "scope": "admin"}, 200),
        ):
            bearer = {"Authorization": f"Bearer {token(secret, **claims)}"}
            assert (await client.get("/metrics", headers=bearer)).status_code == status, claims


@pytest.mark.parametrize("auth", [{"auth": "open"}, {"auth": "keys"}])
async def test_a_token_of_its_own_lets_read_it(urls, shop, auth):
    async with served(urls, metrics_token=SecretStr("only for metrics"), **auth) as client:
        assert (await client.get("/metrics")).status_code == 401
        assert (await client.get("/metrics", headers={"Authorization": "Bearer else"})).status_code == 401
        await told(client, Authorization="Bearer only for metrics")


@asynccontextmanager
async def served(urls, **settings):
    app = create(Settings(database_url=SecretStr(urls.app), **settings))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            yield client
