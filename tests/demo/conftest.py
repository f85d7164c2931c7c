"""A small shop, written once for all tests, and its files read back."""

import csv
import gzip
import json
from dataclasses import dataclass
from io import StringIO
from typing import Any

import pytest

from demo.files import Files, write
from demo.shop import History, Shop

SMALL = Shop(seed=7, customers=3_000)


@dataclass(frozen=True)
class Written:
    """The small shop's files, read with the standard library."""

    files: Files
    customers: list[dict[str, str]]
    rows: list[dict[str, str]]
    events: list[dict[str, Any]]
    truth: dict[str, Any]

    @property
    def orders(self) -> list[dict[str, str]]:
        return [row for row in self.rows if row["kind"] == "order"]

    @property
    def credits(self) -> list[dict[str, str]]:
        return [row for row in self.rows if row["kind"] == "credit"]


@pytest.fixture(scope="session")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    files = write(tmp_path_factory.mktemp("demo"), SMALL)
    orders = gzip.decompress(files.orders.read_bytes()).decode()
    events = gzip.decompress(files.events.read_bytes()).decode()
    return Written(
        files=files,
        customers=list(csv.DictReader(StringIO(files.customers.read_text("utf-8")))),
        rows=list(csv.DictReader(StringIO(orders))),
        events=[json.loads(line) for line in events.splitlines()],
        truth=json.loads(files.facts.read_text("utf-8")),
    )


@pytest.fixture(scope="session")
def history() -> History:
    return Shop(seed=11, customers=10_000).history()
