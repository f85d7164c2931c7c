from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.resolvers.imports.conftest import Shop

HEADER = "order_id,customer_id,date,qty,unit_price,currency\n"


def test_lines_are_summed_exactly_and_then_rounded(shop: "Shop") -> None:
    report = shop.orders(
        HEADER
        + "1,a,2024-01-01 08:26,3,0.335,GBP\n"
        + "1,a,2024-01-01 08:25,1,0.01,\n"
        + "2,a,2024-01-02,0.5,0.005,GBP\n" * 2
        + "3,a,2024-01-02,1,0.335,GBP\n" * 2
    )
    assert shop.see(
        "SELECT external_id, amount::text, items, to_char(placed_at, 'HH24:MI') "
        "FROM customer_order ORDER BY 1"
    ) == [("1", "1.0200", 2, "08:25"), ("2", "0.0000", 2, "00:00"), ("3", "0.6700", 2, "00:00")]
    assert (report.rows, report.inserted) == (6, 3)


def test_lines_win_over_an_amount_that_was_only_recognised(shop: "Shop") -> None:
    content = "order_id,customer_id,date,qty,unit_price,total\n1,a,2024-01-01,2,5,99\n"
    report = shop.orders(content)
    assert (report.revenue, report.unused) == ({"GBP": Decimal(10)}, ["total"])
    assert shop.orders(content, mapping={"amount": "total"}).revenue == {"GBP": Decimal(99)}


def test_rows_of_an_amount_with_the_same_number_are_lines_too(shop: "Shop") -> None:
    shop.orders("order_id,customer_id,date,amount,items\n1,a,2024-01-01,2,1\n1,a,2024-01-01,3,4\n")
    assert shop.see("SELECT amount::int, items FROM customer_order") == [(5, 5)]


def test_lines_that_disagree_are_rejected_with_their_order(shop: "Shop") -> None:
    report = shop.orders(
        HEADER
        + "1,a,2024-01-01,1,1,GBP\n1,b,2024-01-01,1,1,GBP\n"
        + "2,a,2024-01-01,1,1,GBP\n2,a,2024-01-01,1,1,EUR\n"
        + "3,a,2024-01-01,1,1,GBP\n3,,2024-01-01,1,1,GBP\n"
        + "4,a,2024-01-01,999999999999999,9,GBP\n"
    )
    assert shop.see("SELECT external_id FROM customer_order") == ["3"]
    assert shop.rejects() == [
        "2,order_id,1,the rows of this order name different customers",
        "3,order_id,1,the rows of this order name different customers",
        "4,order_id,2,the rows of this order have different currencies",
        "5,order_id,2,the rows of this order have different currencies",
        "8,order_id,4,the total of this order has more than 15 digits before the point",
    ]
    assert report.rejected == 5
    assert shop.see("SELECT external_id FROM customer") == ["a"]


def test_a_wrong_line_takes_its_order_with_it(shop: "Shop") -> None:
    report = shop.orders(HEADER + "1,a,2024-01-01,1,1,GBP\n1,a,2024-01-01,x,1,GBP\n2,a,2024-01-01,1,1,GBP\n")
    assert shop.see("SELECT external_id FROM customer_order") == ["2"]
    assert shop.rejects() == [
        "3,qty,x,not a number",
        "2,order_id,1,another row of this order was rejected",
    ]
    assert report.rejected == 2


def test_lines_that_were_cancelled_do_not_count_in_an_order_that_was_paid(shop: "Shop") -> None:
    shop.orders(
        "order_id,customer_id,date,qty,price,status\n"
        "1,a,2024-01-01,1,10,paid\n1,a,2024-01-01,1,5,cancelled\n"
        "2,a,2024-01-01,1,7,pending\n2,a,2024-01-01,1,2,cancelled\n3,a,2024-01-01,1,3,cancelled\n"
    )
    assert shop.see("SELECT external_id, amount::int, status FROM customer_order ORDER BY 1") == [
        ("1", 10, "paid"),
        ("2", 7, "pending"),
        ("3", 3, "cancelled"),
    ]


def test_lines_below_zero_are_a_credit_when_their_order_is(shop: "Shop") -> None:
    report = shop.orders(
        HEADER
        + "1,a,2024-01-01,1,10,GBP\n1,a,2024-01-01,-1,3,GBP\n"
        + "C1,a,2024-01-02,-1,4,GBP\nC1,a,2024-01-02,-1,1,GBP\n"
    )
    assert shop.see("SELECT external_id, amount::int FROM customer_order") == [("1", 7)]
    assert shop.see("SELECT external_id, amount::int FROM refund") == [("C1", 5)]
    assert report.revenue == {"GBP": Decimal(2)}
