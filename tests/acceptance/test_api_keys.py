"""API keys: made, used, noted, revoked; and what the application may know of them."""

import contextlib
import hashlib

import psycopg
import pytest
from typer.testing import CliRunner

import cli
from kit.errors import ConfigurationError, ConflictError, InvalidInputError, NotFoundError
from resolvers.access import keys_in_use
from tests.acceptance.credentials import SECRET, bearer, token
from tests.acceptance.live import socket_of
from tests.acceptance.test_authentication import SHARED_SECRET, STATUS, TENANT, guarded, refused
from tests.acceptance.test_rate_limit import served


@pytest.fixture
def key(urls, make, monkeypatch, tmp_path):
    """Run `cdp key ...` on the test's database; returns what it prints, line by line."""
    make.tenant()
    make.tenant(57)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CDP_DATABASE_URL", urls.app)
    monkeypatch.setenv("CDP_OWNER_URL", urls.owner)
    monkeypatch.setenv("COLUMNS", "160")

    def run(*words):
        result = CliRunner().invoke(cli.app, ["key", *map(str, words)], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.output.splitlines()

    return run


@pytest.fixture
def at_once(monkeypatch):
    """Have processes look keys up each time."""
    monkeypatch.setattr(keys_in_use, "REMEMBERED_FOR", 0.0)
    monkeypatch.setattr("resolvers.access.access.REMEMBERED_FOR", 0.05)


def used(urls):
    with psycopg.connect(urls.owner) as owner:
        ((moment,),) = owner.execute("SELECT last_used_at FROM api_key").fetchall()
        return moment


async def test_a_key_is_shown_once_and_kept_as_a_hash(key, urls):
    text, told = key("create", "--tenant", 56, "--tenant", 57, "--scope", "write", "--name", "shop backend")
    _, name, secret = text.split("_")
    assert "tenants 56, 57" in told
    assert len(secret) == 64
    (line,) = [each for each in key("list") if name in each]
    assert "shop backend" in line
    assert secret not in "".join(key("list"))
    with psycopg.connect(urls.owner) as owner:
        (row,) = owner.execute("SELECT row_to_json(api_key)::text, secret_hash FROM api_key").fetchall()
    assert secret not in row[0]
    assert row[1] == hashlib.sha256(secret.encode()).digest()


@pytest.mark.parametrize("mode", [{"auth": "keys"}, SHARED_SECRET], ids=["keys", "jwt"])
async def test_a_key_is_good_for_its_tenants_until_it_is_revoked(key, urls, at_once, mode):
    text, _ = key("create", "--tenant", 56)
    other = key("create", "--all-tenants")[0]
    async with guarded(urls, **mode) as client:
        for headers in (bearer(text), {"X-API-Key": text}):
            assert (await client.get(STATUS, headers=headers)).status_code == 200
            graph = (await client.post("/graphql", json=TENANT, headers=headers)).json()
            assert graph["data"] == {"tenant": {"databaseId": "56"}}
            answer = await client.get(STATUS.replace("56", "57"), headers=headers)
            assert (answer.status_code, answer.json()["details"]) == (404, "Tenant with ID 57 not found")
        assert (await client.get(STATUS.replace("56", "57"), headers=bearer(other))).status_code == 200
        key("revoke", text.split("_")[1])
        await refused(client, bearer(text), "unknown or was revoked")
        assert (await client.get(STATUS, headers=bearer(other))).status_code == 200
        answer = await client.get(STATUS, headers=bearer(token()))
        assert answer.status_code == (200 if mode is SHARED_SECRET else 401)


async def test_a_key_that_was_made_up_is_refused(key, urls):
    text, _ = key("create", "--tenant", 56)
    head, name, secret = text.split("_")
    wrong = secret[:-1] + ("0" if secret[-1] != "0" else "1")
    async with guarded(urls, auth="keys") as client:
        for made, told in [
            (f"{head}_{name}_{wrong}", "unknown or was revoked"),
            (f"{head}_{'a' * 12}_{secret}", "unknown or was revoked"),
            (f"{head}_{name}_", "This is no API key"),
            (f"{head}_{name.upper()}_{secret}", "This is no API key"),
            (f"{text}0", "This is no API key"),
            (hashlib.sha256(secret.encode()).hexdigest(), "This is no API key"),
            ("cdp_" + "x" * 100_000, "This is no API key"),
        ]:
            await refused(client, bearer(made), told)
            answer = await client.get(STATUS, headers={"X-API-Key": made})
            assert secret not in answer.text


async def test_its_use_is_noted_once_a_minute(key, urls, at_once):
    text, _ = key("create", "--tenant", 56)
    assert used(urls) is None
    async with guarded(urls, auth="keys") as client:
        await client.get(STATUS, headers=bearer(text))
    first = used(urls)
    assert first is not None
    async with guarded(urls, auth="keys") as client:
        await client.get(STATUS, headers=bearer(text))
    assert used(urls) == first
    with psycopg.connect(urls.owner) as owner:
        owner.execute("UPDATE api_key SET last_used_at = now() - interval '61 s'")
    async with guarded(urls, auth="keys") as client:
        before = used(urls)
        await client.get(STATUS, headers=bearer(text))
    assert used(urls) > before


def test_the_application_may_look_a_key_up_and_nothing_else(key, urls):
    text, _ = key("create", "--tenant", 56)
    with psycopg.connect(urls.app, autocommit=True) as app:
        for statement in (
            "SELECT id FROM api_key",
            "INSERT INTO api_key (id, name, scopes, secret_hash) VALUES ('a', '', '{}', '')",
            "UPDATE api_key SET scopes = '{admin}'",
            "DELETE FROM api_key",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                app.execute(statement)
        found = app.execute("SELECT * FROM api_key_find(%s)", [text.split("_")[1]]).fetchall()
        assert [each[:2] for each in found] == [([56], ["read"])]
        assert app.execute("SELECT * FROM api_key_find('%')").fetchall() == []


@pytest.mark.parametrize(
    ("words", "error", "told"),
    [
        (["create"], InvalidInputError, "Name the key's tenants"),
        (["create", "--tenant", "56", "--all-tenants"], InvalidInputError, "Name the key's tenants"),
        (["create", "--tenant", "999"], NotFoundError, "Tenant with ID 999 not found"),
        (
            ["create", "--tenant", "56", "--scope", "all"],
            InvalidInputError,
            "accepted are read, write, admin",
        ),
        (["create", "--tenant", "56", "--name", "x" * 101], InvalidInputError, "At most 100"),
        (["revoke", "nothing"], NotFoundError, "There is no API key nothing"),
    ],
)
def test_what_is_not_accepted_is_told(key, words, error, told):
    with pytest.raises(error, match=told):
        key(*words)


def test_a_revoked_key_is_told_and_so_is_who_may_not(key, urls, monkeypatch):
    name = key("create", "--tenant", 56)[0].split("_")[1]
    assert key("revoke", name) == [f"Key {name} is revoked."]
    with pytest.raises(ConflictError, match="revoked already"):
        key("revoke", name)
    monkeypatch.setenv("CDP_OWNER_URL", urls.app)
    with pytest.raises(ConfigurationError, match="CDP_OWNER_URL"):
        key("list")


async def test_no_credentials_are_in_the_log(key, urls):
    text = key("create", "--tenant", 56)[0]
    secret = text.split("_")[2]
    environment = {"CDP_AUTH": "jwt", "CDP_JWT_SECRET": SECRET, "CDP_LOG_LEVEL": "debug"}
    good, bad = token(), token(exp=1)
    async with served(urls, **environment) as api:
        for each in (text, good, bad, text + "0"):
            await api.get(STATUS, Authorization=f"Bearer {each}")
            await api.get(STATUS, X_API_Key=each)
            with contextlib.suppress(Exception):
                async with socket_of(api.port, init=False, additional_headers=bearer(each)):
                    pass
            async with socket_of(api.port, init=False) as client:
                await client.send(type="connection_init", payload=bearer(each))
                await client.send(id="1", type="subscribe", payload={"query": "{ nothing }"})
                with contextlib.suppress(Exception):
                    await client.read()
        printed = api.stop()
    for each in (secret, SECRET, *good.split(".")[1:], *bad.split(".")[1:]):
        assert each not in printed, printed
