"""Integrations over REST v2: the reference's own examples, the graph's values, credentials kept inside."""

import json
import re
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from app import create
from kit.config import Settings
from kit.secrets import Vault
from resolvers.context import OPEN
from tests.connectors.vtex.fake import KEY, LIST_ORDERS, SAVE_ACCOUNT, TOKEN, FakeVtex, Fault, Store, serving

REFERENCE = json.loads((Path(__file__).parent / "reference.json").read_text())
ROOT = "/api/v2/tenant-integrations"
FERNET = Fernet.generate_key().decode()
NEW = REFERENCE[f"POST {ROOT}"]["request"]
LISTED = REFERENCE[f"GET {ROOT}/{{tenantId}}"]["200"]
CHANGES = REFERENCE[f"PUT {ROOT}/{{integrationId}}"]["request"]
MORE = {"app_key_hint": "XXXX", "sync_minutes": 15, "feed": "off"}
"""What is told beyond the reference."""
GRAPH = """{ tenant(databaseId: 56) { integrations { nodes {
  databaseId type accountName environment isActive lastSyncAt appKeyHint syncMinutes feed } } } }"""


@pytest.fixture
def fake():
    """VTEX, with the account of the reference's example."""
    request = REFERENCE[f"POST {ROOT}/validate/vtex"]["request"]
    store = Store(key=request["app_key"], token=request["app_token"])
    store.hosts = ["chelseaio.vtexcommercestable.com.br"]
    with serving(FakeVtex(store)) as running:
        yield running


@pytest.fixture
async def application(urls, fake):
    """The application with a key for secrets, which takes the fake for VTEX."""
    settings = Settings(
        database_url=SecretStr(urls.app), secret_key=SecretStr(FERNET), vtex_base_url=fake.template
    )
    app = create(settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def kept(make, client):
    """Tenant 56 with the reference's integration; its number."""
    make.tenant()
    return (await client.post(ROOT, json=NEW)).json()["data"]["id"]


def stored(make):
    ((sealed, hint),) = make.owner.execute("SELECT credentials, app_key_hint FROM integration").fetchall()
    return json.loads(Vault((FERNET,)).unseal(bytes(sealed))), hint


async def test_an_integration_is_created_as_documented(make, client):
    make.tenant()
    make.owner.execute("ALTER TABLE integration ALTER id RESTART WITH 29")
    answer = await client.post(ROOT, json=NEW)
    assert (answer.status_code, answer.json()) == (201, REFERENCE[f"POST {ROOT}"]["201"])
    assert stored(make) == ({"app_key": NEW["app_key"], "app_token": NEW["app_token"]}, "XXXX")


async def test_integrations_are_listed_as_documented_with_a_hint_of_the_key(make, kept, client):
    make.owner.execute("UPDATE integration SET last_sync_at = '2024-09-16 10:00:00.25Z'")
    answer = await client.get(f"{ROOT}/56")
    assert answer.status_code == 200
    ((listed,),) = (answer.json()["data"],)
    assert list(listed) == [*LISTED["data"][0], *MORE]
    assert answer.json() == {"success": True, "data": [LISTED["data"][0] | MORE]}


async def test_no_integrations_are_an_empty_list(make, client):
    make.tenant()
    assert (await client.get(f"{ROOT}/56")).json() == {"success": True, "data": []}


async def test_both_faces_tell_the_same(make, kept, client, ask):
    make.owner.execute("UPDATE integration SET last_sync_at = '2024-09-16 10:00Z'")
    ((rest,),) = ((await client.get(f"{ROOT}/56")).json()["data"],)
    ((graph,),) = ((await ask(GRAPH))["tenant"]["integrations"]["nodes"],)
    assert rest == {
        "id": int(graph["databaseId"]),
        "tenant_id": 56,
        "integration_type": graph["type"].lower(),
        "account_name": graph["accountName"],
        "environment": graph["environment"],
        "is_active": graph["isActive"],
        "last_sync": graph["lastSyncAt"].replace("+00:00", "Z"),
        "app_key_hint": graph["appKeyHint"],
        "sync_minutes": graph["syncMinutes"],
        "feed": graph["feed"].lower(),
    }


async def test_the_documented_change_changes_what_it_names(make, kept, client):
    answer = await client.put(f"{ROOT}/{kept}", json=CHANGES)
    content = answer.json()
    assert (answer.status_code, list(content)) == (200, ["success", "message", "data"])
    assert content["message"] == "Integration updated successfully"
    changed = MORE | {"id": kept, "is_active": False, "last_sync": None, "app_key_hint": "-key"}
    assert content["data"] == LISTED["data"][0] | changed
    assert stored(make) == ({"app_key": "new-key", "app_token": "new-token"}, "-key")
    again = (await client.put(f"{ROOT}/{kept}", json={"is_active": True, "app_token": None})).json()
    assert again["data"] == content["data"] | {"is_active": True}
    assert stored(make) == ({"app_key": "new-key", "app_token": "new-token"}, "-key")


async def test_how_often_it_is_synced_is_said_and_told(make, client, ask):
    make.tenant()
    number = (await client.post(ROOT, json=NEW | {"sync_minutes": 5})).json()["data"]["id"]
    ((graph,),) = ((await ask(GRAPH))["tenant"]["integrations"]["nodes"],)
    assert graph["syncMinutes"] == 5
    changed = await client.put(f"{ROOT}/{number}", json={"sync_minutes": 60})
    assert changed.json()["data"]["sync_minutes"] == 60
    unchanged = await client.put(f"{ROOT}/{number}", json={"sync_minutes": None, "is_active": False})
    assert unchanged.json()["data"]["sync_minutes"] == 60
    wrong = await client.put(f"{ROOT}/{number}", json={"sync_minutes": 1441})
    assert (wrong.status_code, wrong.json()["success"]) == (400, False)
    assert "sync_minutes is 1441; accepted are 1 to 1440." in wrong.json()["details"]


async def test_whether_the_feed_is_used_is_said_and_told(make, client, ask):
    make.tenant()
    number = (await client.post(ROOT, json=NEW | {"feed": "auto"})).json()["data"]["id"]
    ((graph,),) = ((await ask(GRAPH))["tenant"]["integrations"]["nodes"],)
    assert graph["feed"] == "AUTO"
    changed = await client.put(f"{ROOT}/{number}", json={"feed": "off"})
    assert changed.json()["data"]["feed"] == "off"
    wrong = await client.put(f"{ROOT}/{number}", json={"feed": "ours"})
    assert (wrong.status_code, "feed" in wrong.json()["details"]) == (400, True)


async def test_the_account_is_changed_unless_it_is_taken(make, kept, client):
    other = {"account_name": "other", "environment": "vtexcommercebeta"}
    changed = (await client.put(f"{ROOT}/{kept}", json=other)).json()["data"]
    assert changed == changed | other
    assert (await client.post(ROOT, json=NEW)).status_code == 201
    answer = await client.put(f"{ROOT}/{kept}", json={"account_name": "chelseaio"})
    assert (answer.status_code, answer.json()["error"]) == (409, "Conflict")


async def test_deleting_answers_success_and_message(make, kept, client):
    answer = await client.delete(f"{ROOT}/{kept}")
    assert answer.status_code == 200
    assert answer.json() == {"success": True, "message": "Integration deleted successfully"}
    assert make.owner.execute("SELECT count(*) FROM integration").fetchone() == (0,)
    assert (await client.delete(f"{ROOT}/{kept}")).status_code == 404


async def test_a_second_integration_of_the_account_is_a_conflict(make, kept, client):
    answer = await client.post(ROOT, json=NEW)
    assert (answer.status_code, answer.json()["success"]) == (409, False)
    assert "chelseaio is integrated with this tenant already" in answer.json()["details"]
    make.tenant(57)
    assert (await client.post(ROOT, json=NEW | {"tenant_id": 57})).status_code == 201


async def test_integrations_are_found_by_their_number_alone_but_are_their_tenants(make, kept, client):
    make.tenant(57)
    other = (await client.post(ROOT, json=NEW | {"tenant_id": 57})).json()["data"]["id"]
    assert (await client.put(f"{ROOT}/{other}", json={"is_active": False})).json()["data"]["tenant_id"] == 57
    assert (await client.get(f"{ROOT}/56")).json()["data"][0]["is_active"] is True
    await client.delete(f"{ROOT}/{other}")
    assert len((await client.get(f"{ROOT}/56")).json()["data"]) == 1


async def test_unknown_fields_of_legacy_clients_are_ignored(make, kept, client):
    answer = await client.put(f"{ROOT}/{kept}", json={"is_active": False, "tenant_id": "x", "odd": {}})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("change", "details"),
    [
        ({"tenant_id": None}, "tenant_id"),
        ({"tenant_id": "56"}, "tenant_id"),
        ({"tenant_id": 0}, "tenant_id"),
        ({"tenant_id": 2**63}, "tenant_id"),
        ({"integration_type": "shopify"}, "integration_type; accepted are vtex."),
        ({"integration_type": 7}, "integration_type"),
        ({"account_name": "Not An Account"}, "account_name"),
        ({"account_name": "a\0b"}, "account_name"),
        ({"environment": "evil"}, "accepted are vtexcommercestable, vtexcommercebeta"),
        ({"app_key": "short"}, "app_key"),
        ({"app_token": "with\nnewline and more"}, "app_token"),
        ({"app_token": ["TOKENTOKENTOKEN"]}, "app_token"),
        ({"is_active": "yes"}, "is_active"),
        ({"sync_minutes": 0}, "sync_minutes is 0; accepted are 1 to 1440."),
        ({"sync_minutes": "5"}, "sync_minutes"),
        ({"sync_minutes": 7.5}, "sync_minutes"),
        ({"feed": "always"}, "'always' is no feed; accepted are off, auto."),
        ({"feed": True}, "feed"),
    ],
)
async def test_what_is_not_accepted_is_named_and_credentials_are_not_repeated(make, client, change, details):
    make.tenant()
    answer = await client.post(ROOT, json=NEW | change)
    assert answer.status_code == 400, answer.text
    assert answer.json()["error"] == "Invalid request parameters"
    assert details in answer.json()["details"]
    assert "TOKEN" not in answer.text
    assert "newline" not in answer.text


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "details"),
    [
        ("GET", "/999", None, 404, "Tenant with ID 999 not found"),
        ("POST", "", NEW | {"tenant_id": 999}, 404, "Tenant with ID 999 not found"),
        ("PUT", "/999", {"is_active": True}, 404, "Integration with ID 999 not found"),
        ("DELETE", "/999", None, 404, "Integration with ID 999 not found"),
        ("PUT", "/x", {}, 400, "integrationId: "),
        ("DELETE", "/0", None, 400, "integrationId: "),
        ("GET", "/x", None, 400, "tenantId: "),
        ("PUT", "/1", [], 400, ""),
        ("PUT", "/1", {"integration_type": "shopify"}, 400, "accepted are vtex."),
        ("PUT", "/1", {"sync_minutes": "often"}, 400, "sync_minutes"),
        ("PATCH", "/1", {}, 405, "PATCH is not accepted"),
    ],
)
async def test_errors_are_in_the_documented_envelope(make, client, method, path, body, status, details):
    make.tenant()
    answer = await client.request(method, ROOT + path, json=body)
    assert answer.status_code == status, answer.text
    assert list(answer.json()) == ["success", "error", "details"]
    assert details in answer.json()["details"]


async def test_credentials_are_validated_as_documented_and_nothing_is_kept(make, client, fake, capfd):
    make.tenant()
    operation = REFERENCE[f"POST {ROOT}/validate/vtex"]
    answer = await client.post(f"{ROOT}/validate/vtex", json=operation["request"])
    assert (answer.status_code, answer.json()) == (200, operation["200"])
    assert len(fake.requests) == 2
    assert make.owner.execute("SELECT count(*) FROM integration").fetchone() == (0,)
    said = capfd.readouterr()
    assert operation["request"]["app_token"] not in said.out + said.err


VALIDATE = """mutation V($input: IntegrationValidateInput!) { integrationValidate(input: $input) {
  account { accountName isActive hosts missingPermissions } userErrors { code field message } } }"""


@pytest.fixture
def validate(client):
    """Validate credentials over both faces: the answer of REST, and the graph's."""

    async def send(change):
        body = REFERENCE[f"POST {ROOT}/validate/vtex"]["request"] | change
        rest = await client.post(f"{ROOT}/validate/vtex", json=body)
        names = {"account_name": "accountName", "app_key": "appKey", "app_token": "appToken"}
        given = {names.get(name, name): value for name, value in body.items()} | {"type": "VTEX"}
        graph = await client.post("/graphql", json={"query": VALIDATE, "variables": {"input": given}})
        for answer in (rest, graph):
            assert body["app_token"] not in answer.text
        return rest, graph.json()

    return send


@pytest.mark.parametrize(
    ("change", "field", "details"),
    [
        ({"app_token": TOKEN}, "appToken", "does not accept this key and token"),
        ({"app_key": KEY}, "appToken", "does not accept this key and token"),
        ({"account_name": "nowhere"}, "accountName", "VTEX knows no account 'nowhere'"),
        ({"account_name": "evil.example/"}, "accountName", "account_name"),
        ({"environment": "evil"}, "environment", "environment"),
        ({"app_key": "short"}, "appKey", "app_key"),
    ],
)
async def test_wrong_credentials_are_400_and_a_user_error(validate, change, field, details):
    rest, graph = await validate(change)
    assert (rest.status_code, rest.json()["success"]) == (400, False)
    assert details in rest.json()["details"]
    found = graph["data"]["integrationValidate"]
    assert (found["account"], found["userErrors"][0]["field"]) == (None, ["input", field])
    told = rest.json()["details"]
    snake = re.sub("[A-Z]", lambda letter: f"_{letter[0].lower()}", field)
    assert found["userErrors"][0]["message"] in told.replace(snake, field)


async def test_a_permission_that_lacks_is_named(fake, validate):
    fake.stores["chelseaio"].permissions -= {SAVE_ACCOUNT}
    rest, graph = await validate({})
    assert rest.status_code == 200
    assert "lacks a permission: Save account (License Manager)" in rest.json()["message"]
    account = graph["data"]["integrationValidate"]["account"]
    assert account["missingPermissions"] == ["Save account (License Manager)"]
    assert account["isActive"] is rest.json()["account_info"]["is_active"] is None
    assert account["hosts"] == rest.json()["account_info"]["hosts"]
    fake.stores["chelseaio"].permissions -= {LIST_ORDERS}
    rest, graph = await validate({})
    assert (rest.status_code, "List Orders (OMS)" in rest.json()["details"]) == (400, True)
    assert "List Orders" in graph["data"]["integrationValidate"]["userErrors"][0]["message"]


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (Fault(500), 502, "PEER_FAILED"),
        (Fault(302, {"Location": "/elsewhere"}), 502, "PEER_FAILED"),
        (Fault(429, {"Retry-After": "120"}), 502, "PEER_FAILED"),
        (Fault(body=b"<html>"), 502, "PEER_FAILED"),
        (Fault(hangs=True), 504, "PEER_TIMED_OUT"),
    ],
)
async def test_a_vtex_that_does_not_answer_is_502_or_504(fake, validate, monkeypatch, fault, status, code):
    monkeypatch.setattr("connectors.vtex.inspection.inspect.__kwdefaults__", {"within": 1.0})
    fake.faults.extend([fault] * 9)
    rest, graph = await validate({})
    assert (rest.status_code, rest.json()["success"]) == (status, False)
    assert graph["data"] is None
    assert graph["errors"][0]["extensions"]["code"] == code
    assert "/elsewhere" not in fake.paths


async def test_another_tenants_actor_finds_no_integration(make, kept, client, monkeypatch):
    other = OPEN.__class__("other", frozenset({57}), OPEN.scopes)
    monkeypatch.setattr("middleware.OPEN", other)
    for method, body in (("PUT", {"is_active": False}), ("DELETE", None)):
        answer = await client.request(method, f"{ROOT}/{kept}", json=body)
        assert answer.json()["details"] == f"Integration with ID {kept} not found"
    assert (await client.get(f"{ROOT}/56")).status_code == 404
