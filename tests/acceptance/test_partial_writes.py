"""What a write leaves out stays, what it gives as null is taken away, and what cannot be null says so."""

import pytest

from kit import ids

TENANT = ids.encode("Tenant", 56)
ERRORS = "userErrors { code field message }"
RESULTS = f"results {{ status {ERRORS} }} {ERRORS}"
AT = "2025-03-01T12:00:00Z"


@pytest.fixture
def push(ask):
    """Send one record of tenant 56; what became of it, and why if it was rejected."""

    async def send(kind, **record):
        name = f"{kind.lower()}Upsert"
        query = f"mutation M($input: {kind}UpsertInput!) {{ {name}(input: $input) {{ {RESULTS} }} }}"
        payload = (await ask(query, input={"tenantId": TENANT, kind.lower(): [record]}))[name]
        assert payload["userErrors"] == []
        (result,) = payload["results"]
        return result["status"], result["userErrors"]

    return send


def only(make, columns, table):
    (row,) = make.owner.execute(f"SELECT {columns} FROM {table}").fetchall()
    return row


WHOLE = {
    "email": "ana@example.com",
    "firstName": "Ana",
    "lastName": "Díaz",
    "phone": "1",
    "createdAt": AT,
    "attributes": {"vip": True, "size": 4},
}
COLUMNS = ("email", "first_name", "last_name", "phone", "created_at", "attributes")


@pytest.mark.parametrize(("given", "column"), [*zip(WHOLE, COLUMNS, strict=True)])
@pytest.mark.parametrize("nothing", [None, ""])
async def test_a_null_takes_one_field_of_a_customer_away(shop, push, given, column, nothing):
    if nothing == "" and given in ("createdAt", "attributes"):
        nothing = None
    assert await push("Customers", externalId="ana", **WHOLE) == ("CREATED", [])
    before = only(shop, ", ".join(COLUMNS), "customer")
    assert await push("Customers", externalId="ana") == ("UNCHANGED", [])
    assert await push("Customers", externalId="ana", **{given: nothing}) == ("UPDATED", [])
    after = only(shop, ", ".join(COLUMNS), "customer")
    left: dict[str, object] | None = {} if given == "attributes" else None
    assert after == tuple(
        left if name == column else value for name, value in zip(COLUMNS, before, strict=True)
    )
    assert await push("Customers", externalId="ana", **{given: nothing}) == ("UNCHANGED", [])


async def test_a_null_takes_one_attribute_away_and_new_customers_have_none(shop, push):
    await push("Customers", externalId="ana", attributes={"vip": True, "size": 4, "gone": None})
    assert only(shop, "attributes", "customer") == ({"vip": True, "size": 4},)
    change = {"vip": None, "size": 5, "unknown": None}
    assert await push("Customers", externalId="ana", attributes=change) == ("UPDATED", [])
    assert only(shop, "attributes", "customer") == ({"size": 5},)
    assert await push("Customers", externalId="ana", attributes={"vip": None}) == ("UNCHANGED", [])


async def test_records_of_one_list_take_away_their_own_fields(shop, ask):
    query = f"mutation M($input: CustomersUpsertInput!) {{ customersUpsert(input: $input) {{ {RESULTS} }} }}"

    async def send(*customers):
        payload = (await ask(query, input={"tenantId": TENANT, "customers": customers}))["customersUpsert"]
        return [each["status"] for each in payload["results"]]

    await send(*({"externalId": name, "email": f"{name}@example.com", "phone": "1"} for name in "abc"))
    changes = [{"externalId": "a", "email": None}, {"externalId": "b", "phone": None}, {"externalId": "c"}]
    assert await send(*changes) == ["UPDATED", "UPDATED", "UNCHANGED"]
    rows = shop.owner.execute("SELECT external_id, email, phone FROM customer ORDER BY 1").fetchall()
    assert rows == [("a", None, "1"), ("b", "b@example.com", None), ("c", "c@example.com", "1")]


ORDER = {"externalId": "o", "placedAt": AT, "amount": "10"}
STANDS = "currency, status, items, (SELECT external_id FROM customer WHERE id = customer_id)"


async def test_what_an_order_leaves_out_stays_and_null_takes_it_away(shop, push):
    shop.customer(56, "ana")
    whole = {"currencyCode": "USD", "status": "PENDING", "items": 3, "customer": {"externalId": "ana"}}
    assert await push("Orders", **ORDER, **whole) == ("CREATED", [])
    assert await push("Orders", **ORDER) == ("UNCHANGED", [])
    assert await push("Orders", **ORDER | {"amount": "11"}) == ("UPDATED", [])
    assert only(shop, STANDS, "customer_order") == ("USD", "pending", 3, "ana")
    assert await push("Orders", **ORDER, items=None) == ("UPDATED", [])
    assert only(shop, STANDS, "customer_order") == ("USD", "pending", None, "ana")
    assert await push("Orders", **ORDER, customer=None) == ("UPDATED", [])
    assert only(shop, STANDS, "customer_order") == ("USD", "pending", None, None)
    assert await push("Orders", **ORDER, customer=None, items=None) == ("UNCHANGED", [])


async def test_an_amount_is_rounded_as_the_currency_that_stands_is(shop, push):
    await push("Orders", **ORDER, currencyCode="JPY")
    await push("Orders", **ORDER | {"amount": "12.5"})
    assert only(shop, "amount::text, currency", "customer_order") == ("12.0000", "JPY")


async def test_what_a_refund_leaves_out_stays_and_null_takes_it_away(shop, push):
    ana = shop.customer(56, "ana")
    for name in ("one", "two"):
        shop.order(56, ana, AT, 10, external_id=name)
    refund = {"externalId": "r", "refundedAt": "2025-03-02T12:00:00Z", "amount": "4"}
    named = {"currencyCode": "USD", "orderExternalId": "one", "customer": {"externalId": "ana"}}
    columns = "currency, order_external_id, (SELECT external_id FROM customer WHERE id = customer_id)"
    assert await push("Refunds", **refund, **named) == ("CREATED", [])
    assert await push("Refunds", **refund) == ("UNCHANGED", [])
    assert only(shop, columns, "refund") == ("USD", "one", "ana")
    assert await push("Refunds", **refund, orderExternalId=None) == ("UPDATED", [])
    assert only(shop, columns, "refund") == ("USD", None, "ana")
    assert await push("Refunds", **refund, customer=None) == ("UPDATED", [])
    assert only(shop, columns, "refund") == ("USD", None, None)


@pytest.mark.parametrize(
    ("kind", "field"), [("Orders", "currencyCode"), ("Orders", "status"), ("Refunds", "currencyCode")]
)
async def test_a_record_names_what_cannot_be_null(shop, push, kind, field):
    refund = {"externalId": "r", "refundedAt": AT, "amount": "1"}
    status, (error,) = await push(kind, **(ORDER if kind == "Orders" else refund), **{field: None})
    assert (status, error["code"]) == ("REJECTED", "BAD_USER_INPUT")
    assert error["field"] == ["input", kind.lower(), "0", field]
    assert "cannot be null" in error["message"]


CHANGES = {
    "tenant": ("TenantUpdateInput", "tenantUpdate", ["name", "slug", "currencyCode", "timeZone"]),
    "segment": ("SegmentUpdateInput", "segmentUpdate", ["name", "criteria", "filter"]),
    "integration": (
        "IntegrationUpdateInput",
        "integrationUpdate",
        ["accountName", "environment", "appKey", "appToken", "isActive"],
    ),
}


@pytest.mark.parametrize(
    ("kind", "field"), [(kind, field) for kind, (_, _, fields) in CHANGES.items() for field in fields]
)
async def test_a_change_names_what_cannot_be_null(shop, ask, kind, field):
    numbers = (56,) if kind == "tenant" else (56, 1)
    of, name, _ = CHANGES[kind]
    given = {"id": ids.encode(kind.capitalize(), *numbers), field: None}
    query = f"mutation M($input: {of}!) {{ {name}(input: $input) {{ {ERRORS} }} }}"
    (error,) = (await ask(query, input=given))[name]["userErrors"]
    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", ["input", field])
    assert error["message"] == f"{field} cannot be null; leave it out to keep what there is."


async def test_a_key_tells_what_is_left_out_from_what_is_null(shop, ask):
    query = f"mutation M($input: CustomersUpsertInput!) {{ customersUpsert(input: $input) {{ {RESULTS} }} }}"

    async def send(**more):
        given = {"tenantId": TENANT, "idempotencyKey": "k", "customers": [{"externalId": "a"} | more]}
        return (await ask(query, input=given))["customersUpsert"]["userErrors"]

    assert await send() == []
    assert await send() == []
    (error,) = await send(email=None)
    assert (error["code"], error["field"]) == ("CONFLICT", ["input", "idempotencyKey"])
