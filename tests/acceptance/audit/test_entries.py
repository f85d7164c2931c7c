"""The log of changes: nothing that writes goes without an entry, and who may read it."""

import json

import psycopg
import pytest

from kit.db import connect_for_work
from resolvers.imports.options import ImportOptions
from resolvers.imports.orders import import_orders
from tests.acceptance.audit.calls import COMMANDS, MUTATIONS, TENANT, logged, mutate
from tests.acceptance.credentials import bearer, token

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
