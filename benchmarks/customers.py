"""What the columns and indexes that customers are looked up by cost an insert.

python -m benchmarks.customers [CUSTOMERS]

The limit is a table of the same columns with its two keys alone, filled in the same run.
"""

import statistics
import sys
import time
from typing import Any

import psycopg

from benchmarks.shop import database

ROUNDS = 3
LIMIT = """
CREATE TABLE bare_customer AS
    SELECT tenant_id, id, external_id, email, first_name, last_name, phone, created_at, attributes,
        imported_at
    FROM customer LIMIT 0;
ALTER TABLE bare_customer ADD PRIMARY KEY (tenant_id, id), ADD UNIQUE (tenant_id, external_id),
    ALTER attributes SET DEFAULT '{}', ALTER imported_at SET DEFAULT now()
"""
BARE = """
INSERT INTO {table} (tenant_id, id, external_id) SELECT 1, n, 'C' || n FROM generate_series(1, {count}) n
"""
FULL = """
INSERT INTO {table} (tenant_id, id, external_id, email, first_name, last_name, phone, created_at)
SELECT 1, n, 'C' || n, 'c' || n || '@example.com',
    (ARRAY['Ana', 'Juan', 'Lucía', 'Mateo', 'Sofía'])[n % 5 + 1] || n % 89,
    (ARRAY['García', 'Pérez', 'Gómez', 'Díaz'])[n % 4 + 1] || n % 97,
    '+54 11 ' || 10000000 + n * 7919 % 89999999,
    date '2020-01-01' + (n * 7919 % 2000)::int
FROM generate_series(1, {count}) n
"""


def main(count: int) -> None:
    with database() as urls, psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO tenant (id, name, slug, currency, time_zone) VALUES (1, 'A', 'a', 'ARS', 'UTC')"
        )
        owner.execute(LIMIT)
        for name, statement in (("no more than an id", BARE), ("with everything", FULL)):
            ratios = []
            for _ in range(ROUNDS):
                limit = _timed(owner, statement, "bare_customer", count)
                taken = _timed(owner, statement, "customer", count)
                ratios.append(taken / limit)
                print(
                    f"{count:,} {name}: keys alone {limit:.2f} s, customer {taken:.2f} s, x {ratios[-1]:.2f}"
                )
            print(f"{name}: median x {statistics.median(ratios):.2f}")


def _timed(owner: psycopg.Connection[Any], statement: str, table: str, count: int) -> float:
    owner.execute(f"TRUNCATE {table} CASCADE")
    began = time.perf_counter()
    owner.execute(statement.format(table=table, count=count))
    return time.perf_counter() - began


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200_000)
