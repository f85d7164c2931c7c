"""Every mutation, route and command that writes leaves an entry, or it is told here why not."""

import psycopg

import cli
from kit import ids
from kit.secrets import Vault
from resolvers.audit.author import Author
from rest import make_rest
from tests.acceptance.audit.calls import (
    ACCOUNT,
    COMMANDS,
    MUTATIONS,
    OLD_KEY,
    ROOT,
    SEGMENT,
    STATIC,
    TENANT,
    logged,
    mutate,
)

EVENT = {"type": "page_view"}
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


def named(urls, given):
    """The input with the global id of the segment that it means."""
    if given.get("id") not in (SEGMENT, STATIC):
        return given
    kind = "dynamic" if given["id"] == SEGMENT else "static"
    with psycopg.connect(urls.owner) as owner:
        query = "SELECT max(id) FROM segment WHERE tenant_id = 56 AND type = %s"
        ((number,),) = owner.execute(query, [kind]).fetchall()
    return {**given, "id": ids.encode("Segment", 56, number)}


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
