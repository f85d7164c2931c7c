"""The log of changes: nothing that writes goes without an entry, and who may read it."""

import json
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row
from typer.testing import CliRunner

import cli
from kit import ids
from kit.db import connect_for_work
from kit.secrets import Vault
from resolvers.audit.author import Author
from resolvers.imports.options import ImportOptions
from resolvers.imports.orders import import_orders
from rest import make_rest
from schema import create_schema
from tests.acceptance.credentials import bearer, token
from tests.acceptance.test_authentication import SHARED_SECRET, guarded

ROOT: Any = create_schema()._schema.mutation_type
TENANT = ids.encode("Tenant", 56)
SEGMENT, STATIC = "the dynamic segment", "the static segment"
INTEGRATION = ids.encode("Integration", 56, 1)
CUSTOMER = ids.encode("Customer", 56, 1)
EVENT = {"type": "page_view"}
ACCOUNT = {"type": "VTEX", "accountName": "shop", "appKey": "key-123456789", "appToken": "token-123456789"}

# In this order each has something to do.
MUTATIONS = {
    "tenantCreate": {"name": "New", "currencyCode": "EUR", "timeZone": "Europe/Madrid"},
    "tenantUpdate": {"id": TENANT, "name": "Renamed"},
    "tenantsUpsert": {
        "tenants": [{"slug": "more", "name": "N", "currencyCode": "EUR", "timeZone": "Europe/Madrid"}]
    },
    "customersUpsert": {"tenantId": TENANT, "customers": [{"externalId": f"c{n}"} for n in range(1, 4)]},
    "customerExport": {"tenantId": TENANT, "customer": {"externalId": "c3"}},
    "customerErase": {"tenantId": TENANT, "customer": {"externalId": "c3"}},
    "customerMerge": {"tenantId": TENANT, "from": {"externalId": "c2"}, "into": {"externalId": "c1"}},
    "customerUnmerge": {"id": ids.encode("CustomerMerge", 56, 1)},
    "ordersUpsert": {
        "tenantId": TENANT,
        "orders": [{"externalId": "o1", "placedAt": "2026-01-01T00:00:00Z", "amount": "10.00"}],
    },
    "refundsUpsert": {
        "tenantId": TENANT,
        "refunds": [{"externalId": "r1", "refundedAt": "2026-01-02T00:00:00Z", "amount": "1.00"}],
    },
    "eventTypeUpsert": {"tenantId": TENANT, "name": "seen"},
    "eventTypeDelete": {"tenantId": TENANT, "name": "seen"},
    "eventRetentionUpdate": {"tenantId": TENANT, "days": 30},
    "processStart": {"tenantId": TENANT},
    "backtestRequest": {"tenantId": TENANT},
    "integrationCreate": {"tenantId": TENANT, **ACCOUNT},
    "integrationUpdate": {"id": INTEGRATION, "appToken": "token-987654321"},
    "integrationSync": {"id": INTEGRATION, "full": True},
    "integrationHookCreate": {"id": INTEGRATION, "url": "https://cdp.example.com"},
    "integrationHookDelete": {"id": INTEGRATION},
    "integrationDelete": {"id": INTEGRATION},
    "segmentCreate": {
        "tenantId": TENANT,
        "name": "s",
        "type": "DYNAMIC",
        "criteria": {"frequency": {"gte": 1}},
    },
    "segmentUpdate": {"id": SEGMENT, "name": "t"},
    "segmentRefresh": {"id": SEGMENT},
    "segmentDelete": {"id": SEGMENT},
    "segmentMembersAdd": {"id": STATIC, "customerIds": [CUSTOMER]},
    "segmentMembersRemove": {"id": STATIC, "customerIds": [CUSTOMER]},
    "scoringSettingsUpdate": {"tenantId": TENANT, "stalenessHours": 5},
}
UNLOGGED = {
    "eventTrack": (
        {"tenantId": TENANT, "event": EVENT},
        "events are data of their own, with the moment they came in",
    ),
    "eventsTrack": ({"tenantId": TENANT, "events": [EVENT]}, "the same"),
    "integrationValidate": (ACCOUNT, "nothing is kept"),
}
ROUTES = {
    ("POST", "/api/v2/cdp/process/{tenantId}"): ("processStart", "/api/v2/cdp/process/56", {"force": True}),
    ("POST", "/api/v2/tenant-integrations"): (
        "integrationCreate",
        "/api/v2/tenant-integrations",
        {
            "tenant_id": 56,
            "integration_type": "vtex",
            "account_name": "s",
            "app_key": "key-123456789",
            "app_token": "token-123456789",
        },
    ),
    ("PUT", "/api/v2/tenant-integrations/{integrationId}"): (
        "integrationUpdate",
        "/api/v2/tenant-integrations/1",
        {"is_active": False},
    ),
    ("DELETE", "/api/v2/tenant-integrations/{integrationId}"): (
        "integrationDelete",
        "/api/v2/tenant-integrations/1",
        None,
    ),
}
UNLOGGED_ROUTES = {
    ("POST", "/api/v2/cdp/events"): "as eventTrack",
    ("POST", "/api/v2/cdp/events/batch"): "as eventsTrack",
    ("POST", "/api/v2/tenant-integrations/validate/vtex"): "nothing is kept",
}
COMMANDS = {
    "keyCreate": ["key", "create", "--tenant", "56"],
    "scoringSettingsUpdate": ["settings", "--tenant", "56", "--set", "staleness_hours=7"],
    "ordersImport": ["import", "orders", "orders.csv", "--tenant", "56"],
    "processStart": ["process", "--tenant", "56"],
    "customerExport": ["customer", "export", "--tenant", "56", "--external-id", "c1"],
    "integrationHookCreate": ["hook", "create", "--integration", "1", "--url", "https://cdp.example.com"],
    "integrationHookDelete": ["hook", "delete", "--integration", "1"],
    "customerErase": ["customer", "erase", "--tenant", "56", "--external-id", "c1", "--yes"],
    "customerMerge": [
        *("customer", "merge", "--tenant", "56", "--from-external-id", "c3"),
        *("--into-external-id", "c2"),
    ],
    "customerUnmerge": ["customer", "unmerge", "--tenant", "56", "--merge", "1"],
    "backtestRequest": ["backtest", "--tenant", "56"],
    "secretsRotate": ["secrets", "rotate"],
}
UNLOGGED_COMMANDS = {
    "demo": "what it imports and scores is logged as by `import` and `process`",
    "serve": "its requests are logged each",
    "worker": "its jobs are logged as they are asked for",
    "export": "it writes no data",
    "secrets": "it changes how credentials are encrypted, not what they are",
    "sync": "it copies what another system says, as the worker does by itself; its scoring is logged",
    "audit": "it reads",
    "migrate": "it changes the tables' shape, not what is in them, and the log is one of them",
    "config": "it reads",
    "schema": "it reads",
    "db": "it moves the whole database",
}
OLD_KEY = "ODEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
READ = """
query ($filter: AuditFilterInput, $first: Int, $after: String) {
  tenant(databaseId: 56) {
    auditEntries(filter: $filter, first: $first, after: $after) {
      totalCount
      pageInfo { hasNextPage endCursor }
      nodes {
        actor mode apiKeyId face address requestId action objectType objectId before after counts occurredAt
      }
    }
  }
}
"""


@pytest.fixture
async def api(urls, make):
    make.tenant()
    async with guarded(urls, **SHARED_SECRET, secret_key=KEY, process_wait_seconds=0.1) as client:
        client.headers.update(bearer(token(scope="admin", tenants="*")))
        yield client


def logged(urls):
    with psycopg.connect(urls.owner, row_factory=dict_row) as owner:
        return owner.execute("SELECT * FROM audit_entry ORDER BY id").fetchall()


def named(urls, given):
    """The input with the global id of the segment that it means."""
    if given.get("id") not in (SEGMENT, STATIC):
        return given
    kind = "dynamic" if given["id"] == SEGMENT else "static"
    with psycopg.connect(urls.owner) as owner:
        query = "SELECT max(id) FROM segment WHERE tenant_id = 56 AND type = %s"
        ((number,),) = owner.execute(query, [kind]).fetchall()
    return {**given, "id": ids.encode("Segment", 56, number)}


async def mutate(client, name, given, headers=None):
    kind = ROOT.fields[name].args["input"].type
    query = f"mutation ($input: {kind}) {{ {name}(input: $input) {{ userErrors {{ code message }} }} }}"
    answer = (
        await client.post("/graphql", json={"query": query, "variables": {"input": given}}, headers=headers)
    ).json()
    assert "errors" not in answer, (name, answer)
    assert answer["data"][name]["userErrors"] == [], name
    return answer


async def test_every_mutation_leaves_an_entry_or_is_told_why_not(api, urls, make):
    fields = ROOT.fields
    assert set(fields) == {*MUTATIONS, *UNLOGGED}, "a mutation needs an entry in the log, or a reason"
    for name, given in MUTATIONS.items():
        before = logged(urls)
        await mutate(api, name, named(urls, given))
        new = logged(urls)[len(before) :]
        assert [each["action"] for each in new] == [name]
        assert new[0]["actor"] == "ana"
        assert (new[0]["mode"], new[0]["face"], new[0]["address"]) == ("jwt", "graphql", "127.0.0.1")
        if name == "segmentDelete":
            static = {"tenantId": TENANT, "name": "static", "type": "STATIC"}
            await mutate(api, "segmentCreate", static)
    before = logged(urls)
    for name in ("eventTrack", "eventsTrack"):
        await mutate(api, name, UNLOGGED[name][0])
    assert logged(urls) == before


async def test_every_route_that_writes_leaves_an_entry_or_is_told_why_not(api, urls):
    routes = {
        (method, each.path)
        for each in make_rest().state.routes
        for method in (getattr(each, "methods", None) or ())
        if method not in ("GET", "HEAD", "OPTIONS")
    }
    assert routes == {*ROUTES, *UNLOGGED_ROUTES}, "a route needs an entry in the log, or a reason"
    for (method, _), (action, path, body) in ROUTES.items():
        before = logged(urls)
        answer = await api.request(method, path, json=body, headers={"X-Request-Id": "asked-1"})
        assert answer.status_code < 300, answer.text
        (new,) = logged(urls)[len(before) :]
        told = (new["action"], new["face"], new["request_id"], new["tenant_id"])
        assert told == (action, "rest", "asked-1", 56)


@pytest.fixture
def cdp(urls, make, monkeypatch, tmp_path):
    make.tenant()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CDP_DATABASE_URL", urls.app)
    monkeypatch.setenv("CDP_OWNER_URL", urls.owner)
    monkeypatch.setenv("CDP_SECRET_KEY", f"{KEY},{OLD_KEY}")
    monkeypatch.setenv("COLUMNS", "200")
    orders = "".join(f"o{n},c{n},2026-01-01,10.00\n" for n in (1, 2, 3))
    (tmp_path / "orders.csv").write_text(f"order_id,customer_id,placed_at,amount\n{orders}")

    def run(*words):
        result = CliRunner().invoke(cli.app, [*words], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output

    return run


def test_every_command_that_writes_leaves_an_entry_or_is_told_why_not(cdp, urls, make):
    make.owner.execute(
        "INSERT INTO integration (tenant_id, integration_type, account_name, environment, app_key_hint, "
        "credentials) VALUES (56, 'vtex', 'shop', 'stable', 'abcd', %s)",
        [Vault((OLD_KEY,)).seal("{}")],
    )
    assert set(cli._PARTS) == {*(words[0] for words in COMMANDS.values()), *UNLOGGED_COMMANDS}
    for action, words in COMMANDS.items():
        before = logged(urls)
        cdp(*words)
        new = logged(urls)[len(before) :]
        assert [each["action"] for each in new] == [action]
        assert (new[0]["mode"], new[0]["face"]) == ("cli", "cli")
        assert new[0]["actor"] == Author.of_command().subject
    number = next(each["object_id"] for each in logged(urls) if each["action"] == "keyCreate")
    cdp("key", "revoke", number)
    assert logged(urls)[-1]["action"] == "keyRevoke"


def test_a_key_is_in_the_log_of_each_of_its_tenants_and_one_for_all_in_that_of_none(cdp, urls, make):
    make.tenant(57)
    cdp("key", "create", "--tenant", "56", "--tenant", "57")
    cdp("key", "create", "--all-tenants", "--scope", "admin")
    assert [each["tenant_id"] for each in logged(urls)] == [56, 57, 0]
    shown = cdp("audit")
    assert "keyCreate" in shown
    assert '"admin"' in shown
    (line,) = [json.loads(each) for each in cdp("audit", "--tenant", "57", "--json").splitlines()]
    assert (line["action"], line["object_type"], line["after"]["tenants"]) == (
        "keyCreate",
        "ApiKey",
        [56, 57],
    )
    assert "secret" not in json.dumps([each["after"] for each in logged(urls)])


def test_a_command_reads_a_part_of_the_log(cdp, urls):
    for words in (COMMANDS["keyCreate"], COMMANDS["scoringSettingsUpdate"]):
        cdp(*words)
    assert len(cdp("audit", "--tenant", "56", "--json").splitlines()) == 2
    one = cdp("audit", "--tenant", "56", "--action", "scoringSettingsUpdate", "--json").splitlines()
    assert json.loads(one[0])["after"] == {"staleness_hours": 7}
    assert not cdp("audit", "--tenant", "56", "--since", "2199-01-01", "--json")
    first = json.loads(cdp("audit", "--tenant", "56", "--limit", "1", "--json"))
    rest = cdp("audit", "--tenant", "56", "--after", first["cursor"], "--json").splitlines()
    assert [json.loads(each)["action"] for each in rest] == ["keyCreate"]


async def test_before_and_after_tell_what_changed_and_no_secret(api, urls):
    for name in ("integrationCreate", "integrationUpdate", "integrationDelete"):
        await mutate(api, name, MUTATIONS[name])
    made, changed, gone = logged(urls)
    assert made["before"] is None
    assert made["after"]["credentials"] == changed["after"]["credentials"] == "********"
    assert made["after"]["account_name"] == gone["before"]["account_name"] == "shop"
    assert [*changed["after"]] == ["credentials"]
    for secret in ("key-123456789", "token-123456789", "token-987654321"):
        assert secret not in str([made, changed, gone])
    await mutate(api, "tenantUpdate", MUTATIONS["tenantUpdate"])
    last = logged(urls)[-1]
    assert (last["before"], last["after"]) == ({"name": "Shop 56"}, {"name": "Renamed"})


async def test_a_list_is_one_entry_with_counts_and_nothing_of_whom_it_was_about(api, urls):
    people = [{"externalId": f"ext-{n}", "email": f"p{n}@example.com"} for n in range(200)]
    people.append({"externalId": "bad", "email": "no address"})
    given = {"tenantId": TENANT, "customers": people, "idempotencyKey": "k"}
    for _ in range(2):
        await mutate(api, "customersUpsert", given)
    (entry,) = logged(urls)
    assert entry["counts"] == {"created": 200, "rejected": 1}
    assert "example.com" not in str(entry)
    await mutate(api, "customersUpsert", {**given, "customers": people[:5], "idempotencyKey": "other"})
    assert len(logged(urls)) == 1, "nothing was another than before"


async def test_what_is_refused_or_undone_leaves_no_entry(api, urls, tmp_path):
    other = {"tenantId": TENANT, "name": "A", "type": "DYNAMIC", "criteria": {"nonsense": 1}}
    query = "mutation ($input: SegmentCreateInput!) { segmentCreate(input: $input) { userErrors { code } } }"
    await api.post("/graphql", json={"query": query, "variables": {"input": other}})
    file = tmp_path / "orders.csv"
    file.write_text("order_id,customer_id,placed_at,amount\no1,c1,2026-01-01,10.00\n")
    with connect_for_work(urls.app) as work:
        import_orders(work, file, ImportOptions(56, dry_run=True))
        assert logged(urls) == []
        import_orders(work, file, ImportOptions(56))
    (entry,) = logged(urls)
    assert entry["after"] == {"file": "orders.csv"}
    assert (entry["counts"]["rows"], entry["counts"]["inserted"]) == (1, 1)


async def test_administrators_read_pages_of_their_tenants_log(api, urls, make):
    make.tenant(57)
    for name in ("eventRetentionUpdate", "scoringSettingsUpdate", "tenantUpdate"):
        await mutate(api, name, MUTATIONS[name])
    mine = bearer(token(scope="admin", sub="eva"))

    async def read(**variables):
        answer = (
            await api.post("/graphql", json={"query": READ, "variables": variables}, headers=mine)
        ).json()
        assert "errors" not in answer, answer
        return answer["data"]["tenant"]["auditEntries"]

    every = await read()
    assert [each["action"] for each in every["nodes"]] == [
        "tenantUpdate",
        "scoringSettingsUpdate",
        "eventRetentionUpdate",
    ]
    assert every["totalCount"] == 3
    first = every["nodes"][0]
    assert (first["mode"], first["face"], first["objectType"], first["objectId"]) == (
        "JWT",
        "GRAPHQL",
        "Tenant",
        "56",
    )
    page = await read(first=2)
    assert page["pageInfo"]["hasNextPage"] is True
    rest = await read(first=2, after=page["pageInfo"]["endCursor"])
    assert [each["action"] for each in rest["nodes"]] == ["eventRetentionUpdate"]
    for wanted, count in (
        ({"action": "tenantUpdate"}, 1),
        ({"actor": "ana"}, 3),
        ({"actor": "eva"}, 0),
        ({"objectId": "56"}, 3),
        ({"objectId": "57"}, 0),
        ({"since": first["occurredAt"]}, 1),
        ({"until": first["occurredAt"], "actor": "ana"}, 2),
    ):
        assert (await read(filter=wanted))["totalCount"] == count, wanted


async def test_others_are_forbidden_the_log(api):
    for scope in ("read", "write"):
        answer = (await api.post("/graphql", json={"query": READ}, headers=bearer(token(scope=scope)))).json()
        assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"
        assert answer["data"]["tenant"]["auditEntries"] is None
    none = {"query": "{ viewer { auditEntries { nodes { action } } } }"}
    for changes, codes in (
        ({"scope": "admin"}, ["FORBIDDEN"]),
        ({"scope": "admin", "tenants": "*"}, []),
        ({"scope": "write", "tenants": "*"}, ["FORBIDDEN"]),
    ):
        answer = (await api.post("/graphql", json=none, headers=bearer(token(**changes)))).json()
        assert [each["extensions"]["code"] for each in answer.get("errors", [])] == codes, changes


async def test_an_odd_subject_is_kept_as_text(api, urls):
    for subject, kept in (("a\0b", "a\ufffdb"), ("\ud800", "?"), ("x" * 500, "x" * 200)):
        given = {"tenantId": TENANT, "days": len(logged(urls)) + 1}
        await mutate(api, "eventRetentionUpdate", given, bearer(token(scope="admin", sub=subject)))
        assert logged(urls)[-1]["actor"] == kept


def test_the_application_may_add_and_read_and_nothing_else(urls, make):
    row = (
        "INSERT INTO audit_entry (tenant_id, actor, mode, face, action) VALUES (56, 'a', 'open', 'cli', 'x')"
    )
    with psycopg.connect(urls.app, autocommit=True) as app:
        app.execute("SET app.tenant_id = '56'")
        app.execute(row)
        app.execute("SET app.tenant_id = '57'")
        assert app.execute("SELECT * FROM audit_entry").fetchall() == []
        for statement in (
            row,
            "UPDATE audit_entry SET actor = 'b'",
            "DELETE FROM audit_entry",
            "TRUNCATE audit_entry",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(statement)
