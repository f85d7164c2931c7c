"""A throw-away database with a generated shop in it."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import psycopg

from demo.shop import Shop
from kit import embedded
from kit.db import Database
from kit.db.arrays import Amount, Int4, Int8, register
from models.migrating import migrate
from resolvers.context import OPEN, Ctx

TENANT = 1
_BLOCK = 100_000
_ORDERS = """
INSERT INTO customer_order (tenant_id, external_id, customer_id, placed_at, amount, currency)
SELECT
    %(tenant)s,
    'O' || (%(first)s + n),
    customer,
    (date '2024-01-02' + day)::timestamp AT TIME ZONE 'UTC' + interval '15 hours',
    amount,
    'ARS'
FROM unnest(%(customer)b, %(day)b, %(amount)b) WITH ORDINALITY AS o (customer, day, amount, n)
"""


@dataclass(frozen=True, slots=True)
class Urls:
    app: str
    owner: str


@contextmanager
def database() -> Iterator[Urls]:
    """An embedded server with its ordinary settings, in a temporary directory."""
    directory = Path(tempfile.mkdtemp(prefix="cdp-bench-"))
    directory.chmod(0o755)
    try:
        with embedded.lease(directory / "data") as server:
            migrate(server.url("cdp_owner"))
            yield Urls(server.url("cdp_app"), server.url("cdp_owner"))
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def context(opened: Database, reader: Any) -> Ctx:
    """A caller of use cases who reads by `reader`, leaves no work for later and may wait for two minutes."""
    queue: Any = None
    return Ctx(actor=OPEN, db=opened, reader=reader, queue=queue, query_timeout_seconds=120)


def fill(urls: Urls, customers: int) -> int:
    """Empty the database and load a shop of so many customers. Returns the number of its orders."""
    bare = Shop().orders_only(customers)
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        register(owner)
        owner.execute("TRUNCATE tenant CASCADE")
        owner.execute(
            "INSERT INTO tenant (id, name, slug, currency, time_zone) "
            "VALUES (%s, 'Bench', 'bench', 'ARS', 'America/Argentina/Buenos_Aires')",
            [TENANT],
        )
        owner.execute(
            "INSERT INTO customer (tenant_id, id, external_id) "
            "SELECT %s, n, 'C' || n FROM generate_series(1, %s) n",
            [TENANT, customers],
        )
        for start in range(0, len(bare.customer), _BLOCK):
            part = slice(start, start + _BLOCK)
            values = {
                "tenant": TENANT,
                "first": start,
                "customer": Int8(bare.customer[part].astype(np.int64) + 1),
                "day": Int4(bare.day[part]),
                "amount": Amount(bare.amount[part]),
            }
            owner.execute(_ORDERS, values)
        owner.execute("VACUUM ANALYZE customer_order")
        owner.execute("VACUUM ANALYZE customer")
    return len(bare.customer)
