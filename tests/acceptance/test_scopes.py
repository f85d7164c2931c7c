"""What read, write and admin reach, and that other tenants are not there, over both faces."""

import pytest

from kit import ids
from tests.acceptance.credentials import bearer, token
from tests.acceptance.test_authentication import SHARED_SECRET, guarded

EVENT = {"customer_id": 1, "event_type": "page_view"}
NEW = {"integration_type": "vtex", "account_name": "shop", "app_key": "key-12345", "app_token": "token-12345"}
ORDER = ["read", "write", "admin"]

REST = {
    "read status": ("read", "GET", "/api/v2/cdp/process/status/{tenant}", None),
    "read segments": ("read", "GET", "/api/v2/cdp/segments?tenant_id={tenant}", None),
    "write event": ("write", "POST", "/api/v2/cdp/events", EVENT),
    "admin integration": ("admin", "POST", "/api/v2/tenant-integrations", NEW),
}
GRAPH = {
    "read tenant": ("read", "query ($id: ID!) { node(id: $id) { id } }"),
    "write customers": (
        "write",
        'mutation ($id: ID!) { customersUpsert(input: {tenantId: $id, customers: [{externalId: "a"}]}) '
        "{ userErrors { code } } }",
    ),
    "write settings": (
        "write",
        "mutation ($id: ID!) { scoringSettingsUpdate(input: {tenantId: $id, stalenessHours: 5}) "
        "{ userErrors { code } } }",
    ),
    "admin integration": (
        "admin",
        'mutation ($id: ID!) { integrationCreate(input: {tenantId: $id, type: VTEX, accountName: "other", '
        'appKey: "key-12345", appToken: "token-12345"}) { userErrors { code } } }',
    ),
}


@pytest.fixture
async def api(urls, make):
    make.tenant()
    make.customer(56, "ana")
    make.tenant(57)
    key = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
    async with guarded(urls, **SHARED_SECRET, secret_key=key) as client:
        yield client


async def rest(client, what, headers, tenant):
    _, method, path, body = REST[what]
    body = body and {"tenant_id": tenant, **body}
    return await client.request(method, path.format(tenant=tenant), json=body, headers=headers)


async def graph(client, what, headers, tenant):
    sent = {"query": GRAPH[what][1], "variables": {"id": ids.encode("Tenant", tenant)}}
    return (await client.post("/graphql", json=sent, headers=headers)).json()


def reaches(scope, needed):
    return scope in ORDER and ORDER.index(scope) >= ORDER.index(needed)


@pytest.mark.parametrize("scope", ["", *ORDER])
async def test_a_scope_reaches_what_it_says_and_no_further(api, scope):
    headers = bearer(token(scope=f"openid {scope}"))
    for what, (needed, *_) in REST.items():
        answer = await rest(api, what, headers, 56)
        if reaches(scope, needed):
            assert answer.status_code in (200, 201), (what, answer.text)
            continue
        assert answer.status_code == 403, (what, answer.text)
        told = answer.json()
        assert (told["success"], told["error"]) == (False, "Forbidden")
        assert f"needs the scope {needed if scope else 'read'}" in told["details"] or not scope
    for what, (needed, _) in GRAPH.items():
        found = await graph(api, what, headers, 56)
        if reaches(scope, needed):
            assert "errors" not in found, (what, found)
            assert '"code"' not in str(found)
        else:
            assert [each["extensions"]["code"] for each in found["errors"]] == ["FORBIDDEN"], (what, found)


@pytest.mark.parametrize("scope", ["", *ORDER])
async def test_another_tenant_is_told_like_one_that_is_not_there(api, scope):
    headers = bearer(token(scope=scope))
    for what in REST:
        there, nowhere = [await rest(api, what, headers, number) for number in (57, 999)]
        assert there.status_code == nowhere.status_code == 404, (what, there.text)
        assert there.text.replace("57", "999") == nowhere.text
    for what in GRAPH:
        there, nowhere = [str(await graph(api, what, headers, number)) for number in (57, 999)]
        assert there.replace(ids.encode("Tenant", 57), ids.encode("Tenant", 999)) == nowhere
    listed = "{ viewer { tenants(first: 10) { edges { node { databaseId } } } } }"
    found = (await api.post("/graphql", json={"query": listed}, headers=headers)).json()
    assert "errors" not in found, found
    assert found["data"]["viewer"]["tenants"]["edges"] == ([{"node": {"databaseId": "56"}}] if scope else [])


async def test_all_tenants_and_none(api):
    for tenants, status in (("*", 200), ([], 404), (None, 404), ([56, 57], 200)):
        headers = bearer(token(tenants=tenants))
        assert (await rest(api, "read status", headers, 57)).status_code == status, tenants


@pytest.mark.parametrize("what", ["customers/1/profile", "analytics/rfm"])
async def test_an_answer_that_is_kept_is_kept_from_others(api, what):
    path = f"/api/v2/cdp/{what}?tenant_id=56"
    for given, status in (({}, 200), ({"tenants": [57]}, 404), ({"scope": ""}, 403), ({}, 200)):
        answer = await api.get(path, headers=bearer(token(**given)))
        assert answer.status_code == status, answer.text


MAKE = (
    'mutation { tenantCreate(input: {name: "New", currencyCode: EUR, timeZone: "Europe/Madrid"}) '
    "{ tenant { name } } }"
)
UPSERT = (
    'mutation ($slug: String!) { tenantsUpsert(input: {tenants: [{slug: $slug, name: "N", currencyCode: EUR, '
    'timeZone: "Europe/Madrid"}]}) { results { status userErrors { code message } } } }'
)


async def test_only_who_administers_all_tenants_makes_one(api):
    for changes, made in (
        ({"scope": "admin"}, False),
        ({"scope": "write", "tenants": "*"}, False),
        ({"scope": "admin", "tenants": "*"}, True),
    ):
        found = (await api.post("/graphql", json={"query": MAKE}, headers=bearer(token(**changes)))).json()
        codes = [each["extensions"]["code"] for each in found.get("errors", [])]
        assert codes == ([] if made else ["FORBIDDEN"]), found


async def test_the_slug_of_another_tenant_is_told_like_a_new_one(api):
    headers = bearer(token(scope="admin"))
    found = [
        (
            await api.post("/graphql", json={"query": UPSERT, "variables": {"slug": slug}}, headers=headers)
        ).json()
        for slug in ("shop-57", "nowhere")
    ]
    assert found[0] == found[1]
    assert "FORBIDDEN" in str(found[0])
