"""With the explicit predicate taken out of every statement, row-level security alone: the same answers."""

import contextlib
import re

import psycopg
import pytest

from kit.db import Statement, Work, connect_for_work, database
from resolvers.processing.process import process
from resolvers.processing.request import Request
from resolvers.retention import remove_old
from tests.acceptance.isolation.answers import told
from tests.acceptance.isolation.shops import OWN, TENANT_TABLES, THEIRS
from tests.acceptance.isolation.test_graph import PLACES, READ, SCHEMA, ask, written
from tests.acceptance.walk import selection

_PREDICATE = re.compile(r"((?:\w+\.)?tenant_id) = %\(tenant_id\)s(?:::\w+)?")
WRITES = (
    'customersUpsert(input: {tenantId: $t, customers: [{externalId: "theirs-C1", email: "a@b.com"}]})',
    'ordersUpsert(input: {tenantId: $t, orders: [{externalId: "theirs-O1", placedAt: "2025-01-01T00:00:00Z", '
    'amount: "5", customer: {externalId: "theirs-C2"}}]})',
    'refundsUpsert(input: {tenantId: $t, refunds: [{externalId: "theirs-R1", '
    'refundedAt: "2025-01-01T00:00:00Z", amount: "5", orderExternalId: "theirs-O2"}]})',
    'eventsTrack(input: {tenantId: $t, events: [{type: "page_view", messageId: "theirs-m1", '
    'occurredAt: "2025-06-01T00:00:00Z", customer: {externalId: "theirs-C2"}}]})',
    'eventTypeDelete(input: {tenantId: $t, name: "theirs_type_1"})',
    'segmentCreate(input: {tenantId: $t, name: "theirs-segment 1", type: DYNAMIC, '
    "criteria: {frequency: {gte: 1}}})",
)


def stripped(text):
    """A statement without what it says of the tenant itself."""
    return _PREDICATE.sub(r"(\1 = \1 OR %(tenant_id)s::bigint IS NULL)", text)


@pytest.fixture
def switch(monkeypatch):
    """Takes the predicates out from now on; tells of which statements."""
    changed = []
    send, execute, stream = database._send, Work._execute, Work.stream

    def of(statement):
        if not isinstance(statement, Statement):
            return statement
        text = stripped(statement.text)
        changed.extend([text] if text != statement.text else [])
        return Statement(text, statement.scoped, statement.defaults)

    def off():
        monkeypatch.setattr(database, "_send", lambda c, b, s, *rest: send(c, b, of(s), *rest))
        monkeypatch.setattr(Work, "_execute", lambda self, s, values: execute(self, of(s), values))
        monkeypatch.setattr(Work, "stream", lambda self, s, values: stream(self, of(s), values))
        return changed

    return off


async def test_every_field_is_answered_as_with_the_predicate(api, shops, caller, switch):
    queries = {each.name: written(PLACES[each.name].query(selection(SCHEMA, each, 2)[0])) for each in READ}
    before = {name: told(await ask(api, caller, {"query": each})) for name, each in queries.items()}
    changed = switch()
    for name, each in queries.items():
        assert told(await ask(api, caller, {"query": each})) == before[name], name
    assert len(set(changed)) > 50


async def test_writes_reach_no_further(api, shops, caller, switch, urls):
    before, own = shops.fingerprint(), shops.fingerprint(OWN)
    changed = switch()
    for each in WRITES:
        query = f"mutation ($t: ID!) {{ {each} {{ userErrors {{ message }} }} }}"
        answer = await ask(api, caller, {"query": query, "variables": {"t": "WyJUZW5hbnQiLDU2XQ"}})
        assert "errors" not in answer.json(), answer.text
    process(urls.app, OWN, Request.of(None, "2025-11-01", force=True))
    shops.owner.execute("UPDATE tenant SET settings = '{\"event_retention_days\": 30}' WHERE id = 56")
    assert remove_old(urls.app).keys() == {OWN}
    assert shops.fingerprint() == before
    after = shops.fingerprint(OWN)
    assert after["event"] != own["event"]
    assert after["customer_score"] != own["customer_score"]
    assert len(set(changed)) > 20


def test_without_either_lock_others_would_be_seen(urls, shops):
    """What the tests above could not find if the switch did nothing, or the policies were not needed."""
    text = stripped("SELECT count(*) FROM customer WHERE customer.tenant_id = %(tenant_id)s::BIGINT")
    with psycopg.connect(urls.admin) as admin:
        assert admin.execute(text, {"tenant_id": OWN}).fetchone() == (120,)
    with connect_for_work(urls.app) as work, work.transaction(OWN):
        assert work.run(Statement(text, True, {})) == [(60,)]


def test_a_row_of_another_tenant_is_neither_seen_nor_changed_nor_made(urls, shops):
    with psycopg.connect(urls.app, autocommit=True) as app:
        for table in TENANT_TABLES:
            app.execute(f"SET app.tenant_id = {OWN}")
            every = app.execute(f"SELECT * FROM {table} LIMIT 0").description or ()
            columns = [each.name for each in every if "_norm" not in each.name]
            values = ", ".join(str(THEIRS) if each == "tenant_id" else each for each in columns)
            names = ", ".join(columns)
            theirs = f"SELECT count(*) FROM {table} WHERE tenant_id = {THEIRS}"
            assert app.execute(theirs).fetchone() == (0,), table
            assert app.execute(f"SELECT count(*) FROM {table}").fetchone() != (0,), (
                f"shops.py fills no {table}"
            )
            with contextlib.suppress(psycopg.errors.InsufficientPrivilege):
                assert app.execute(f"DELETE FROM {table} WHERE tenant_id = {THEIRS}").rowcount == 0, table
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(f"INSERT INTO {table} ({names}) SELECT {values} FROM {table} LIMIT 1")
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(f"UPDATE {table} SET tenant_id = {THEIRS}")
            for nobody in ("SET app.tenant_id = ''", "RESET app.tenant_id"):
                app.execute(nobody)
                assert app.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
