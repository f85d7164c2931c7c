from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.resolvers.imports.conftest import Shop

SEE = (
    "SELECT external_id, email, email_norm, first_name, last_name, phone, created_at, attributes "
    "FROM customer ORDER BY external_id"
)
HEADER = "customer_id,email,first_name,last_name,phone,created_at,Country,score\n"


def test_customers_and_their_attributes(shop: "Shop") -> None:
    report = shop.take(
        "customers",
        HEADER + 'a,Ann@Example.com,Ann,"Lee, Jr",+44 1,2024-07-01 10:00,United Kingdom,7\nb,,,,,,,\n',
    )
    assert shop.see(SEE) == [
        (
            *("a", "Ann@Example.com", "ann@example.com", "Ann", "Lee, Jr", "+44 1"),
            *(datetime(2024, 7, 1, 9, tzinfo=UTC), {"Country": "United Kingdom", "score": "7"}),
        ),
        ("b", None, None, None, None, None, None, {}),
    ]
    assert (report.inserted, report.customers_new, report.changed) == (2, 2, True)
    assert report.unused == ["Country", "score"]


def test_an_empty_cell_erases_nothing(shop: "Shop") -> None:
    shop.take("customers", HEADER + "a,a@b.c,Ann,Lee,1,2024-07-01,UK,7\n")
    report = shop.take("customers", "customer_id,email,phone,Country,tier\na,,2,,gold\nz,,,,\n")
    assert (report.inserted, report.updated, report.unchanged) == (1, 1, 0)
    row = shop.see(SEE)[0]
    assert row[1:6] == ("a@b.c", "a@b.c", "Ann", "Lee", "2")
    assert row[7] == {"Country": "UK", "score": "7", "tier": "gold"}


def test_the_same_file_again_changes_nothing(shop: "Shop") -> None:
    content = HEADER + "a,a@b.c,Ann,Lee,1,2024-07-01,UK,7\n"
    shop.take("customers", content)
    before = shop.everything()
    report = shop.take("customers", content)
    assert (report.changed, report.unchanged) == (False, 1)
    assert shop.everything() == before


def test_an_email_that_is_none_costs_the_cell_and_not_the_row(shop: "Shop") -> None:
    report = shop.take("customers", HEADER + "a,nowhere,Ann,,,never,,\nb,b@b.c,,,,2024-01-01,,\n")
    assert [row[:4] for row in shop.see(SEE)] == [("a", None, None, "Ann"), ("b", "b@b.c", "b@b.c", None)]
    left_out = "the row is imported without it"
    assert shop.rejects() == [
        f"2,created_at,never,not a date like 2024-01-31 or 2024-01-31T18:05:00; {left_out}",
        f"2,email,nowhere,not an e-mail address; {left_out}",
    ]
    assert (report.rejected, report.warnings) == (0, 2)


def test_rows_of_one_customer_add_up_and_the_last_word_counts(shop: "Shop") -> None:
    shop.take("customers", "customer_id,email,first_name\na,a@b.c,Ann\na,,Anna\na,x@b.c,\n")
    assert [row[:4] for row in shop.see(SEE)] == [("a", "x@b.c", "x@b.c", "Anna")]


def test_a_row_without_an_id_is_rejected(shop: "Shop") -> None:
    report = shop.take("customers", "customer_id,email\n,a@b.c\nb,b@b.c\n")
    assert shop.rejects() == ["2,customer_id,,is empty"]
    assert (report.rows, report.rejected, report.inserted) == (2, 1, 1)


def test_customers_of_orders_are_filled_in(shop: "Shop") -> None:
    shop.orders("customer_id,date,amount\na,2024-01-01,1\n")
    report = shop.take("customers", "customer_id,email\na,a@b.c\n")
    assert (report.inserted, report.updated) == (0, 1)
