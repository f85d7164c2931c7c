from typing import TYPE_CHECKING

import pytest

from kit.errors import ConflictError, InvalidInputError, NotFoundError
from resolvers.imports.options import NewTenant

if TYPE_CHECKING:
    from tests.resolvers.imports.conftest import Shop

FILE = "customer_id,date,amount\na,2024-01-01,1\n"


def test_a_tenant_is_made_once(shop: "Shop") -> None:
    assert shop.orders(FILE).tenant_created
    assert shop.see("SELECT id, name, slug, currency, time_zone FROM tenant") == [
        (56, "Demo", "demo", "GBP", "Europe/London")
    ]
    assert not shop.orders(FILE).tenant_created
    assert not shop.orders(FILE, create=None).tenant_created


def test_slugs_are_made_of_the_name_and_of_the_id_where_that_is_taken(shop: "Shop") -> None:
    shop.orders(FILE, create=NewTenant("Café de la Paix!", "EUR", "Europe/Paris"))
    shop.orders(FILE, tenant=57, create=NewTenant("cafe de la paix", "eur", "UTC"))
    shop.orders(FILE, tenant=58, create=NewTenant("日本", "JPY", "Asia/Tokyo"))
    assert shop.see("SELECT slug, currency FROM tenant ORDER BY id") == [
        ("cafe-de-la-paix", "EUR"),
        ("cafe-de-la-paix-57", "EUR"),
        ("tenant-58", "JPY"),
    ]


def test_an_unknown_tenant(shop: "Shop") -> None:
    with pytest.raises(NotFoundError) as error:
        shop.orders(FILE, create=None)
    assert error.value.message == (
        'There is no tenant 56. Make it with --create-tenant "NAME" --currency CODE --timezone ZONE.'
    )


def test_a_tenant_that_differs(shop: "Shop") -> None:
    shop.orders(FILE)
    with pytest.raises(ConflictError) as error:
        shop.orders(FILE, create=NewTenant("Demo", "EUR", "Europe/Paris"))
    assert error.value.message == (
        "Tenant 56 is already there, but its currency is GBP, not EUR and its time zone is Europe/London, "
        "not Europe/Paris. Leave --create-tenant out to import into it, or choose another id."
    )


@pytest.mark.parametrize(
    ("new", "field", "sentence"),
    [
        (
            NewTenant("Demo", "POUND", "UTC"),
            "currency",
            "'POUND' is no currency; give a code of three letters of ISO 4217, like EUR or ARS.",
        ),
        (
            NewTenant("Demo", "GBP", "London"),
            "timezone",
            "'London' is no time zone; give an IANA name like Europe/London.",
        ),
        (
            NewTenant("Demo", "GBP", "europe/london"),
            "timezone",
            "'europe/london' is no time zone; did you mean Europe/London?",
        ),
        (
            NewTenant(" ", "GBP", "UTC"),
            "create_tenant",
            "The tenant's name is empty; give one with --create-tenant.",
        ),
    ],
)
def test_a_tenant_that_cannot_be(shop: "Shop", new: NewTenant, field: str, sentence: str) -> None:
    with pytest.raises(InvalidInputError) as error:
        shop.orders(FILE, create=new)
    assert (error.value.field, error.value.message) == (field, sentence)


def test_another_tenants_orders_are_not_touched(shop: "Shop") -> None:
    shop.orders("order_id,customer_id,date,amount\n1,a,2024-01-01,1\n")
    shop.orders(
        "order_id,customer_id,date,amount\n1,a,2024-01-01,2\n", tenant=57, create=NewTenant("B", "EUR", "UTC")
    )
    assert shop.see("SELECT tenant_id, amount::int, currency FROM customer_order ORDER BY 1") == [
        (56, 1, "GBP"),
        (57, 2, "EUR"),
    ]
    assert shop.see("SELECT tenant_id, external_id FROM customer ORDER BY 1") == [(56, "a"), (57, "a")]
