"""Real order histories, and the demo shop's with the truth about it."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from demo.files import write
from demo.shop import Shop as DemoShop
from resolvers.imports.options import NewTenant
from resolvers.processing.process import process
from resolvers.processing.record import read_run
from resolvers.processing.request import Request

if TYPE_CHECKING:
    from tests.conftest import Urls
    from tests.resolvers.imports.conftest import Shop

NET = {"GBP": Decimal("8300065.81")}


def test_the_orders_and_the_lines_of_one_shop_say_the_same(shop: "Shop", shared_data: Path) -> None:
    orders = shop.orders(shared_data / "uci_online_retail_orders.csv", max_rejects=0)
    assert (orders.rows, orders.customers, orders.inserted, orders.refunds.inserted) == (
        22_190,
        4_372,
        18_536,
        3_654,
    )
    assert (orders.refunds.by_amount, orders.refunds.unlinked) == (158, 3_496)
    assert orders.revenue == NET
    assert (orders.first_day, orders.last_day) == (date(2010, 12, 1), date(2011, 12, 9))
    before = shop.everything()
    assert not shop.orders(shared_data / "uci_online_retail_orders.csv").changed
    assert shop.everything() == before

    lines = shop.orders(shared_data / "uci_online_retail_lines.csv.gz", max_rejects=0)
    assert (lines.rows, lines.customers, lines.customers_new) == (541_909, 4_372, 0)
    assert (lines.unchanged, lines.updated, lines.inserted) == (18_536, 0, lines.guests)
    assert (lines.refunds.unchanged, lines.refunds.updated, lines.refunds.by_amount) == (3_654, 0, 158)
    assert lines.revenue == NET
    assert shop.see("SELECT count(*) FROM customer_order WHERE amount = 0 AND customer_id IS NOT NULL") == [4]


SCORES = """
SELECT external_id, recency_days, frequency, monetary, segment,
    100 * recency_score + 10 * frequency_score + monetary_score
FROM customer_score JOIN customer USING (tenant_id)
WHERE customer.id = customer_score.customer_id ORDER BY external_id
"""


def test_both_files_are_scored_alike(shop: "Shop", urls: "Urls", shared_data: Path) -> None:
    found = []
    for name in ("uci_online_retail_orders.csv", "uci_online_retail_lines.csv.gz"):
        shop.orders(shared_data / name)
        outcome = process(urls.app, 56, Request.of(None, "2011-12-10", force=True))
        run = read_run(urls.app, 56, outcome.run_id)
        found.append(shop.see(SCORES))
        assert run.rfm is not None
        shares = [Decimal(str(each["percentage"])) for each in run.rfm["distribution"]]
        assert abs(sum(shares, Decimal(-100))) <= Decimal("0.06")
    assert found[0] == found[1]
    (reversed_buyer,) = [row for row in found[0] if row[0] == "16446"]
    assert reversed_buyer[4:] == ("Lost", 111)
    in_all = sum(row[3] for row in found[0])
    assert in_all - Decimal("11004.14") == NET["GBP"]


def test_the_reversed_order_of_the_best_customer_is_matched(shop: "Shop", shared_data: Path) -> None:
    shop.orders(shared_data / "uci_online_retail_orders.csv")
    assert shop.see(
        "SELECT external_id, refunded FROM customer_order WHERE amount > 100000 AND refunded = 168469.60"
    ) == [("581483", Decimal("168469.6000"))]


def test_cdnow(shop: "Shop") -> None:
    spec = find_spec("lifetimes")
    assert spec
    assert spec.origin
    file = Path(spec.origin).parent / "datasets" / "CDNOW_master.txt"
    report = shop.orders(file, create=NewTenant("CDNOW", "USD", "America/New_York"), max_rejects=0)
    assert (report.rows, report.inserted, report.customers) == (69_659, 69_659, 23_570)
    assert report.revenue == {"USD": Decimal("2500315.63")}
    assert (report.first_day, report.last_day) == (date(1997, 1, 1), date(1998, 6, 30))
    again = shop.orders(file, create=None)
    assert (again.changed, again.unchanged) == (False, 69_659)


def test_the_demo_shop(shop: "Shop", tmp_path: Path) -> None:
    files = write(tmp_path / "demo", DemoShop(seed=7, customers=2_000))
    settings = {"create": NewTenant("Demo", "ARS", "America/Argentina/Buenos_Aires"), "max_rejects": 0}
    customers = shop.take("customers", files.customers, **settings)
    orders = shop.orders(files.orders, **settings)
    events = shop.take("events", files.events, **settings)
    counts, revenue = files.truth.counts, files.truth.revenue
    assert customers.inserted == counts["customers"]
    assert (orders.inserted, orders.guests) == (counts["orders"], counts["guest_orders"])
    assert orders.refunds.by_reference == counts["full_refunds"] + counts["partial_refunds"]
    assert orders.refunds.by_amount + orders.refunds.unlinked == counts["unlinked_credits"]
    assert orders.guest_revenue == {"ARS": Decimal(revenue["guest_net"])}
    assert orders.revenue["ARS"] + orders.guest_revenue["ARS"] == Decimal(revenue["net"])
    assert (orders.customers_new, events.inserted, events.customers_new) == (0, counts["events"], 0)
    for kind, file in (("customers", files.customers), ("orders", files.orders), ("events", files.events)):
        assert not shop.take(kind, file, **settings).changed


@pytest.fixture(autouse=True)
def _no_rejects(shop: "Shop") -> Iterator[None]:
    yield
    assert shop.rejects() == []
