"""Tenants made and changed over the graph."""

import pytest

from kit import ids

TENANT = ids.encode("Tenant", 56)


@pytest.fixture
def shop(make):
    """Tenant 56, empty."""
    make.tenant()
    return make


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
