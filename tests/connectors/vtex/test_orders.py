"""Orders out of lists and details: money, times, statuses, refunds and buyers."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.vtex.emails import is_alias, own_address
from connectors.vtex.errors import MalformedError, MissingError
from connectors.vtex.orders import INVOICED, Window, get_order, list_orders, read_order
from connectors.vtex.records import UnreadableError
from connectors.vtex.revenue import BUILT_IN, Revenue
from tests.connectors.vtex.detail import detail
from tests.connectors.vtex.fake import Fault
from tests.connectors.vtex.shop import NOW, Shop, give_back

AT = datetime(2026, 2, 4, 20, 9, 43, 899958, tzinfo=UTC)
DAY = timedelta(days=1)


async def test_a_window_is_listed_page_by_page(fake, vtex, account):
    shop = Shop(orders=250)
    fake.stores["chelseaio"].details = shop.details
    window = Window(NOW - 400 * DAY, NOW)
    pages = [await list_orders(vtex, account, window, page) for page in (1, 2, 3, 4)]
    assert [each.total for each in pages] == [250] * 4
    listed = [number for each in pages for number in each.ids]
    assert sorted(listed) == sorted(shop.details)
    assert [shop.details[each]["creationDate"] for each in listed] == sorted(
        each["creationDate"] for each in shop.details.values()
    )


async def test_a_window_holds_its_both_ends_and_no_more(fake, vtex, account):
    details = {f"v{n}-01": detail(f"v{n}-01", at=AT + n * DAY) for n in range(5)}
    fake.stores["chelseaio"].details = details
    found = await list_orders(vtex, account, Window(AT + DAY, AT + 3 * DAY))
    assert found.ids == ("v1-01", "v2-01", "v3-01")


async def test_a_window_may_be_of_when_orders_were_invoiced(fake, vtex, account):
    details = {"v1-01": detail("v1-01", at=AT), "v2-01": detail("v2-01", at=AT, status="handling")}
    fake.stores["chelseaio"].details = details
    assert (await list_orders(vtex, account, Window(AT, AT + DAY, INVOICED))).ids == ("v1-01",)
    assert (await list_orders(vtex, account, Window(AT, AT + timedelta(hours=1), INVOICED))).ids == ()


async def test_a_detail_becomes_an_order(fake, vtex, account):
    told = detail("v1-01", at=AT, value=1160, profile="5660C55F", email="A-1b@ct.vtex.com.br", quantity=3)
    give_back(told, 1015, AT + 5 * DAY)
    give_back(told, 45, AT + 6 * DAY)
    fake.stores["chelseaio"].details = {"v1-01": told}
    found = await get_order(vtex, account, "v1-01")
    assert (found.amount, found.currency, found.items) == (Decimal("11.60"), "BRL", 3)
    assert (found.created_at, found.changed_at) == (AT, AT + DAY)
    assert found.buyer is not None
    assert (found.buyer.key, found.buyer.email) == ("5660c55f", None)
    assert [(each.id, each.at, each.amount) for each in found.refunds] == [
        ("v1-01/R1", AT + 5 * DAY, Decimal("10.15")),
        ("v1-01/R2", AT + 6 * DAY, Decimal("0.45")),
    ]


async def test_an_order_that_is_not_there_is_told(vtex, account):
    with pytest.raises(MissingError):
        await get_order(vtex, account, "v9-01")


@pytest.mark.parametrize(
    "body", [b"[]", b'{"list": [], "paging": {}}', b'{"list": [{}], "paging": {"total": 1}}']
)
async def test_a_list_of_another_shape_is_told(fake, vtex, account, body):
    fake.faults.append(Fault(body=body))
    with pytest.raises(MalformedError):
        await list_orders(vtex, account, Window(AT, AT + DAY))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("value", None),
        ("value", 11.5),
        ("value", "1160"),
        ("value", -1),
        ("creationDate", "yesterday"),
        ("creationDate", None),
        ("status", 7),
        ("storePreferencesData", {"currencyCode": "???"}),
        ("orderId", "v2-01"),
        ("packageAttachment", {"packages": [{"restitutions": {"Refund": {"value": -5}}}]}),
    ],
)
def test_what_cannot_be_guessed_is_not(name, value):
    told = detail("v1-01", at=AT) | {name: value}
    with pytest.raises(UnreadableError, match=r"\w+ is ") as raised:
        read_order(told, "v1-01")
    assert "1160" not in str(raised.value)


def test_what_may_be_missing_may_be_missing():
    told = detail("v1-01", at=AT)
    bare = {name: told[name] for name in ("orderId", "value", "creationDate", "storePreferencesData")}
    found = read_order(bare)
    assert (found.buyer, found.refunds, found.items, found.status) == (None, (), 0, "null")


def test_refunds_of_packages_with_one_number_are_two():
    told = detail("v1-01", at=AT)
    give_back(told, 100, AT)
    give_back(told, 100, AT)
    for each in told["packageAttachment"]["packages"]:
        each["invoiceNumber"] = "7"
    assert len({each.id for each in read_order(told).refunds}) == 2


def test_buyers_without_a_profile_are_told_apart_by_their_own_address():
    def key(email, profile=None):
        buyer = read_order(detail("v1-01", at=AT, email=email, profile=profile)).buyer
        assert buyer is not None
        return buyer.key

    assert key("A@x.com") == key("a@X.com ") != key("b@x.com")
    assert key("a-1@ct.vtex.com.br") != key("a-2@ct.vtex.com.br")
    assert "a-1" not in key("a-1@ct.vtex.com.br")
    assert key("a@x.com", "P1") == key("other@x.com", "p1") == "p1"
    assert read_order(detail("v1-01", at=AT)).buyer is None


@pytest.mark.parametrize(
    ("address", "alias"),
    [
        ("0f3a@ct.vtex.com.br", True),
        ("john-12b@CT.vtex.com.br", True),
        ("x@mail.ct.store.com", True),
        ("x@ct.store.com", True),
        ("x@acts.com", False),
        ("x@connect.com", False),
        ("x@x.ct", False),
        ("ct@x.com", False),
    ],
)
def test_an_alias_is_told_by_its_domain(address, alias):
    assert is_alias(address) is alias
    assert own_address(address) == (None if alias else address.lower())


@pytest.mark.parametrize(
    "value", [None, 7, "", "@x.com", "x@", "x", "a b@x.com", "a\n@x.com", "x" * 300 + "@x.com"]
)
def test_what_is_no_address_is_nobodys(value):
    assert own_address(value) is None


def test_the_revenue_table_is_the_published_one():
    table = Revenue()
    assert {name for name in BUILT_IN if table.status(name) == "paid"} == {
        "payment-approved",
        "window-to-cancel",
        "authorize-fulfillment",
        "ready-for-handling",
        "start-handling",
        "handling",
        "ready-for-invoicing",
        "invoice",
        "invoiced",
    }
    assert table.status("canceled") == "cancelled"
    assert table.status("waiting-for-anything") == "pending"
    assert table.knows("waiting-for-anything")
    assert not table.knows("teleported")
    assert table.status("teleported") == "pending"


def test_a_tenants_own_table_goes_before():
    table = Revenue({"payment-pending": True, "invoiced": False, "teleported": True})
    assert [table.status(each) for each in ("payment-pending", "invoiced", "teleported", "invoice")] == [
        "paid",
        "pending",
        "paid",
        "paid",
    ]
    assert table.knows("teleported")


@given(st.datetimes(datetime(2020, 1, 1), datetime(2026, 1, 1)), st.integers(2, 10**11))  # noqa: DTZ001
def test_halves_leave_nothing_out(first, milliseconds):
    first = first.replace(tzinfo=UTC, microsecond=first.microsecond // 1000 * 1000)
    last = first + timedelta(milliseconds=milliseconds)
    halves = Window(first, last).halves()
    assert halves is not None
    low, high = halves
    assert (low.first, high.last, low.last) == (first, last, high.first)
    assert first < low.last < last


def test_a_millisecond_has_no_halves():
    assert Window(NOW, NOW + timedelta(milliseconds=1)).halves() is None
