"""The tables that both sides are asked for: a shop, as `benchmarks.shop` fills it, with its scores."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psycopg

from benchmarks.processing import process_in_child
from benchmarks.shop import Urls, database, fill

_DRESSED = (
    "UPDATE customer SET email = 'c' || id || '@example.com', first_name = 'Ana ' || id % 89, "
    "last_name = 'García ' || id % 97, phone = '+54 11 ' || 40000000 + id, created_at = '2024-01-01'",
    "VACUUM ANALYZE customer",
)


class Tables(NamedTuple):
    """Where they are, and how many orders are in them."""

    urls: Urls
    orders: int


@contextlib.contextmanager
def tables(customers: int) -> Iterator[Tables]:
    """Tables of so many customers; their scores stand under a name that PostGraphile finds them by."""
    with database() as urls:
        orders = fill(urls, customers)
        with psycopg.connect(urls.owner, autocommit=True) as owner:
            for statement in _DRESSED:
                owner.execute(statement)
            owner.execute((Path(__file__).parent / "standing_score.sql").read_text())
        process_in_child(urls)
        yield Tables(urls, orders)
