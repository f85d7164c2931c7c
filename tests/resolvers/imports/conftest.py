"""A shop to import files into, and a look at what is then in its tables."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from kit.db import Work, connect_for_work
from resolvers.imports.options import ImportOptions, NewTenant
from resolvers.imports.report import ImportReport

if TYPE_CHECKING:
    from tests.conftest import Urls

TENANT = 56
NEW = NewTenant("Demo", "GBP", "Europe/London")


@dataclass
class Shop:
    """Tenant 56, in pounds and London's time, made by the first import."""

    work: Work
    url: str
    folder: Path

    def write(self, content: str | bytes, name: str = "f.csv") -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def take(self, kind: str, file: str | bytes | Path, **options: Any) -> ImportReport:
        path = file if isinstance(file, Path) else self.write(file)
        options.setdefault("rejects", self.folder / "rejects.csv")
        options.setdefault("create", NEW)
        options.setdefault("max_rejects", 100)
        use: Callable[..., ImportReport] = getattr(
            import_module(f"resolvers.imports.{kind}"), f"import_{kind}"
        )
        return use(self.work, path, ImportOptions(**{"tenant": TENANT, **options}))

    def orders(self, file: str | bytes | Path, **options: Any) -> ImportReport:
        return self.take("orders", file, **options)

    def rejects(self) -> list[str]:
        """The lines of the file of rejects below its header."""
        path = self.folder / "rejects.csv"
        if not path.exists():
            return []
        header, *lines = path.read_text("utf-8").splitlines()
        assert header == "line,column,value,reason"
        return lines

    def see(self, query: str) -> list[Any]:
        """Rows of a query that row-level security does not bind; of one column, its values."""
        with psycopg.connect(self.url) as connection:
            rows = connection.execute(query).fetchall()
        return [row[0] if len(row) == 1 else row for row in rows]

    def everything(self) -> list[Any]:
        """All rows of the tables, with what could tell a change that set nothing anew."""
        tables = ("tenant", "customer", "customer_order", "refund", "exchange_rate", "event")
        return [self.see(f"SELECT xmin::text, * FROM {table} ORDER BY 1, 2, 3, 4") for table in tables]

    def state(self) -> list[Any]:
        """Orders and refunds with their links, by the shop's own ids."""
        return [
            self.see(
                "SELECT o.external_id, c.external_id, placed_at, amount, currency, status, items, refunded "
                "FROM customer_order o LEFT JOIN customer c ON c.id = customer_id ORDER BY 1"
            ),
            self.see(
                "SELECT r.external_id, c.external_id, o.external_id, linked_by, refunded_at, r.amount, "
                "r.currency FROM refund r LEFT JOIN customer c ON c.id = r.customer_id "
                "LEFT JOIN customer_order o ON o.id = r.order_id ORDER BY 1"
            ),
        ]


@pytest.fixture
def shop(urls: "Urls", tmp_path: Path) -> Iterator[Shop]:
    with connect_for_work(urls.app) as work:
        yield Shop(work, urls.admin, tmp_path)
