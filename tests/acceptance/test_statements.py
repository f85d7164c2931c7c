"""Every field of the schema, on a page of rows: the SQL statements do not grow with the number of rows."""

import json

import pytest
from psycopg.types.json import Jsonb

from kit import ids
from resolvers.backtesting.request import BacktestRequest
from resolvers.backtesting.run import run_backtest
from resolvers.processing.process import process
from resolvers.processing.request import Request
from schema import create_schema
from tests.acceptance.walk import places, readable, selection

SCHEMA = create_schema()._schema
MANY, FEW = 50, 5
READ = [kind for kind in readable(SCHEMA) if kind.name != "Query"]
PLACES = places(SCHEMA, MANY)


@pytest.fixture
def full(make, urls):
    """Tenant 56 with something of everything: two runs, a backtest, refunds, events, segments."""
    tenant = make.tenant()
    make.history(tenant, 150)
    for number in range(1, 121):
        make.refund(tenant, number, "2025-06-01", 1, order_id=number)
        make.owner.execute("SELECT event_partition_ensure('2025-06-01')")
        make.owner.execute(
            "INSERT INTO event (tenant_id, occurred_at, message_id, customer_id, event_type, properties) "
            "VALUES (56, '2025-06-01', %s, %s, 'page_view', %s)",
            [f"m{number}", number, Jsonb({})],
        )
    for name in ("first", "second"):
        make.owner.execute(
            "WITH made AS (INSERT INTO segment (tenant_id, name, type, member_count) "
            "VALUES (56, %s, 'static', 120) RETURNING id) "
            "INSERT INTO segment_member (tenant_id, segment_id, customer_id) "
            "SELECT 56, made.id, customer.id FROM made, customer WHERE customer.id <= 120",
            [name],
        )
    process(urls.app, tenant, Request.of(None, "2025-09-01"))
    process(urls.app, tenant, Request.of(None, "2026-01-01"))
    run_backtest(urls.app, tenant, BacktestRequest.of(180, "latest"))
    return make


@pytest.fixture
def count(application):
    """The statements sent since the fixture was made."""
    sent: list[str] = []
    application.state.database.on_statement = sent.append
    return sent


async def test_statements_do_not_grow_with_rows(full, client, count):
    for kind in READ:
        spent = {}
        for size in (FEW, MANY):
            selected, _ = selection(SCHEMA, kind, 3)
            query = written(places(SCHEMA, size)[kind.name].query(selected), size)
            count.clear()
            answer = (await client.post("/graphql", json={"query": query})).json()
            assert "errors" not in answer, (kind.name, query, answer["errors"][0])
            spent[size] = len(count)
        assert spent[FEW] == spent[MANY], (kind.name, query, count)


def written(query, size):
    """The query with the ids of as many customers as the page holds rows."""
    customers = json.dumps([ids.encode("Customer", 56, number) for number in range(1, size + 1)])
    return query.replace("$tenant", f'"{ids.encode("Tenant", 56)}"').replace("$customers", customers)


def test_every_field_is_reached():
    unreached = {kind.name for kind in READ} - PLACES.keys()
    for kind in READ:
        unreached |= set(selection(SCHEMA, kind, 3)[1])
    assert not unreached, "tell tests/acceptance/walk.py what to ask them with"
