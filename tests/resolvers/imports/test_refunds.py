import random
from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.resolvers.imports.conftest import Shop

HEADER = "order_id,customer_id,date,amount,kind,refund_of\n"
LINKS = "SELECT external_id, linked_by, order_id IS NOT NULL FROM refund ORDER BY 1"


@pytest.mark.parametrize("sign", ["", "-"])
def test_credits_are_taken_in_either_sign(shop: "Shop", sign: str) -> None:
    shop.orders(HEADER + f"1,a,2024-01-01,10,order,\nC1,a,2024-01-02,{sign}4,refund,1\n")
    assert shop.see("SELECT amount::int, refunded::int FROM customer_order") == [(10, 4)]
    assert shop.see("SELECT amount::int, order_external_id, linked_by FROM refund") == [(4, "1", "reference")]


def test_a_reference_links_also_when_its_order_comes_later(shop: "Shop") -> None:
    first = shop.orders(HEADER + "C1,a,2024-01-02,4,credit,1\n")
    assert (first.refunds.by_reference, first.refunds.unlinked) == (0, 1)
    shop.orders(HEADER + "1,a,2024-01-01,10,order,\n")
    assert shop.see(LINKS) == [("C1", "reference", True)]
    assert shop.see("SELECT refunded::int FROM customer_order") == [4]


def test_a_reference_to_an_order_in_another_currency_does_not_link(shop: "Shop") -> None:
    shop.orders(
        "order_id,customer_id,date,amount,kind,refund_of,currency\n"
        "1,a,2024-01-01,10,order,,GBP\nC1,a,2024-01-02,4,credit,1,EUR\n"
    )
    assert shop.see(LINKS) == [("C1", None, False)]


def test_a_credit_with_an_orders_number_undoes_that_order(shop: "Shop") -> None:
    shop.orders(HEADER + "1,a,2024-01-01,10,order,\n2,a,2024-01-01,4,order,\n1,a,2024-01-02,-4,credit,\n")
    assert shop.see("SELECT external_id, refunded::int FROM customer_order ORDER BY 1") == [
        ("1", 4),
        ("2", 0),
    ]


def test_an_unnamed_credit_takes_the_latest_earlier_order_of_its_amount(shop: "Shop") -> None:
    report = shop.orders(
        HEADER
        + "1,a,2024-01-01,10,order,\n2,a,2024-01-03,10,order,\n3,a,2024-01-05,10,order,\n"
        + "4,b,2024-01-03,10,order,\n"
        + "C1,a,2024-01-04,10,credit,\nC2,a,2024-01-04 12:00,10,credit,\nC3,a,2024-01-04 13:00,10,credit,\n"
        + "C4,a,2024-01-06,9.99,credit,\nC5,,2024-01-06,10,credit,\n"
    )
    assert [row[:4] for row in shop.state()[1]] == [
        ("C1", "a", "2", "amount"),
        ("C2", "a", "1", "amount"),
        ("C3", "a", None, None),
        ("C4", "a", None, None),
        ("C5", None, None, None),
    ]
    assert (report.refunds.by_reference, report.refunds.by_amount, report.refunds.unlinked) == (0, 2, 3)
    assert shop.see("SELECT refunded::int FROM customer_order ORDER BY external_id") == [10, 10, 0, 0]


def test_an_order_of_the_same_moment_is_earlier_and_ties_go_by_number(shop: "Shop") -> None:
    shop.orders(HEADER + "C1,a,2024-01-01,10,credit,\n1,a,2024-01-01,10,order,\n2,a,2024-01-01,10,order,\n")
    assert shop.state()[1][0][2] == "2"


def test_orders_that_are_not_paid_or_refunded_by_name_are_not_taken(shop: "Shop") -> None:
    shop.orders(
        "order_id,customer_id,date,amount,kind,refund_of,status\n"
        "1,a,2024-01-01,10,order,,paid\n2,a,2024-01-02,10,order,,paid\n3,a,2024-01-03,10,order,,cancelled\n"
        "C1,a,2024-01-04,1,credit,2,\nC2,a,2024-01-05,10,credit,,\n"
    )
    assert [row[:4] for row in shop.state()[1]] == [("C1", "a", "2", "reference"), ("C2", "a", "1", "amount")]


def test_a_link_by_amount_gives_way_when_its_order_is_refunded_by_name(shop: "Shop") -> None:
    shop.orders(HEADER + "1,a,2024-01-01,10,order,\n2,a,2024-01-02,10,order,\nC1,a,2024-01-05,10,credit,\n")
    assert shop.state()[1][0][2] == "2"
    shop.orders(HEADER + "C2,,2024-01-06,10,credit,2\n")
    assert [row[:4] for row in shop.state()[1]] == [
        ("C1", "a", "1", "amount"),
        ("C2", None, "2", "reference"),
    ]
    assert shop.see("SELECT refunded::int FROM customer_order ORDER BY external_id") == [10, 10]


def test_a_link_by_amount_is_undone_when_its_order_changes(shop: "Shop") -> None:
    shop.orders(HEADER + "1,a,2024-01-01,10,order,\nC1,a,2024-01-05,10,credit,\n")
    shop.orders(HEADER + "1,b,2024-01-01,10,order,\n")
    assert shop.see(LINKS) == [("C1", None, False)]
    assert shop.see("SELECT refunded::int FROM customer_order") == [0]
    shop.orders(HEADER + "1,a,2024-01-01,10,order,\nC1,a,2024-01-05,9,credit,\n")
    assert shop.see(LINKS) == [("C1", None, False)]


def test_a_refund_whose_amount_changes_is_summed_anew(shop: "Shop") -> None:
    shop.orders(HEADER + "1,a,2024-01-01,10,order,\nC1,a,2024-01-05,4,credit,1\n")
    report = shop.orders(HEADER + "C1,a,2024-01-05,6,credit,1\n")
    assert (report.refunds.updated, report.refunds.inserted) == (1, 0)
    assert shop.see("SELECT refunded::int FROM customer_order") == [6]


def test_credits_of_nothing_and_unpaid_ones_are_left_out_and_said(shop: "Shop") -> None:
    report = shop.orders(
        "order_id,customer_id,date,amount,kind,status\nC1,a,2024-01-01,0,credit,\n"
        "C2,a,2024-01-01,5,credit,cancelled\n3,a,2024-01-01,-5,order,pending\n4,a,2024-01-01,5,order,\n"
    )
    assert shop.see("SELECT count(*) FROM refund") == [0]
    reason = '"a credit of nothing, or one that was not paid out; it is left out"'
    assert shop.rejects() == [
        f"2,order_id,C1,{reason}",
        f"3,order_id,C2,{reason}",
        f"4,order_id,3,{reason}",
    ]
    assert (report.rejected, report.warnings, report.inserted) == (0, 3, 1)


def naive_links(rows: list[dict[str, Any]]) -> dict[str, tuple[str, str]]:
    """The rule of scoring.md, refund by refund."""
    orders = {row["id"]: row for row in rows if row["kind"] == "order"}
    refunds = sorted((row for row in rows if row["kind"] == "credit"), key=lambda row: (row["at"], row["id"]))
    links: dict[str, tuple[str, str]] = {}
    taken: set[str] = set()
    for refund in refunds:
        if refund["of"] in orders:
            links[refund["id"]] = (refund["of"], "reference")
            taken.add(refund["of"])
    for refund in refunds:
        if refund["of"] or not refund["customer"]:
            continue
        fitting = [
            (order["at"], order["id"])
            for order in orders.values()
            if order["customer"] == refund["customer"]
            and order["amount"] == refund["amount"]
            and order["at"] <= refund["at"]
            and order["id"] not in taken
        ]
        if fitting:
            best = max(fitting)[1]
            links[refund["id"]] = (best, "amount")
            taken.add(best)
    return links


@pytest.mark.parametrize("seed", range(6))
def test_links_are_those_of_the_rule_in_whatever_files_and_order_rows_arrive(shop: "Shop", seed: int) -> None:
    rng = random.Random(seed)
    rows = [
        {
            "id": f"{number:03d}",
            "customer": rng.choice(["a", "b", ""]),
            "at": f"2024-01-{rng.randint(1, 12):02d}",
            "amount": rng.choice([10, 20]),
            "kind": rng.choice(["order", "order", "credit"]),
            "of": "",
        }
        for number in range(120)
    ]
    for row in rows:
        if row["kind"] == "credit" and rng.random() < 0.2:
            row["of"] = f"{rng.randint(0, 130):03d}"
    expected = naive_links(rows)
    parts = defaultdict(list)
    for row in rows:
        parts[rng.randint(0, 3)].append(row)
    for part in parts.values():
        rng.shuffle(part)
        shop.orders(
            HEADER + "".join("{id},{customer},{at},{amount},{kind},{of}\n".format(**row) for row in part)
        )
    orders, refunds = shop.state()
    assert {row[0]: (row[2], row[3]) for row in refunds if row[2]} == expected
    sums: defaultdict[str | None, Decimal] = defaultdict(Decimal)
    for _, _, order, _, _, amount, _ in refunds:
        sums[order] += amount
    assert {row[0]: row[7] for row in orders} == {row[0]: sums[row[0]] for row in orders}
    assert expected
