"""What is written can be read back, refers to itself and adds up."""

import gzip
import hashlib
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from demo.events import KINDS
from demo.files import write
from demo.shop import Shop

if TYPE_CHECKING:
    from tests.demo.conftest import Written


def test_the_same_shop_and_end_give_the_same_bytes(tmp_path: Path) -> None:
    shop = Shop(seed=3, customers=400)
    one = write(tmp_path / "one", shop, date(2025, 6, 30))
    two = write(tmp_path / "two", Shop(seed=3, customers=400), date(2025, 6, 30))
    for path in (one.customers, one.orders, one.events, one.facts):
        assert path.read_bytes() == (two.customers.parent / path.name).read_bytes()


def test_another_seed_is_another_shop(tmp_path: Path) -> None:
    one = write(tmp_path / "one", Shop(seed=3, customers=400))
    two = write(tmp_path / "two", Shop(seed=4, customers=400))
    assert one.truth.revenue != two.truth.revenue


def test_the_text_is_the_one_every_platform_gives(tmp_path: Path) -> None:
    """Changes on purpose change these sums; say so in the changelog, since benchmarks rest on them."""
    contents = write(tmp_path, Shop(seed=3, customers=400)).truth.files
    assert {name: content.sha256[:16] for name, content in contents.items()} == {
        "customers.csv": "8a4dd175692acd5f",
        "orders.csv.gz": "6ea34bd7f8537f73",
        "events.ndjson.gz": "9106fd43f7caeb8b",
    }


def test_a_shop_ends_when_told(tmp_path: Path) -> None:
    truth = write(tmp_path, Shop(seed=3, customers=50, days=90), date(2024, 2, 29)).truth
    assert (truth.start, truth.end) == ("2023-12-02", "2024-02-29")
    assert truth.as_of == "2024-03-01T00:00:00-03:00"


def test_the_smallest_shops_can_be_written(tmp_path: Path) -> None:
    for seed in range(3):
        shop = Shop(seed=seed, customers=1, days=31, prospect_share=0.9)
        assert write(tmp_path / str(seed), shop).truth.counts["customers"] == 1


def test_the_sums_are_those_of_the_text(written: "Written") -> None:
    contents = written.truth["files"]
    assert set(contents) == {"customers.csv", "orders.csv.gz", "events.ndjson.gz"}
    for name, content in contents.items():
        data = (written.files.customers.parent / name).read_bytes()
        data = gzip.decompress(data) if name.endswith(".gz") else data
        assert hashlib.sha256(data).hexdigest() == content["sha256"]


def test_ids_are_unique(written: "Written") -> None:
    for ids in (
        [row["customer_id"] for row in written.customers],
        [row["order_id"] for row in written.rows],
        [event["message_id"] for event in written.events],
        [row["email"].lower() for row in written.customers if row["email"]],
    ):
        assert len(set(ids)) == len(ids)


def test_everything_refers_to_what_exists(written: "Written") -> None:
    customers = {row["customer_id"] for row in written.customers}
    orders = {row["order_id"]: row for row in written.orders}
    assert {row["customer_id"] for row in written.rows} <= customers | {""}
    assert {event["customer_id"] for event in written.events} <= customers
    for credit in written.credits:
        if credit["refund_of"]:
            order = orders[credit["refund_of"]]
            assert order["customer_id"] == credit["customer_id"]
            assert Decimal(credit["amount"]) <= Decimal(order["amount"])
            assert datetime.fromisoformat(order["placed_at"]) < datetime.fromisoformat(credit["placed_at"])
    assert not any(row["refund_of"] for row in orders.values())


def test_the_truth_counts_what_is_in_the_files(written: "Written") -> None:
    counts, ordered = written.truth["counts"], Counter(row["customer_id"] for row in written.orders)
    guests = ordered.pop("")
    linked = [row for row in written.credits if row["refund_of"]]
    amounts = {row["order_id"]: row["amount"] for row in written.orders}
    assert counts == {
        "customers": len(written.customers),
        "prospects": len(written.customers) - len(ordered),
        "buyers": len(ordered),
        "repeat_buyers": sum(count > 1 for count in ordered.values()),
        "alive": counts["alive"],
        "orders": len(written.orders),
        "guest_orders": guests,
        "credits": len(written.credits),
        "full_refunds": sum(row["amount"] == amounts[row["refund_of"]] for row in linked),
        "partial_refunds": sum(row["amount"] != amounts[row["refund_of"]] for row in linked),
        "unlinked_credits": len(written.credits) - len(linked),
        "events": len(written.events),
    }
    assert written.truth["events"] == Counter(event["event_type"] for event in written.events)
    files = written.truth["files"]
    assert files["customers.csv"]["records"] == counts["customers"]
    assert files["orders.csv.gz"]["records"] == counts["orders"] + counts["credits"]
    assert files["events.ndjson.gz"]["records"] == counts["events"]


def test_the_truth_adds_up_to_the_cent(written: "Written") -> None:
    gross = sum(Decimal(row["amount"]) for row in written.orders)
    given = sum(Decimal(row["amount"]) for row in written.credits)
    guests = sum(signed(row) for row in written.rows if not row["customer_id"])
    assert written.truth["revenue"] == {
        "gross": str(gross),
        "credits": str(given),
        "net": str(gross - given),
        "guest_net": str(guests),
    }


def test_the_vips_are_those_of_the_files(written: "Written") -> None:
    assert len(written.truth["vips"]) == 20
    for vip in written.truth["vips"]:
        rows = [row for row in written.rows if row["customer_id"] == vip["customer_id"]]
        assert vip["orders"] == sum(row["kind"] == "order" for row in rows)
        assert Decimal(vip["net"]) == sum(signed(row) for row in rows)


def signed(row: dict[str, str]) -> Decimal:
    return Decimal(row["amount"]) * (-1 if row["kind"] == "credit" else 1)


def test_money_has_two_decimals_and_is_positive(written: "Written") -> None:
    for row in written.rows:
        assert Decimal(row["amount"]).as_tuple().exponent == -2
        assert Decimal(row["amount"]) > 0
        assert row["currency"] == "ARS"


def test_times_are_zone_aware_sorted_and_inside_the_window(written: "Written") -> None:
    end = datetime.fromisoformat(written.truth["as_of"])
    start = end - timedelta(days=730)
    for texts in (
        [row["created_at"] for row in written.customers],
        [row["placed_at"] for row in written.rows],
        [event["occurred_at"] for event in written.events],
    ):
        times = [datetime.fromisoformat(text) for text in texts]
        assert all(time.utcoffset() == timedelta(hours=-3) for time in times)
        assert start <= min(times) <= max(times) < end
    assert [row["placed_at"] for row in written.rows] == sorted(row["placed_at"] for row in written.rows)


def test_nothing_happens_before_the_account_is_made(written: "Written") -> None:
    created = {row["customer_id"]: row["created_at"] for row in written.customers}
    assert all(row["placed_at"] >= created[row["customer_id"]] for row in written.rows if row["customer_id"])
    assert all(event["occurred_at"] >= created[event["customer_id"]] for event in written.events)


def test_each_kind_of_event_has_its_properties(written: "Written") -> None:
    orders = {row["order_id"]: row for row in written.orders}
    seen = {kind: [e for e in written.events if e["event_type"] == kind] for kind in KINDS}
    keys = {kind: set.union(*(set(event["properties"]) for event in found)) for kind, found in seen.items()}
    assert keys == {
        "page_view": {"page", "referrer"},
        "add_to_cart": {"product", "quantity"},
        "remove_from_cart": {"product", "quantity"},
        "purchase": {"order_id", "amount", "currency", "items"},
        "email_opened": {"campaign"},
        "email_clicked": {"campaign"},
        "campaign_converted": {"campaign", "order_id"},
    }
    assert len(seen["purchase"]) == sum(bool(row["customer_id"]) for row in written.orders)
    for event in (*seen["purchase"], *seen["campaign_converted"]):
        order = orders[event["properties"]["order_id"]]
        assert event["customer_id"] == order["customer_id"]
        assert event["occurred_at"] == order["placed_at"]
        assert event["properties"].get("amount", order["amount"]) == order["amount"]


def test_mail_is_read_by_those_who_have_an_address(written: "Written") -> None:
    reachable = {row["customer_id"] for row in written.customers if row["email"]}
    mail = {"email_opened", "email_clicked", "campaign_converted"}
    assert {e["customer_id"] for e in written.events if e["event_type"] in mail} <= reachable
