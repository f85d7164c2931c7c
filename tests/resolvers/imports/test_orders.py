from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pyarrow as pa
import pytest
from pyarrow import parquet

from kit.errors import InvalidInputError

if TYPE_CHECKING:
    from tests.resolvers.imports.conftest import Shop

ORDERS = "SELECT external_id, amount::text, currency, status, items FROM customer_order ORDER BY external_id"


def test_an_order_a_row(shop: "Shop") -> None:
    report = shop.orders(
        "order_id,customer_id,placed_at,amount,currency,status,items\n"
        "1,17850,2024-07-01 08:26,12.10,GBP,paid,3\n"
        "2,17850,2024-01-31T23:30:00Z,0,eur,Pending,\n"
        "3,,2024-01-31,5,,anulado,1\n"
    )
    assert shop.see("SELECT external_id FROM customer") == ["17850"]
    assert shop.see(ORDERS) == [
        ("1", "12.1000", "GBP", "paid", 3),
        ("2", "0.0000", "EUR", "pending", None),
        ("3", "5.0000", "GBP", "cancelled", 1),
    ]
    assert shop.see("SELECT placed_at FROM customer_order ORDER BY external_id") == [
        datetime(2024, 7, 1, 7, 26, tzinfo=UTC),
        datetime(2024, 1, 31, 23, 30, tzinfo=UTC),
        datetime(2024, 1, 31, tzinfo=UTC),
    ]
    assert (report.rows, report.rejected, report.inserted, report.updated, report.unchanged) == (
        3,
        0,
        3,
        0,
        0,
    )
    assert (report.customers, report.customers_new, report.guests) == (1, 1, 1)
    assert report.revenue == {"EUR": Decimal(0), "GBP": Decimal("12.10")}
    assert report.guest_revenue == {"GBP": Decimal(0)}
    assert (report.first_day, report.last_day) == (date(2024, 1, 31), date(2024, 7, 1))
    assert report.mapping["placed_at"] == "placed_at"
    assert report.changed
    assert report.tenant_created


def test_the_same_file_again_changes_nothing(shop: "Shop") -> None:
    content = "order_id,customer_id,date,amount,kind\n1,a,2024-01-01,10,order\nC1,a,2024-01-02,-10,credit\n"
    assert shop.orders(content).changed
    before = shop.everything()
    again = shop.orders(content)
    assert not again.changed
    assert (again.inserted, again.updated, again.unchanged) == (0, 0, 1)
    assert (again.refunds.inserted, again.refunds.unchanged) == (0, 1)
    assert shop.everything() == before


def test_what_differs_is_updated_and_what_is_not_said_stays(shop: "Shop") -> None:
    shop.orders(
        "order_id,customer_id,date,amount,status,items\n1,a,2024-01-01,10,pending,4\n2,a,2024-01-01,5,paid,1\n"
    )
    report = shop.orders(
        "order_id,customer_id,date,amount\n1,b,2024-01-02,11\n2,a,2024-01-01,5.00\n3,a,2024-01-01,1\n"
    )
    assert (report.inserted, report.updated, report.unchanged) == (1, 1, 1)
    assert shop.see(ORDERS) == [
        ("1", "11.0000", "GBP", "pending", 4),
        ("2", "5.0000", "GBP", "paid", 1),
        ("3", "1.0000", "GBP", "paid", None),
    ]
    assert shop.state()[0][0][1] == "b"


def test_the_tenants_data_are_marked_as_changed_only_when_they_are(shop: "Shop") -> None:
    content = "order_id,customer_id,date,amount\n1,a,2024-01-01,10\n"
    shop.orders(content)
    first = shop.see("SELECT data_changed_at FROM tenant")
    shop.orders(content)
    assert first != [None]
    assert shop.see("SELECT data_changed_at FROM tenant") == first
    shop.orders(content.replace("10", "11"))
    assert shop.see("SELECT data_changed_at FROM tenant") > first


def test_amounts_are_rounded_half_even_to_the_currencys_smallest_unit(shop: "Shop") -> None:
    shop.orders(
        "order_id,customer_id,date,amount,currency\n"
        "1,a,2024-01-01,0.125,GBP\n2,a,2024-01-01,0.135,GBP\n3,a,2024-01-01,0.1251,GBP\n"
        "4,a,2024-01-01,2.5,JPY\n5,a,2024-01-01,3.5,JPY\n6,a,2024-01-01,1.0625,KWD\n7,a,2024-01-01,1.00005,CLF\n"
    )
    assert [row[1] for row in shop.see(ORDERS)] == [
        *("0.1200", "0.1400", "0.1300", "2.0000", "4.0000", "1.0620", "1.0000")
    ]


def test_without_order_numbers_rows_are_counted_per_customer_and_moment(shop: "Shop") -> None:
    content = (
        "customer_id,date,amount\n17850,1997-01-12,10\n17850,1997-01-12,5\n,1997-01-12,1\n"
        "17850,1997-01-12 08:26,2\na@b,1997-01-12 08:26:00.5,3\n17850,1997-01-12,10.00\n"
    )
    shop.orders(content)
    assert shop.see("SELECT external_id, amount::int FROM customer_order ORDER BY id") == [
        ("17850@1997-01-12=10#1", 10),
        ("17850@1997-01-12=5#1", 5),
        ("@1997-01-12=1#1", 1),
        ("17850@1997-01-12T08:26:00=2#1", 2),
        ("a@b@1997-01-12T08:26:00.500000=3#1", 3),
        ("17850@1997-01-12=10#2", 10),
    ]
    assert not shop.orders(content).changed


def test_without_order_numbers_another_amount_is_another_order(shop: "Shop") -> None:
    shop.orders("customer_id,date,amount\na,1997-01-12,100\n")
    shop.orders("customer_id,date,amount\na,1997-01-12,55\n")
    assert shop.see("SELECT amount::int FROM customer_order ORDER BY id") == [100, 55]


def test_the_number_does_not_depend_on_how_the_date_is_written(shop: "Shop") -> None:
    shop.orders("customer_id,date,amount\na,1997-01-12,10\na,1997-07-12,10\n")
    assert not shop.orders("customer_id,date,amount\na,19970112,10\na,19970712,10\n").changed
    assert not shop.orders(
        "customer_id,date,amount\na,1997-01-12T00:00Z,10\na,1997-07-11T23:00Z,10\n"
    ).changed


def test_orders_later_than_now_are_taken_and_counted(shop: "Shop") -> None:
    assert shop.orders("customer_id,date,amount\na,2150-01-12,10\na,2020-01-12,10\n").future == 1


def test_a_quantity_without_a_price_is_the_orders_items(shop: "Shop") -> None:
    report = shop.orders("customer_id,date,amount,quantity\na,2020-01-12,10,3\n")
    assert report.mapping["items"] == "quantity"
    assert shop.see("SELECT items FROM customer_order") == [3]


def test_parquet_and_ndjson_give_the_same_as_csv(shop: "Shop") -> None:
    shop.orders("order_id,customer_id,date,amount\n1,17850,2024-07-01T08:26:00Z,12.10\n")
    table = pa.table(
        {
            "order_id": pa.array([1]),
            "customer_id": pa.array([17850.0]),
            "date": pa.array([datetime(2024, 7, 1, 8, 26, tzinfo=UTC)]),
            "amount": pa.array([12.1]),
        }
    )
    parquet.write_table(table, shop.folder / "f.parquet")
    assert not shop.orders(shop.folder / "f.parquet").changed
    line = '{"order_id": 1, "customer_id": 17850, "date": "2024-07-01T10:26:00+02:00", "amount": 12.1}\n'
    assert not shop.orders(shop.write(line, "f.ndjson")).changed


def test_an_amount_of_numbers_with_decimal_commas(shop: "Shop") -> None:
    shop.orders("customer_id;date;amount\na;2020-01-12;1.234,56\n", decimal_comma=True)
    assert shop.see("SELECT amount::text FROM customer_order") == ["1234.5600"]


@pytest.mark.parametrize(
    ("header", "row", "sentence"),
    [
        (
            "customer_id,date",
            "a,2024-01-01",
            "No column of f.csv looks like amount (what it cost); it has 'customer_id', 'date'. "
            "Name the column: --map amount=COLUMN.",
        ),
        (
            "customer_id,date,amount",
            'a,2024-01-01,"12,50"',
            "Not one of the first 1 values of column 'amount' can be read as amount: "
            "line 2 holds '12,50', a decimal comma; add --decimal-comma.",
        ),
        (
            "customer_id,date,amount,moneda",
            "a,2024-01-01,12,pesos",
            "Not one of the first 1 values of column 'moneda' can be read as currency: "
            "line 2 holds 'pesos', not a currency code of ISO 4217, like EUR or ARS.",
        ),
    ],
)
def test_a_column_of_which_nothing_can_be_read_gets_one_sentence(
    shop: "Shop", header: str, row: str, sentence: str
) -> None:
    with pytest.raises(InvalidInputError) as error:
        shop.orders(f"{header}\n{row}\n")
    assert error.value.message == sentence
    assert shop.see("SELECT count(*) FROM tenant") == [0]
    assert not list(shop.folder.glob("rejects*"))


def test_a_date_format_that_fits_nothing_gets_one_sentence(shop: "Shop") -> None:
    with pytest.raises(InvalidInputError) as error:
        shop.orders("customer_id,date,amount\na,2024-01-01,1\n", date_format="%d/%m/%Y")
    assert error.value.message == (
        "Not one of the first 1 values of column 'date' can be read as placed_at: "
        "line 2 holds '2024-01-01', not a date like 31/01/2024."
    )
