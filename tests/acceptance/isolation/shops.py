"""Two tenants with something of everything: the caller's own, and one whose names begin with `theirs`."""

import itertools
from collections.abc import Iterator
from typing import Any

import psycopg

from models import METADATA
from resolvers.backtesting.request import BacktestRequest
from resolvers.backtesting.run import run_backtest
from resolvers.processing.process import process
from resolvers.processing.request import Request

OWN, THEIRS, NOWHERE = 56, 57, 99
ABSENT = 9_000_001
NEW = 8_000_000
"""From here on are the numbers of what comes into being later; another tenant's begin a million below."""
INSTANT = 1_748_736_000_000_000
"""Microseconds of 2025-06-01, when the events happened."""

TABLES = {
    "Customer": "customer",
    "Order": "customer_order",
    "Refund": "refund",
    "ScoreRun": "score_run",
    "Backtest": "backtest",
    "Segment": "segment",
    "Integration": "integration",
    "CustomerMerge": "customer_merge",
}
TENANT_TABLES = sorted(name for name, table in METADATA.tables.items() if "tenant_id" in table.c)

FILL = (
    "UPDATE tenant SET slug = '{p}shop', name = '{p}Shop' WHERE id = {t}",
    "UPDATE customer SET external_id = '{p}' || external_id, email = '{p}' || email, "
    "first_name = CASE external_id WHEN 'C1' THEN '{p}ana 1' END, "
    "last_name = CASE external_id WHEN 'C2' THEN '{p}perez 1' END WHERE tenant_id = {t}",
    "UPDATE customer_order SET external_id = '{p}' || external_id WHERE tenant_id = {t}",
    "INSERT INTO refund (tenant_id, external_id, customer_id, refunded_at, amount, currency, order_id, "
    "linked_by) SELECT {t}, '{p}R' || row_number() OVER (ORDER BY id, n), customer_id, placed_at, 1, 'GBP', "
    "id, 'reference' "
    "FROM customer_order, generate_series(1, 3) n WHERE tenant_id = {t}",
    "INSERT INTO event_type (tenant_id, name) SELECT {t}, '{q}type_' || n FROM generate_series(1, 2) n",
    "INSERT INTO event (tenant_id, occurred_at, message_id, customer_id, event_type) "
    "SELECT {t}, '2025-06-01Z', '{p}m' || row_number() OVER (ORDER BY id), id, "
    "CASE id % 2 WHEN 0 THEN '{q}type_1' ELSE 'page_view' END FROM customer WHERE tenant_id = {t}",
    "INSERT INTO segment (tenant_id, name, type, refreshed_at, criteria) "
    "SELECT {t}, '{p}segment ' || n, CASE WHEN n < 99 THEN 'static' ELSE 'dynamic' END, now(), "
    'CASE WHEN n > 98 THEN \'{{"frequency": {{"gte": 1}}}}\'::jsonb END FROM generate_series(1, 100) n',
    "INSERT INTO segment_member (tenant_id, segment_id, customer_id) "
    "SELECT {t}, segment.id, customer.id FROM segment, customer "
    "WHERE segment.tenant_id = {t} AND customer.tenant_id = {t} AND (segment.name ~ ' [12]$' "
    "OR (segment.id + customer.id) % 7 = 0) AND customer.external_id !~ 'C[89]$'",
    "INSERT INTO integration (tenant_id, integration_type, account_name, environment, app_key_hint, "
    "credentials) SELECT {t}, 'vtex', '{p}account-' || n, 'vtexcommercestable', "
    "'abcd', '' FROM generate_series(1, 20) n",
    "INSERT INTO integration_sync (tenant_id, integration_id) SELECT {t}, id FROM integration "
    "WHERE tenant_id = {t}",
    "INSERT INTO integration_hook (tenant_id, integration_id, url, secret) "
    "SELECT {t}, id, 'https://{p}cdp.example.com/hooks/vtex/' || id, '' FROM integration "
    "WHERE tenant_id = {t}",
    "INSERT INTO integration_notice (tenant_id, integration_id, external_id) "
    "SELECT {t}, id, '{p}V' || id FROM integration WHERE tenant_id = {t}",
    "INSERT INTO integration_window (tenant_id, integration_id, starts_at, ends_at) "
    "SELECT {t}, id, '2025-01-01Z', '2025-02-01Z' FROM integration WHERE tenant_id = {t}",
    "INSERT INTO integration_order (tenant_id, external_id, account_name, number, integration_id, status, "
    "created_at, changed_at) SELECT {t}, '{p}V' || id, account_name, '{p}V' || id, id, 'invoiced', "
    "'2025-01-01Z', '2025-01-01Z' FROM integration WHERE tenant_id = {t}",
    "INSERT INTO integration_unreadable (tenant_id, integration_id, number, reason) "
    "SELECT {t}, id, '{p}U' || id, 'value is missing' FROM integration WHERE tenant_id = {t}",
    "INSERT INTO integration_account (tenant_id, account_name, order_prefix) "
    "SELECT {t}, account_name, account_name || ':' FROM integration WHERE tenant_id = {t}",
    "INSERT INTO integration_profile (tenant_id, profile, integration_id) "
    "SELECT {t}, '{p}P' || id, id FROM integration WHERE tenant_id = {t}",
    "INSERT INTO idempotency_key (tenant_id, key, operation, request_hash, response) "
    "SELECT {t}, '{p}key ' || n, 'x', 'x', '[]' FROM generate_series(1, 9) n",
    "INSERT INTO segment_feed (tenant_id, at, kind, segment_id, entered, reason) SELECT {t}, "
    "timestamptz '2025-01-01Z' + n * interval '1 h' + segment.id * interval '1 s', 'segment', segment.id, "
    "true, 'created' FROM segment, generate_series(1, 3) n WHERE tenant_id = {t} ORDER BY 2",
    "INSERT INTO segment_change (tenant_id, feed_id, customer_id) SELECT {t}, segment_feed.id, customer_id "
    "FROM segment_feed JOIN segment_member USING (tenant_id, segment_id) WHERE tenant_id = {t}",
    "INSERT INTO audit_entry (tenant_id, occurred_at, actor, mode, face, action, object_id) "
    "SELECT {t}, timestamptz '2025-01-01' + n * interval '1 h' + {t} * interval '1 min', '{p}bob', 'jwt', "
    "'rest', '{p}done', '{p}object' FROM generate_series(1, 5) n",
    "INSERT INTO customer_consent (tenant_id, customer_id, channel, is_granted, source, recorded_at) "
    "SELECT {t}, id, 'email', true, '{p}form', '2025-06-01Z' FROM customer WHERE tenant_id = {t}",
    "INSERT INTO customer_merge (tenant_id, from_id, into_id, survivor_id, external_id, email_norm, origin, "
    "merged_by, merged_at, person, filled, moved) "
    "SELECT {t}, min(id) + 1000000 + n, min(id), min(id), '{p}merged' || n, '{p}merged@example.com', "
    "'caller', 'bob', '2025-06-01Z', jsonb_build_object('id', min(id) + 1000000 + n, 'external_id', "
    "'{p}merged' || n, 'attributes', '{{}}'::jsonb, 'imported_at', now()), "
    "'{{\"attributes\": {{}}}}', '{{}}' FROM customer, generate_series(1, 20) n "
    "WHERE tenant_id = {t} GROUP BY n",
    "INSERT INTO erasure_key SELECT {t}, sha256('{p}key')",
    "INSERT INTO erased_identifier (tenant_id, digest, kind) "
    "SELECT {t}, sha256(('{p}' || n)::bytea), 'customer' FROM generate_series(1, 5) n",
    "INSERT INTO exchange_rate VALUES ({t}, 'USD', '2024-01-01', 0.8)",
)


class Shops:
    """What there is, by the owner of the tables."""

    def __init__(self, owner: psycopg.Connection[Any]) -> None:
        self.owner = owner
        self._numbers: dict[tuple[str, int], Iterator[int]] = {}

    def number(self, kind: str, tenant: int) -> int:
        """A number of a tenant's object; each time another one as long as there are others."""
        if (kind, tenant) not in self._numbers:
            query = f"SELECT id FROM {TABLES[kind]} WHERE tenant_id = %s ORDER BY id"
            found = [number for (number,) in self.owner.execute(query, [tenant])]
            assert found, (kind, tenant)
            self._numbers[kind, tenant] = itertools.cycle(found)
        return next(self._numbers[kind, tenant])

    def dynamic_segment(self) -> int:
        """A segment of the caller's tenant that has criteria."""
        query = (
            "SELECT max(id) FROM segment WHERE tenant_id = %s AND criteria IS NOT NULL AND builtin IS NULL"
        )
        row = self.owner.execute(query, [OWN]).fetchone()
        assert row
        return int(row[0])

    def event(self, tenant: int) -> tuple[int, str]:
        """Instant and message id of one of a tenant's events."""
        return INSTANT, "theirs-m1" if tenant == THEIRS else "m1"

    def fingerprint(self, tenant: int = THEIRS) -> dict[str, str | None]:
        """All that a tenant has, as a digest of each table."""
        sums = {"tenant": self._sum("tenant", "id", tenant)}
        return sums | {name: self._sum(name, "tenant_id", tenant) for name in TENANT_TABLES}

    def _sum(self, table: str, key: str, tenant: int) -> str | None:
        query = f"SELECT md5(string_agg(t::text, ';' ORDER BY t::text)) FROM {table} t WHERE {key} = %s"
        row = self.owner.execute(query, [tenant]).fetchone()
        return row[0] if row else None


def fill(make: Any, url: str) -> Shops:
    """Make the two tenants. Each table of tenants has rows of both."""
    owner = make.owner
    owner.execute("SELECT event_partition_ensure('2025-06-01'), event_partition_ensure(now()::date)")
    for tenant, first in ((OWN, 1), (THEIRS, 7_000_000)):
        _restart(owner, first)
        prefix = "theirs-" if tenant == THEIRS else ""
        make.history(make.tenant(tenant), 60, seed=first)
        for statement in FILL:
            owner.execute(statement.format(t=tenant, p=prefix, q=prefix.replace("-", "_")))
        process(url, tenant, Request.of(None, "2025-09-01"))
        process(url, tenant, Request.of(None, "2026-01-01"))
        run_backtest(url, tenant, BacktestRequest.of(180, "latest"))
    owner.execute(
        "UPDATE segment_feed SET at = timestamptz '2025-01-01' + (tenant_id - 56) * interval '1 h' "
        "+ id % 1000000 * interval '1 s'"
    )
    _restart(owner, NEW)
    return Shops(owner)


def _restart(owner: psycopg.Connection[Any], first: int) -> None:
    query = "SELECT sequencename::text FROM pg_sequences WHERE schemaname = 'public'"
    for (name,) in owner.execute(query).fetchall():
        owner.execute(f"ALTER SEQUENCE {name} RESTART WITH {first}")
