"""Integrations over the graph: kept, changed and removed, and never telling their credentials."""

import json

import httpx
import psycopg
import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from app import create
from kit import ids
from kit.config import Settings
from kit.secrets import Vault

TENANT = ids.encode("Tenant", 56)
KEY, TOKEN, OTHER = "vtexappkey-chelseaio-ABCDEF", "TOKENTOKENTOKENTOKEN", "another-token-entirely"
FERNET = Fernet.generate_key().decode()
FIELDS = "id databaseId type accountName environment isActive appKeyHint lastSyncAt"
CREATE = f"""mutation C($input: IntegrationCreateInput!) {{ integrationCreate(input: $input) {{
  integration {{ {FIELDS} }} userErrors {{ code field message }} }} }}"""
UPDATE = f"""mutation U($input: IntegrationUpdateInput!) {{ integrationUpdate(input: $input) {{
  integration {{ {FIELDS} }} userErrors {{ code field message }} }} }}"""
DELETE = """mutation D($input: IntegrationDeleteInput!) { integrationDelete(input: $input) {
  deletedIntegrationId userErrors { code field message } } }"""
NEW = {"tenantId": TENANT, "type": "VTEX", "accountName": "chelseaio", "appKey": KEY, "appToken": TOKEN}


@pytest.fixture
async def application(urls):
    """The application with a key for secrets."""
    settings = Settings(database_url=SecretStr(urls.app), secret_key=SecretStr(FERNET))
    app = create(settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def kept(make, ask):
    """Tenant 56 with one integration; the integration."""
    make.tenant()
    return (await ask(CREATE, input=NEW))["integrationCreate"]["integration"]


def stored(make):
    ((sealed, hint),) = make.owner.execute("SELECT credentials, app_key_hint FROM integration").fetchall()
    return json.loads(Vault((FERNET,)).unseal(bytes(sealed))), hint


async def test_an_integration_is_kept_with_its_credentials_encrypted(make, kept, ask):
    assert kept | {"databaseId": "1", "type": "VTEX", "accountName": "chelseaio", "isActive": True} == kept
    assert (kept["environment"], kept["appKeyHint"]) == ("vtexcommercestable", "CDEF")
    assert stored(make) == ({"app_key": KEY, "app_token": TOKEN}, "CDEF")
    ((raw,),) = make.owner.execute("SELECT integration::text FROM integration").fetchall()
    assert KEY not in raw
    assert TOKEN not in raw
    found = await ask(f"{{ tenant(databaseId: 56) {{ integrations {{ nodes {{ {FIELDS} }} }} }} }}")
    assert found["tenant"]["integrations"]["nodes"] == [kept]
    node = await ask(
        f"query N($id: ID!) {{ node(id: $id) {{ ... on Integration {{ {FIELDS} }} }} }}", id=kept["id"]
    )
    assert node["node"] == kept


async def test_what_is_named_is_changed_and_the_rest_stays(make, kept, ask):
    change = {"id": kept["id"], "isActive": False, "appToken": OTHER}
    changed = (await ask(UPDATE, input=change))["integrationUpdate"]["integration"]
    assert changed == kept | {"isActive": False}
    assert stored(make) == ({"app_key": KEY, "app_token": OTHER}, "CDEF")
    await ask(UPDATE, input={"id": kept["id"], "appKey": "vtexappkey-chelseaio-ZZZZ"})
    assert stored(make) == ({"app_key": "vtexappkey-chelseaio-ZZZZ", "app_token": OTHER}, "ZZZZ")


async def test_credentials_of_a_lost_key_are_replaced_by_giving_both(make, kept, ask, client):
    lost = Vault((Fernet.generate_key().decode(),)).seal("{}")
    make.owner.execute("UPDATE integration SET credentials = %s", [lost])
    half = {"query": UPDATE, "variables": {"input": {"id": kept["id"], "appToken": OTHER}}}
    error = (await client.post("/graphql", json=half)).json()["errors"][0]
    assert (error["extensions"]["code"], "CDP_SECRET_KEY" in error["message"]) == ("CONFIGURATION", True)
    both = {"id": kept["id"], "appKey": KEY, "appToken": OTHER}
    assert (await ask(UPDATE, input=both))["integrationUpdate"]["userErrors"] == []
    assert stored(make) == ({"app_key": KEY, "app_token": OTHER}, "CDEF")


@pytest.mark.parametrize(
    "change", [{"bogus": 1}, {"type": "SHOPIFY"}, {"appToken": [TOKEN]}, {"tenantId": None}]
)
async def test_an_input_of_the_wrong_form_is_not_told_back(client, change):
    answer = await client.post("/graphql", json={"query": CREATE, "variables": {"input": NEW | change}})
    assert {each["extensions"]["code"] for each in answer.json()["errors"]} == {"BAD_USER_INPUT"}
    assert KEY not in answer.text
    assert TOKEN not in answer.text


async def test_one_account_is_integrated_once(kept, ask):
    refused = (await ask(CREATE, input=NEW))["integrationCreate"]
    assert refused["integration"] is None
    (error,) = refused["userErrors"]
    assert (error["code"], error["field"]) == ("CONFLICT", ["input", "accountName"])


async def test_the_account_is_changed_unless_it_is_integrated_already(make, kept, ask):
    other = (await ask(CREATE, input=NEW | {"accountName": "other"}))["integrationCreate"]["integration"]
    renamed = (await ask(UPDATE, input={"id": kept["id"], "accountName": "renamed"}))["integrationUpdate"]
    assert renamed == {"integration": kept | {"accountName": "renamed"}, "userErrors": []}
    refused = (await ask(UPDATE, input={"id": other["id"], "accountName": "renamed"}))["integrationUpdate"]
    (error,) = refused["userErrors"]
    assert (error["code"], error["field"]) == ("CONFLICT", ["input", "accountName"])


async def test_an_integration_is_removed_with_its_credentials(make, kept, ask):
    gone = (await ask(DELETE, input={"id": kept["id"]}))["integrationDelete"]
    assert gone == {"deletedIntegrationId": kept["id"], "userErrors": []}
    assert make.owner.execute("SELECT count(*) FROM integration").fetchone() == (0,)
    again = (await ask(DELETE, input={"id": kept["id"]}))["integrationDelete"]
    assert again["userErrors"][0]["code"] == "NOT_FOUND"
    changed = (await ask(UPDATE, input={"id": kept["id"], "isActive": True}))["integrationUpdate"]
    assert changed["userErrors"][0]["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"accountName": "Not An Account"}, "accountName"),
        ({"accountName": "evil.example/"}, "accountName"),
        ({"environment": "evil.example"}, "environment"),
        ({"appKey": "short"}, "appKey"),
        ({"appToken": "with\nnewline and more"}, "appToken"),
        ({"appToken": "x" * 501}, "appToken"),
    ],
)
async def test_what_is_not_accepted_is_named_and_credentials_are_not_repeated(make, ask, change, field):
    make.tenant()
    refused = (await ask(CREATE, input=NEW | change))["integrationCreate"]
    (error,) = refused["userErrors"]
    assert (error["code"], error["field"]) == ("BAD_USER_INPUT", ["input", field])
    if field.startswith("app"):
        assert change[field] not in error["message"]


async def test_another_tenants_integration_does_not_exist(make, kept, ask):
    make.tenant(57)
    number = int(kept["databaseId"])
    theirs = ids.encode("Integration", 57, number)
    assert (await ask("query N($id: ID!) { node(id: $id) { id } }", id=theirs))["node"] is None
    refused = (await ask(DELETE, input={"id": theirs}))["integrationDelete"]
    assert refused["userErrors"][0]["code"] == "NOT_FOUND"


async def test_without_a_key_nothing_is_kept(urls, make):
    make.tenant()
    app = create(Settings(database_url=SecretStr(urls.app)))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            body = {"query": CREATE, "variables": {"input": NEW}}
            error = (await client.post("/graphql", json=body)).json()["errors"][0]
    assert error["extensions"]["code"] == "CONFIGURATION"
    assert "CDP_SECRET_KEY" in error["message"]
    with psycopg.connect(urls.owner) as owner:
        assert owner.execute("SELECT count(*) FROM integration").fetchone() == (0,)


async def test_logs_do_not_hold_credentials(make, client, capfd, monkeypatch):
    make.tenant()

    async def broken(*arguments, **named):
        raise RuntimeError(f"{arguments} {named}")

    monkeypatch.setattr("schema.integration.use_cases.create", broken)
    body = {"query": CREATE, "variables": {"input": NEW}}
    answer = await client.post("/graphql", json=body)
    assert answer.json()["errors"][0]["extensions"]["code"] == "INTERNAL"
    said = capfd.readouterr()
    for secret in (KEY, TOKEN):
        assert secret not in answer.text
        assert secret not in said.out + said.err
