from typing import Any

import pytest

from connectors.files import choose, parse_map
from connectors.files.fields import CUSTOMERS, EVENTS, ORDERS, RATES
from kit.errors import InvalidInputError


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (
            "customer_id,date,amount,order_id,kind,lines,country",
            "customer_id; placed_at=date; amount; order_id; kind; items=lines",
        ),
        (
            "customer_id,order_id,ts,qty,unit_price,sku",
            "customer_id; placed_at=ts; qty; unit_price; order_id",
        ),
        (
            "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country",
            "customer_id=Customer ID; placed_at=InvoiceDate; qty=Quantity; "
            "unit_price=Price; order_id=Invoice",
        ),
        (
            "InvoiceNo,InvoiceDate,UnitPrice,Quantity,CustomerID",
            "customer_id=CustomerID; placed_at=InvoiceDate; qty=Quantity; "
            "unit_price=UnitPrice; order_id=InvoiceNo",
        ),
        ("customer_id,date,number_of_cds,dollar_value", "customer_id; placed_at=date; amount=dollar_value"),
        (
            "Pedido,Fecha Creación,ID_Cliente,Importe,Moneda,Estado,Tipo",
            "customer_id=ID_Cliente; placed_at=Fecha Creación; amount=Importe; order_id=Pedido; "
            "currency=Moneda; kind=Tipo; status=Estado",
        ),
        (
            "orderId,creationDate,clientId,value,status",
            "customer_id=clientId; placed_at=creationDate; amount=value; order_id=orderId; status",
        ),
    ],
)
def test_usual_names_are_recognised(header: str, expected: str) -> None:
    wanted = {pair.partition("=")[0]: pair.rpartition("=")[2] for pair in expected.split("; ")}
    assert choose(header.split(","), ORDERS, {}, "f.csv").columns == wanted


@pytest.mark.parametrize(
    ("fields", "header"),
    [
        (CUSTOMERS, "id,Correo electrónico,Nombre,Apellidos,Teléfono,Fecha alta"),
        (EVENTS, "event_id,user_id,event,timestamp,payload"),
        (RATES, "moneda,fecha,tipo de cambio"),
    ],
)
def test_every_target_has_its_names(fields: Any, header: str) -> None:
    names = header.split(",")
    assert sorted(choose(names, fields, {}, "f.csv").at.values()) == list(range(len(names)))


def test_a_fields_own_name_wins_over_a_usual_one() -> None:
    chosen = choose(["date", "placed_at", "customer", "customer_id", "amount"], ORDERS, {}, "f.csv")
    assert chosen.columns == {"customer_id": "customer_id", "placed_at": "placed_at", "amount": "amount"}
    assert chosen.unused == {"date": 0, "customer": 2}


def test_what_is_mapped_by_hand_wins() -> None:
    names = ["date", "customer", "total", "paid_on"]
    chosen = choose(names, ORDERS, {"placed_at": "paid_on", "amount": "Total"}, "f.csv")
    assert chosen.columns == {"customer_id": "customer", "placed_at": "paid_on", "amount": "total"}


def test_one_column_may_serve_two_fields_by_hand() -> None:
    chosen = choose(["email"], CUSTOMERS, {"customer_id": "email", "email": "email"}, "f.csv")
    assert chosen.at == {"customer_id": 0, "email": 0}


def test_a_column_taken_by_hand_is_not_recognised_for_another_field() -> None:
    chosen = choose(["customer", "date", "type"], ORDERS, {"order_id": "type"}, "f.csv")
    assert "kind" not in chosen.at


def test_an_empty_column_says_to_use_none() -> None:
    chosen = choose(["customer", "date", "type"], ORDERS, {"kind": ""}, "f.csv")
    assert "kind" not in chosen.at


@pytest.mark.parametrize(
    ("names", "by_hand", "field", "sentence"),
    [
        (
            ["a", "date"],
            {},
            "customer_id",
            "No column of f.csv looks like customer_id (who ordered); it has 'a', 'date'. "
            "Name the column: --map customer_id=COLUMN.",
        ),
        (
            ["customer", "date", "created at"],
            {},
            "placed_at",
            "f.csv has 2 columns that could be placed_at (when it was ordered): 'date', 'created at'. "
            "Say which: --map placed_at=date.",
        ),
        (
            ["customer", "date"],
            {"amount": "sum"},
            "amount",
            "--map says amount=sum, but f.csv has no column 'sum'; it has 'customer', 'date'.",
        ),
        (
            ["customer", "date"],
            {"colour": "date"},
            "colour",
            "--map knows no field 'colour'; the fields are customer_id, placed_at, amount, qty, unit_price, "
            "order_id, currency, kind, status, items, refund_of.",
        ),
        (
            ["customer", "date", "x", "x"],
            {"amount": "x"},
            "amount",
            "f.csv has 2 columns called 'x'; rename all but the one for amount.",
        ),
        (
            ["customer", "date", "total", "total"],
            {},
            "amount",
            "f.csv has 2 columns that could be amount (what it cost): 'total', 'total'. "
            "Say which: --map amount=total.",
        ),
    ],
)
def test_what_is_unknown_missing_or_double_gets_one_sentence(
    names: list[str], by_hand: dict[str, str], field: str, sentence: str
) -> None:
    with pytest.raises(InvalidInputError) as error:
        choose(names, ORDERS, by_hand, "f.csv")
    assert (error.value.field, error.value.message) == (field, sentence)


def test_the_map_of_the_command_line() -> None:
    assert parse_map(["customer_id=Customer ID, placed_at=date", "kind="]) == {
        "customer_id": "Customer ID",
        "placed_at": "date",
        "kind": "",
    }
    with pytest.raises(InvalidInputError) as error:
        parse_map(["amount"])
    assert error.value.message == "--map has 'amount'; write it as field=column, as in amount=total."
    with pytest.raises(InvalidInputError) as error:
        parse_map(["amount=a", "amount=b"])
    assert error.value.message == "--map gives amount twice, as 'a' and as 'b'; give it once."
