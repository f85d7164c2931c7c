"""`cdp secrets`: keys made, credentials encrypted anew, and what no key reads."""

import json

import pytest
from cryptography.fernet import Fernet
from typer.testing import CliRunner

import cli
from kit.errors import ConfigurationError
from kit.secrets import Vault, make_key

OLD, NEW, LOST = make_key(), make_key(), make_key()
CONTENT = json.dumps({"app_key": "key-12345", "app_token": "token-12345"})


@pytest.fixture
def secrets(urls, monkeypatch, tmp_path):
    """Run `cdp secrets ...` on the test's database with keys; returns what it prints."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CDP_DATABASE_URL", urls.app)

    def run(*words, keys=None):
        if keys:
            monkeypatch.setenv("CDP_SECRET_KEY", keys)
        else:
            monkeypatch.delenv("CDP_SECRET_KEY", raising=False)
        return CliRunner().invoke(cli.app, ["secrets", *words], catch_exceptions=False).output

    return run


@pytest.fixture
def keep(make):
    """Keep credentials of a tenant's integrations, encrypted with a key."""

    def put(tenant, names, key):
        for name in names:
            make.owner.execute(
                "INSERT INTO integration (tenant_id, integration_type, account_name, environment, "
                "app_key_hint, credentials) VALUES (%s, 'vtex', %s, 'vtexcommercestable', '2345', %s)",
                [tenant, name, Vault((key,)).seal(CONTENT)],
            )

    return put


def kept(make):
    return [bytes(row[0]) for row in make.owner.execute("SELECT credentials FROM integration ORDER BY id")]


def test_secrets_of_hooks_take_the_first_key_too(secrets, keep, make):
    keep(make.tenant(56), ["shop"], OLD)
    make.owner.execute(
        "INSERT INTO integration_hook (tenant_id, integration_id, url, secret) "
        "SELECT tenant_id, id, 'https://cdp.example.com', %s FROM integration",
        [Vault((OLD,)).seal("called with")],
    )
    assert secrets("rotate", keys=f"{NEW},{OLD}") == "2 encrypted anew, 0 were already.\n"
    ((sealed,),) = make.owner.execute("SELECT secret FROM integration_hook").fetchall()
    assert Vault((NEW,)).unseal(bytes(sealed)) == "called with"
    assert secrets("rotate", keys=NEW) == "0 encrypted anew, 2 were already.\n"


def test_a_key_is_made_and_is_one(secrets):
    made = {secrets("key").strip() for _ in range(2)}
    assert len(made) == 2
    for each in made:
        Fernet(each)


def test_all_tenants_credentials_take_the_first_key(secrets, keep, make, monkeypatch):
    monkeypatch.setattr("resolvers.rotation._CHUNK", 2)
    for tenant in (56, 57):
        keep(make.tenant(tenant), [f"shop-{n}" for n in range(5)], OLD)
    before = make.owner.execute("SELECT id, updated_at FROM integration ORDER BY id").fetchall()
    assert secrets("rotate", keys=f"{NEW},{OLD}") == "10 encrypted anew, 0 were already.\n"
    assert [Vault((NEW,)).unseal(each) for each in kept(make)] == [CONTENT] * 10
    sealed = kept(make)
    assert secrets("rotate", keys=f"{NEW},{OLD}") == "0 encrypted anew, 10 were already.\n"
    assert kept(make) == sealed
    assert make.owner.execute("SELECT id, updated_at FROM integration ORDER BY id").fetchall() == before


def test_an_interrupted_one_goes_on(secrets, keep, make, monkeypatch):
    monkeypatch.setattr("resolvers.rotation._CHUNK", 2)
    keep(make.tenant(), [f"shop-{n}" for n in range(5)], OLD)
    renew, calls = Vault.renew, []

    def killed(self, sealed):
        calls.append(sealed)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return renew(self, sealed)

    with monkeypatch.context() as patch:
        patch.setattr(Vault, "renew", killed)
        secrets("rotate", keys=f"{NEW},{OLD}")
        assert len(calls) == 4
    assert secrets("rotate", keys=f"{NEW},{OLD}") == "3 encrypted anew, 2 were already.\n"


def test_what_no_key_reads_is_named_and_the_others_are_done(secrets, keep, make):
    keep(make.tenant(), ["lost"], LOST)
    keep(make.tenant(57), ["fine"], OLD)
    with pytest.raises(ConfigurationError, match="credentials of 1 integrations: 1 of tenant 56") as error:
        secrets("rotate", keys=f"{NEW},{OLD}")
    assert Vault((NEW,)).unseal(kept(make)[1]) == CONTENT
    assert all(each not in error.value.message for each in (OLD, NEW, LOST))


def test_without_a_key_nothing_happens(secrets, keep, make):
    keep(make.tenant(), ["shop"], OLD)
    sealed = kept(make)
    with pytest.raises(ConfigurationError, match="set CDP_SECRET_KEY"):
        secrets("rotate")
    assert kept(make) == sealed
