"""How fast orders are imported, against a raw COPY of the same rows into the same table, and in what memory.

    python -m benchmarks.import_orders [--rows 1000000] [--rounds 2]

The COPY is the tables' owner's, with indexes and constraints as they are; customers are there in both cases.
Runs on an embedded database of its own, or on the one of CDP_DATABASE_URL (which must be the owner's, empty).
"""

import argparse
import os
import resource
import tempfile
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from statistics import median
from time import perf_counter

import numpy as np
import psycopg
import pyarrow as pa
from pyarrow import csv

from demo.shop import Shop
from kit import embedded
from kit.db import connect_for_work
from models.migrating import migrate
from resolvers.imports.options import ImportOptions
from resolvers.imports.orders import import_orders

_BLOCK = 1 << 20
_RAW = (
    "COPY customer_order (tenant_id, external_id, customer_id, placed_at, amount, currency) "
    "FROM STDIN (FORMAT csv)"
)


def write_orders(path: Path, rows: int) -> None:
    """Orders of the demo shop, by time, as a CSV."""
    bare = Shop().orders_only(rows // 2)
    rng = np.random.default_rng(7)
    chosen = rng.permutation(len(bare.customer))[:rows]
    chosen = chosen[np.argsort(bare.day[chosen], kind="stable")]
    moment = np.datetime64("2024-01-01T00:00:00") + bare.day[chosen] * np.timedelta64(86_400, "s")
    moment += rng.integers(0, 86_400, rows).astype("timedelta64[s]")
    table = pa.table(
        {
            "order_id": pa.array([f"ORD-{number:08d}" for number in range(rows)]),
            "customer_id": pa.array([f"C{number:07d}" for number in bare.customer[chosen].tolist()]),
            "placed_at": pa.array(np.datetime_as_string(moment).tolist()),
            "amount": pa.array([f"{value / 10_000:.2f}" for value in bare.amount[chosen].tolist()]),
        }
    )
    csv.write_csv(table, path, csv.WriteOptions(quoting_style="none"))


def prepare(owner: psycopg.Connection[tuple[object, ...]], tenant: int, file: Path) -> None:
    """A tenant with the customers of a file."""
    with owner.transaction():
        owner.execute(
            "INSERT INTO tenant (id, name, slug, currency, time_zone) VALUES (%s, %s, %s, 'ARS', 'UTC')",
            (tenant, f"Bench {tenant}", f"bench-{tenant}"),
        )
        owner.execute("CREATE TEMP TABLE told (o text, c text, at timestamp, a numeric) ON COMMIT DROP")
        copy_file(owner, "COPY told FROM STDIN (FORMAT csv, HEADER)", file)
        owner.execute(
            "INSERT INTO customer (tenant_id, external_id) SELECT DISTINCT %s::bigint, c FROM told", (tenant,)
        )
    owner.execute("ANALYZE customer")


def write_raw(owner: psycopg.Connection[tuple[object, ...]], tenant: int, file: Path, raw: Path) -> None:
    """The rows of `customer_order` that the file comes to, ready to be copied in."""
    with owner.transaction(), raw.open("wb") as out:
        owner.execute(
            "CREATE TEMP TABLE told (n bigint GENERATED ALWAYS AS IDENTITY, o text, c text, at timestamp, "
            "a numeric) ON COMMIT DROP"
        )
        copy_file(owner, "COPY told (o, c, at, a) FROM STDIN (FORMAT csv, HEADER)", file)
        query = (
            "COPY (SELECT tenant_id, o, id, at AT TIME ZONE 'UTC', a, 'ARS' FROM told "
            f"JOIN customer ON tenant_id = {tenant} AND external_id = c ORDER BY n) TO STDOUT (FORMAT csv)"
        )
        with owner.cursor().copy(query) as copy:
            for block in copy:
                out.write(block)


def copy_file(owner: psycopg.Connection[tuple[object, ...]], query: str, file: Path) -> float:
    """COPY a file in; seconds it took."""
    started = perf_counter()
    with owner.cursor().copy(query) as copy, file.open("rb") as source:
        while block := source.read(_BLOCK):
            copy.write(block)
    return perf_counter() - started


def timed_import(url: str, tenant: int, file: Path) -> tuple[float, int]:
    """Import the file; seconds, and the most memory this process ever had, in MB."""
    started = perf_counter()
    with connect_for_work(url) as work:
        report = import_orders(work, file, ImportOptions(tenant=tenant))
    if report.inserted != report.rows:
        raise SystemExit(f"only {report.inserted} of {report.rows} rows were new; use an empty database")
    return perf_counter() - started, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@contextmanager
def places() -> Iterator[tuple[str, str, Path]]:
    """URLs of the application and the owner, and a folder for files."""
    with tempfile.TemporaryDirectory(prefix="cdp-bench-") as name:
        folder = Path(name)
        folder.chmod(0o755)
        if url := os.environ.get("CDP_DATABASE_URL"):
            yield url, url, folder
            return
        with embedded.lease(folder / "data") as server:
            yield server.url("cdp_app"), server.url("cdp_owner"), folder


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=2)
    asked = parser.parse_args()
    ratios = []
    with places() as (app_url, owner_url, folder):
        migrate(owner_url)
        file, raw = folder / "orders.csv", folder / "raw.csv"
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
            apart.submit(write_orders, file, asked.rows).result()
        with psycopg.connect(owner_url, autocommit=True) as owner:
            for turn in range(asked.rounds):
                prepare(owner, 2 * turn + 1, file)
                prepare(owner, 2 * turn + 2, file)
                write_raw(owner, 2 * turn + 1, file, raw)
                copied = copy_file(owner, _RAW, raw)
                with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as apart:
                    imported, memory = apart.submit(timed_import, app_url, 2 * turn + 2, file).result()
                ratios.append(copied / imported)
                print(
                    f"{asked.rows:,} rows: COPY {copied:.1f} s, import {imported:.1f} s "
                    f"({asked.rows / imported:,.0f} rows/s), ratio {ratios[-1]:.2f}, {memory} MB"
                )
    print(f"median ratio {median(ratios):.2f} (at least .50 is wanted)")


if __name__ == "__main__":
    main()
