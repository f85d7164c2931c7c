"""Every field of the schema, on a page of rows: the SQL statements do not grow with the number of rows."""

import json

import httpx
import pytest
from psycopg.types.json import Jsonb
from pydantic import SecretStr

from app import create
from kit import ids
from kit.config import Settings
from resolvers.backtesting.request import BacktestRequest
from resolvers.backtesting.run import run_backtest
from resolvers.processing.process import process
from resolvers.processing.request import Request
from schema import create_schema
from tests.acceptance.walk import MARK, places, readable, selection

SCHEMA = create_schema()._schema
MANY, FEW = 50, 5
READ = readable(SCHEMA)
PLACES = {size: places(SCHEMA, size) for size in (FEW, MANY)}

UNREACHED: dict[str, str] = {}
"""Types and fields that the walk leaves out, each with the reason."""


@pytest.fixture
def full(make, urls):
    """Tenant 56 with something of everything on each row: runs, a backtest, refunds, events, segments."""
    tenant = make.tenant()
    make.history(tenant, 150)
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
    columns = "status, analyses, as_of, as_of_requested, finished_at, step, model, report, rfm, clv, churn"
    owner.execute(
        f"INSERT INTO score_run (tenant_id, {columns}) "
        f"SELECT 56, {columns} FROM score_run, generate_series(1, 60) WHERE id = 1"
    )
    for statement in (
        "INSERT INTO customer_order (tenant_id, external_id, customer_id, placed_at, amount, currency) "
        "SELECT 56, 'later ' || n, {one}, {at}, 5, 'GBP' FROM {n}",
        "INSERT INTO refund (tenant_id, external_id, customer_id, order_id, linked_by, refunded_at, amount, "
        "currency) SELECT 56, 'later ' || n, {one}, 1, 'reference', {at}, 1, 'GBP' FROM {n}",
        "INSERT INTO event (tenant_id, occurred_at, message_id, customer_id, event_type) "
        "SELECT 56, {at}, 'later ' || n, {one}, 'page_view' FROM {n}",
        "INSERT INTO segment_change SELECT 56, n + 2, {one}, 'Lost', 'Champions', {at} FROM {n}",
    ):
        owner.execute(
            statement.format(
                one="(SELECT id FROM customer WHERE tenant_id = 56 AND external_id = 'C1')",
                at="timestamptz '2199-12-01' + n * interval '1 h'",
                n="generate_series(1, 60) n",
            )
        )


@pytest.fixture
async def unbound(urls):
    """An application without bounds, for queries larger than a client's; and the statements it has sent."""
    app = create(
        Settings(
            database_url=SecretStr(urls.app),
            graphql_max_cost=10**7,
            graphql_max_depth=50,
            graphql_max_tokens=50_000,
            graphql_max_aliases=1000,
        )
    )
    async with app.router.lifespan_context(app):
        sent: list[str] = []
        app.state.database.on_statement = sent.append
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as client:
            yield client, sent


async def test_statements_do_not_grow_with_rows(full, unbound):
    client, sent = unbound
    faults = []
    for kind in READ:
        spent, met = {}, {}
        for size in (FEW, MANY):
            place = PLACES[size][kind.name]
            query = written(place.query(selection(SCHEMA, kind, 3)[0]), size)
            sent.clear()
            answer = await client.post("/graphql", json={"query": query})
            assert "errors" not in answer.json(), (kind.name, query, answer.json()["errors"][0])
            spent[size], met[size] = len(sent), answer.text.count(f'"{MARK}"')
        if met[FEW] == 0:
            faults.append(f"{kind.name}: none was met by {query}")
        elif PLACES[MANY][kind.name].paged and met[FEW] >= met[MANY]:
            faults.append(f"{kind.name}: {met} were met by {query}")
        if spent[FEW] != spent[MANY]:
            faults.append(f"{kind.name}: {spent} statements for {met} objects of {query}")
    assert not faults, "\n\n".join(faults)


def written(query, size):
    """The query with the ids of as many customers as the page holds rows."""
    customers = json.dumps([ids.encode("Customer", 56, number) for number in range(1, size + 1)])
    return query.replace("$tenant", f'"{ids.encode("Tenant", 56)}"').replace("$customers", customers)


def test_every_field_is_reached():
    unreached = {kind.name for kind in READ} - PLACES[MANY].keys()
    for kind in READ:
        unreached |= set(selection(SCHEMA, kind, 3)[1])
    assert unreached == UNREACHED.keys(), "tell tests/acceptance/walk.py what to ask them with"
