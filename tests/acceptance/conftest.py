"""The whole application over HTTP, on the test's database."""

import asyncio
import contextlib

import httpx
import pytest
from psycopg.types.json import Jsonb
from pydantic import SecretStr
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from app import create
from jobs.worker import run_worker
from kit import ids
from kit.config import Settings
from resolvers.backtesting.request import BacktestRequest
from resolvers.backtesting.run import run_backtest
from resolvers.processing.process import process
from resolvers.processing.request import Request


@pytest.fixture
async def application(urls):
    """The application within its lifespan."""
    app = create(Settings(database_url=SecretStr(urls.app), process_wait_seconds=20))
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def client(application):
    """A client of the application."""
    transport = httpx.ASGITransport(application, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as opened:
        yield opened


@pytest.fixture
async def worker(urls, application):
    """A worker that does the jobs meanwhile."""
    task = asyncio.create_task(run_worker(urls.app))
    yield task
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


@pytest.fixture
def scored(urls, make):
    """Tenant 56 with 400 customers, scored as of the end of its history."""
    make.history(make.tenant(), 400)
    process(urls.app, 56, Request.of(None, "latest"))
    return make


@pytest.fixture
async def ask(client):
    """Ask the graph; returns data, or fails with the errors."""

    async def send(query, **variables):
        answer = await client.post("/graphql", json={"query": query, "variables": variables})
        content = answer.json()
        assert "errors" not in content, content["errors"]
        return content["data"]

    return send


@pytest.fixture
def shop(make):
    """Tenant 56, empty."""
    make.tenant()
    return make


@pytest.fixture
def push(ask):
    """Send a list of records of tenant 56; the payload."""

    async def send(mutation, tenant=None, **given):
        tenant = tenant or ids.encode("Tenant", 56)
        data = await ask(mutation, input={"tenantId": tenant, **given})
        return next(iter(data.values()))

    return send


@pytest.fixture
async def fail(client):
    """Ask the graph something wrong; returns the first error."""

    async def send(query, **variables):
        answer = await client.post("/graphql", json={"query": query, "variables": variables})
        return answer.json()["errors"][0]

    return send


@pytest.fixture
def full(make, urls):
    """Tenant 56 with something of everything on each row: runs, a backtest, refunds, events, segments."""
    tenant = make.tenant()
    make.history(tenant, 150)
    make.order(tenant, 1, "2025-06-01", 10, currency="USD")
    make.owner.execute("SELECT event_partition_ensure('2025-06-01'), event_partition_ensure('2199-12-01')")
    for number in range(1, 121):
        make.refund(tenant, number, "2025-06-01", 1, order_id=number)
        make.owner.execute(
            "INSERT INTO event (tenant_id, occurred_at, message_id, customer_id, event_type, properties) "
            "VALUES (56, '2025-06-01', %s, %s, 'page_view', %s)",
            [f"m{number}", number, Jsonb({})],
        )
    for number in range(1, 61):
        make.owner.execute(
            "WITH made AS (INSERT INTO segment (tenant_id, name, type, criteria, member_count, refreshed_at) "
            """VALUES (56, %s, 'dynamic', '{"frequency": {"gte": 1}}', 120, now()) RETURNING id) """
            "INSERT INTO segment_member (tenant_id, segment_id, customer_id) "
            "SELECT 56, made.id, customer.id FROM made, customer WHERE customer.id %% 60 = %s OR %s < 3",
            [f"segment {number}", number % 60, number],
        )
    make.owner.execute(
        "INSERT INTO integration (tenant_id, integration_type, account_name, environment, app_key_hint, "
        "credentials) SELECT 56, 'vtex', 'account-' || n, 'stable', 'abcd', '' FROM generate_series(1, 60) n"
    )
    make.owner.execute(
        "INSERT INTO customer_consent SELECT 56, id, channel, true, 'form', '2025-06-01' "
        "FROM customer, unnest(ARRAY['email', 'sms']) AS channel"
    )
    make.owner.execute(
        "INSERT INTO customer_merge (tenant_id, from_id, into_id, survivor_id, external_id, email_norm, "
        "origin, merged_by, merged_at) SELECT 56, 1000000 + 1000 * n + customer.id, customer.id, "
        "customer.id, "
        "'was ' || n || ' of ' || external_id, 'was@example.com', 'sync', 'ana', '2025-06-01Z' "
        "FROM customer, generate_series(1, 60) n WHERE n = 1 OR external_id = 'C1'"
    )
    make.owner.execute(
        "INSERT INTO audit_entry (tenant_id, actor, mode, face, action, occurred_at) "
        "SELECT tenant, 'ana', 'open', 'graphql', 'tenantUpdate', '2025-06-01' "
        "FROM generate_series(1, 60), unnest(ARRAY[0, 56]) AS tenant"
    )
    make.owner.execute(
        "INSERT INTO integration_sync (tenant_id, integration_id, status, attempts, unknown_statuses) "
        """SELECT 56, id, 'stalled', 2, '{"odd": 3}' FROM integration"""
    )
    make.owner.execute(
        "INSERT INTO integration_unreadable (tenant_id, integration_id, number, reason) "
        "SELECT 56, id, 'V1', 'no amount' FROM integration"
    )
    make.owner.execute(
        "INSERT INTO integration_window (tenant_id, integration_id, starts_at, ends_at, problem) "
        "SELECT 56, id, '2025-01-01', '2025-01-02', 'more than can be listed' FROM integration"
    )
    make.owner.execute(
        "INSERT INTO integration_hook (tenant_id, integration_id, url, secret, error) "
        "SELECT 56, id, 'https://cdp.example.com/hooks/vtex/' || id, '', 'taken' FROM integration"
    )
    make.owner.execute(
        "UPDATE tenant SET settings = "
        """'{"scoring": {"revenue_statuses": {"teleported": true, "handling": false}}}' WHERE id = 56"""
    )
    process(urls.app, tenant, Request.of(None, "2025-09-01"))
    process(urls.app, tenant, Request.of(None, "2026-01-01"))
    run_backtest(urls.app, tenant, BacktestRequest.of(180, "latest"))
    fill_one(make.owner)
    return make


def fill_one(owner):
    """Sixty runs, and for one customer and one order sixty of everything, at the same instants."""
    candidate = {"name": "mbg_nbd", "log_loss": 0.5, "chosen": True, "reason": "The best.", "flags": []}
    owner.execute(
        "UPDATE score_run SET report = jsonb_set(jsonb_set(report, '{model, candidates}', %s), "
        "'{model, rejected}', %s) WHERE id = 1",
        [Jsonb([candidate]), Jsonb({"mbg_cnbd_k": ["ILL_CONDITIONED"]})],
    )
    owner.execute(
        "UPDATE score_run SET report = jsonb_set(report, '{data, without_rate}', %s) WHERE id = 1",
        [Jsonb({"EUR": 3})],
    )
    columns = "status, analyses, as_of, as_of_requested, finished_at, step, model, report, rfm, clv, churn"
    owner.execute(
        f"INSERT INTO score_run (tenant_id, {columns}) "
        f"SELECT 56, {columns} FROM score_run, generate_series(1, 60) WHERE id = 1"
    )
    owner.execute("UPDATE segment_feed SET at = timestamptz '2025-01-01' + id * interval '1 min'")
    for statement in (
        "INSERT INTO customer_order (tenant_id, external_id, customer_id, placed_at, amount, currency) "
        "SELECT 56, 'later ' || n, {one}, {at}, 5, 'GBP' FROM {n}",
        "INSERT INTO refund (tenant_id, external_id, customer_id, order_id, linked_by, refunded_at, amount, "
        "currency) SELECT 56, 'later ' || n, {one}, 1, 'reference', {at}, 1, 'GBP' FROM {n}",
        "INSERT INTO event (tenant_id, occurred_at, message_id, customer_id, event_type) "
        "SELECT 56, {at}, 'later ' || n, {one}, 'page_view' FROM {n}",
        "WITH told AS (INSERT INTO segment_feed (tenant_id, at, kind, segment_id, run_id, reason) "
        "SELECT 56, {at}, 'rfm_segment', 0, n + 2, 'run' FROM {n} RETURNING id) "
        "INSERT INTO segment_change SELECT 56, id, {one}, 'Lost', 'Champions' FROM told",
        "WITH told AS (INSERT INTO segment_feed (tenant_id, at, kind, segment_id, entered, reason) "
        "SELECT 56, {at} + interval '1 min', 'segment', "
        "(SELECT id FROM segment WHERE name = 'segment ' || n), true, 'refreshed' FROM {n} RETURNING id) "
        "INSERT INTO segment_change SELECT 56, id, {one} FROM told",
    ):
        owner.execute(
            statement.format(
                one="(SELECT id FROM customer WHERE tenant_id = 56 AND external_id = 'C1')",
                at="timestamptz '2199-12-01' + n * interval '1 h'",
                n="generate_series(1, 60) n",
            )
        )


@contextlib.asynccontextmanager
async def boundless(urls):
    """An application without bounds, for queries larger than a client's, and a client of it."""
    app = create(
        Settings(
            database_url=SecretStr(urls.app),
            graphql_max_cost=10**7,
            graphql_max_depth=50,
            graphql_max_tokens=50_000,
            graphql_max_aliases=1000,
            query_timeout_seconds=60,
        )
    )
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            yield app, client


@pytest.fixture
async def unbound(urls):
    """A client of an application without bounds; and the statements it has sent."""
    async with boundless(urls) as (app, client):
        sent: list[str] = []
        app.state.database.on_statement = sent.append
        yield client, sent


@pytest.fixture
async def boundless_application(urls):
    """An application without bounds, and a client of it."""
    async with boundless(urls) as (app, client):
        yield app, client


@pytest.fixture
async def plain(urls):
    """A client of such an application whose operations graphql-core executes, as it is."""
    async with boundless(urls) as (app, client):
        graph_of(app).execution_context_class = StrawberryGraphQLCoreExecutionContext
        graph_of(app).short = None
        yield client


def graph_of(app):
    """The schema that an application serves."""
    return next(route.endpoint.schema for route in app.routes if getattr(route, "path", "") == "/graphql")
