"""A full sync from a VTEX of our own that answers in 20 ms: how much of the rate it uses; and storing alone.

python -m benchmarks.vtex [ORDERS [REQUESTS_A_MINUTE]]
"""

import asyncio
import multiprocessing
import resource
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

import orjson
import psycopg
from cryptography.fernet import Fernet

from benchmarks.shop import Urls, database
from connectors.vtex import Order, Revenue, Vtex
from connectors.vtex.orders import read_order
from kit.db import connect_for_work
from kit.secrets import Vault
from resolvers.syncing.fetch import BATCH
from resolvers.syncing.naming import Origin
from resolvers.syncing.store import Storing, store_orders
from resolvers.syncing.sync import Place, sync
from tests.connectors.vtex.fake import KEY, TOKEN, FakeVtex, Store, serving
from tests.connectors.vtex.shop import Shop

ORDERS, PER_MINUTE = 100_000, 6_000
DELAY = 0.02
_STORED = 20_000
_BUYERS = 5
"""Orders of one buyer."""


def shop(orders: int) -> Shop:
    return Shop(orders=orders, persons=max(1, orders // _BUYERS), days=720, now=datetime.now(UTC))


def _serve(orders: int, pipe: Connection) -> None:
    made = shop(orders)
    fake = FakeVtex(Store(details=made.details, documents=made.documents), delay=DELAY)
    with serving(fake):
        pipe.send((fake.template, made.truth))
        pipe.recv()
        pipe.send(len(fake.requests))


@contextmanager
def elsewhere(orders: int) -> Iterator[Connection]:
    """The VTEX in a process of its own; it tells its address first, and at a word how often it was asked."""
    ours, theirs = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=(orders, theirs))
    process.start()
    try:
        yield ours
    finally:
        process.terminate()
        process.join()


def tenant(urls: Urls, vault: Vault) -> None:
    sealed = vault.seal(orjson.dumps({"app_key": KEY, "app_token": TOKEN}).decode())
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        owner.execute(
            "INSERT INTO tenant (id, name, slug, currency, time_zone) "
            "VALUES (1, 'Shop', 'shop', 'BRL', 'UTC')"
        )
        owner.execute(
            "INSERT INTO integration (tenant_id, id, integration_type, account_name, environment, "
            "app_key_hint, credentials) VALUES (1, 1, 'vtex', 'chelseaio', 'vtexcommercestable', 'CDEF', %s)",
            [sealed],
        )


async def fetch(urls: Urls, vault: Vault, orders: int, per_minute: float) -> None:
    with elsewhere(orders) as pipe:
        template, truth = pipe.recv()
        vtex = Vtex(template, per_minute=per_minute)
        await vtex.open()
        began = time.perf_counter()
        await sync(Place(urls.app, vtex, vault), 1, 1)
        seconds = time.perf_counter() - began
        await vtex.close()
        pipe.send(None)
        asked = pipe.recv()
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    with psycopg.connect(urls.owner) as owner:
        found = owner.execute("SELECT count(*), count(DISTINCT customer_id) FROM customer_order").fetchone()
    assert found == (truth.orders, truth.buyers), (found, truth)
    share = asked / seconds / (per_minute / 60)
    print(f"{'orders':>9} {'requests':>9} {'seconds':>8} {'a second':>9} {'of the rate':>12} {'MB':>5}")
    print(
        f"{orders:>9,} {asked:>9,} {seconds:>8.1f} {orders / seconds:>9.1f} {share:>11.1%} {megabytes:>5}",
        flush=True,
    )


def store(urls: Urls) -> None:
    made = shop(_STORED)
    orders: list[Order] = [read_order(each) for each in made.details.values()]
    storing = Storing(1, 1, Revenue(), Origin("chelseaio", ""))
    with psycopg.connect(urls.owner, autocommit=True) as owner:
        tables = "customer_order, customer, refund, integration_order, integration_profile"
        owner.execute(f"TRUNCATE {tables} CASCADE")
    for name in ("new orders", "the same again"):
        began = time.perf_counter()
        with connect_for_work(urls.app) as work:
            for start in range(0, len(orders), BATCH):
                with work.transaction(1):
                    store_orders(work, storing, orders[start : start + BATCH])
        seconds = time.perf_counter() - began
        print(f"stored {name:<16} {len(orders) / seconds:>9,.0f} a second", flush=True)


def main() -> None:
    given = [*map(int, sys.argv[1:]), *(ORDERS, PER_MINUTE)[len(sys.argv) - 1 :]]
    vault = Vault((Fernet.generate_key().decode(),))
    with database() as urls:
        tenant(urls, vault)
        asyncio.run(fetch(urls, vault, given[0], given[1]))
        store(urls)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent.parent))
    main()
