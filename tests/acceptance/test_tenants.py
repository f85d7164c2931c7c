"""Tenants made and changed over the graph."""

import pytest

from kit import ids

TENANT = ids.encode("Tenant", 56)


CREATE = """mutation C($input: TenantCreateInput!) { tenantCreate(input: $input) {
  tenant { databaseId name slug currencyCode timeZone } userErrors { code field } } }"""
UPDATE = """mutation U($input: TenantUpdateInput!) { tenantUpdate(input: $input) {
  tenant { name slug currencyCode timeZone } userErrors { code field } } }"""
NEW = {"name": "Casa Ñandú", "currencyCode": "ARS", "timeZone": "America/Argentina/Buenos_Aires"}


async def test_tenants_are_made_with_and_without_a_number(urls, make, ask):
    make.tenant(2)
    made = [
        (await ask(CREATE, input={**NEW, **more}))["tenantCreate"]["tenant"]
        for more in ({}, {"databaseId": "3"}, {}, {"slug": "mine"})
    ]
    assert [each["databaseId"] for each in made] == ["1", "3", "4", "5"]
    assert [each["slug"] for each in made] == ["casa-nandu", "casa-nandu-3", "casa-nandu-2", "mine"]


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"name": " "}, "BAD_USER_INPUT", ["input", "name"]),
        ({"currencyCode": "XYZ"}, "BAD_USER_INPUT", ["input", "currencyCode"]),
        ({"timeZone": "Mars/Olympus"}, "BAD_USER_INPUT", ["input", "timeZone"]),
        ({"slug": "No Slug"}, "BAD_USER_INPUT", ["input", "slug"]),
        ({"slug": "shop-56"}, "CONFLICT", ["input", "slug"]),
        ({"databaseId": "56"}, "CONFLICT", ["input", "databaseId"]),
        ({"databaseId": "0"}, "BAD_USER_INPUT", ["input", "databaseId"]),
    ],
)
async def test_a_tenant_that_cannot_be_is_refused(shop, ask, change, code, field):
    payload = (await ask(CREATE, input={**NEW, **change}))["tenantCreate"]
    assert payload == {"tenant": None, "userErrors": [{"code": code, "field": field}]}


async def test_a_tenant_is_changed_but_for_its_currency_once_it_has_orders(shop, ask):
    wanted = {"id": TENANT, "name": "New", "slug": "new", "currencyCode": "EUR", "timeZone": "Europe/Madrid"}
    payload = (await ask(UPDATE, input=wanted))["tenantUpdate"]
    assert payload["tenant"] == {
        "name": "New",
        "slug": "new",
        "currencyCode": "EUR",
        "timeZone": "Europe/Madrid",
    }
    shop.order(56, None, "2025-01-01", 1)
    refused = (await ask(UPDATE, input={"id": TENANT, "currencyCode": "USD"}))["tenantUpdate"]
    assert refused["userErrors"][0]["code"] == "CONFLICT"
    version = shop.owner.execute("SELECT data_version FROM tenant WHERE id = 56").fetchone()[0]
    await ask(UPDATE, input={"id": TENANT, "timeZone": "Asia/Tokyo"})
    assert shop.owner.execute("SELECT data_version FROM tenant WHERE id = 56").fetchone()[0] == version + 1


UPSERT = """mutation U($input: TenantsUpsertInput!) { tenantsUpsert(input: $input) {
  results { status tenant { databaseId name slug currencyCode timeZone } userErrors { code field message } }
  userErrors { code field } } }"""
ANA = {"slug": "ana", "name": "Ana", "currencyCode": "ARS", "timeZone": "America/Argentina/Buenos_Aires"}


@pytest.fixture
def push(ask):
    """Send tenants; what became of each."""

    async def send(*tenants):
        payload = (await ask(UPSERT, input={"tenants": tenants}))["tenantsUpsert"]
        assert payload["userErrors"] == []
        return payload["results"]

    return send


async def test_tenants_are_added_changed_and_left_by_their_slugs(shop, push):
    made, known = await push({**ANA, "databaseId": "7"}, {"slug": "shop-56", "name": "Renamed"})
    assert (made["status"], made["tenant"]) == ("CREATED", {**ANA, "databaseId": "7"})
    assert (known["status"], known["tenant"]["name"], known["tenant"]["timeZone"]) == (
        "UPDATED",
        "Renamed",
        "Europe/London",
    )
    again = await push(ANA, {"slug": "shop-56"}, {"slug": "ana", "name": "B"})
    assert [each["status"] for each in again] == ["UNCHANGED", "UNCHANGED", "REJECTED"]
    assert again[2]["userErrors"][0]["field"] == ["input", "tenants", "2", "slug"]


@pytest.mark.parametrize(
    ("given", "code", "field"),
    [
        ({"slug": "No Slug"}, "BAD_USER_INPUT", "slug"),
        ({"slug": "a\0"}, "BAD_USER_INPUT", "slug"),
        ({"slug": "new", "currencyCode": "EUR", "timeZone": "Europe/Paris"}, "BAD_USER_INPUT", "name"),
        ({**ANA, "timeZone": "Mars/Olympus"}, "BAD_USER_INPUT", "timeZone"),
        ({**ANA, "currencyCode": "XYZ"}, "BAD_USER_INPUT", "currencyCode"),
        ({**ANA, "databaseId": "56"}, "CONFLICT", "databaseId"),
        ({"slug": "shop-56", "databaseId": "9"}, "CONFLICT", "databaseId"),
        ({"slug": "shop-56", "currencyCode": "EUR"}, "CONFLICT", "currencyCode"),
        ({"slug": "shop-56", "name": None}, "BAD_USER_INPUT", "name"),
        ({"slug": "shop-56", "currencyCode": None}, "BAD_USER_INPUT", "currencyCode"),
    ],
)
async def test_a_tenant_that_cannot_be_is_rejected_alone(shop, push, given, code, field):
    shop.order(56, None, "2025-01-01", 1)
    good, bad, last = await push({**ANA, "slug": "good"}, given, {**ANA, "slug": "last"})
    assert [each["status"] for each in (good, bad, last)] == ["CREATED", "REJECTED", "CREATED"]
    (error,) = bad["userErrors"]
    assert (error["code"], error["field"], bad["tenant"]) == (code, ["input", "tenants", "1", field], None)


@pytest.mark.parametrize("count", [0, 101])
async def test_as_many_tenants_as_are_accepted(ask, count):
    given = {"tenants": [{"slug": f"s{n}"} for n in range(count)]}
    (error,) = (await ask(UPSERT, input=given))["tenantsUpsert"]["userErrors"]
    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", ["input", "tenants"])
