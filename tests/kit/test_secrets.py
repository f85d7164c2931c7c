"""Secrets at rest: which keys read them, where a key comes from, and what is said without one."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from kit.config import Settings
from kit.errors import ConfigurationError
from kit.secrets import FILE, Vault, vault_of

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))


def test_old_keys_still_read_and_the_first_one_writes():
    sealed = Vault((OLD,)).seal("token")
    both = vault_of(Settings(secret_key=SecretStr(f"{NEW}, {OLD}")))
    assert both.unseal(sealed) == "token"
    assert Vault((NEW,)).unseal(both.seal("token")) == "token"
    with pytest.raises(ConfigurationError, match="another key"):
        Vault((NEW,)).unseal(sealed)


def test_a_wrong_key_is_named_but_not_shown():
    with pytest.raises(ConfigurationError, match="CDP_SECRET_KEY") as error:
        vault_of(Settings(secret_key=SecretStr("hunter2")))
    assert "hunter2" not in error.value.message


def test_without_a_key_nothing_is_sealed():
    closed = vault_of(Settings(database_url=SecretStr("postgresql://x")))
    with pytest.raises(ConfigurationError, match="set CDP_SECRET_KEY"):
        closed.seal("token")


def test_beside_the_embedded_database_a_key_is_made_once(tmp_path):
    settings = Settings(data_dir=tmp_path)
    with ThreadPoolExecutor(8) as pool:
        vaults = [*pool.map(lambda _: vault_of(settings), range(16))]
    sealed = vaults[0].seal("token")
    assert {each.unseal(sealed) for each in vaults} == {"token"}
    assert (tmp_path / FILE).stat().st_mode & 0o777 == 0o600
    assert [each.name for each in tmp_path.iterdir()] == [FILE]
