"""Secrets at rest: encrypted with the first of the keys, readable with any of them."""

import os
import tempfile
from contextlib import suppress
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from kit.config import Settings
from kit.errors import ConfigurationError

FILE = "secret.key"


def make_key() -> str:
    """A new key of 32 random bytes, as CDP_SECRET_KEY takes it."""
    return Fernet.generate_key().decode()


class Vault:
    """Encrypts and decrypts short texts. Without a key it does neither, and says what to set."""

    def __init__(self, keys: tuple[str, ...]) -> None:
        self._keys = keys
        try:
            self._fernet = MultiFernet([Fernet(key) for key in keys]) if keys else None
        except ValueError:
            raise ConfigurationError(
                "CDP_SECRET_KEY must be keys of 32 bytes in URL-safe base64, separated by commas; "
                "`cdp secrets key` makes one."
            ) from None

    @property
    def is_open(self) -> bool:
        """Whether there is a key."""
        return self._fernet is not None

    def seal(self, text: str) -> bytes:
        """The text, encrypted and signed. Raises ConfigurationError without a key."""
        return self._open().encrypt(text.encode())

    def renew(self, sealed: bytes) -> bytes | None:
        """The same encrypted with the first key; None where it is already. Raises as `unseal` does."""
        text = self.unseal(sealed)
        try:
            Fernet(self._keys[0]).decrypt(sealed)
        except InvalidToken:
            return self.seal(text)
        return None

    def unseal(self, sealed: bytes) -> str:
        """The text again. Raises ConfigurationError without the key it was sealed with."""
        try:
            return self._open().decrypt(sealed).decode()
        except InvalidToken:
            raise ConfigurationError(
                "A stored secret was encrypted with another key; add that key to CDP_SECRET_KEY."
            ) from None

    def _open(self) -> MultiFernet:
        if self._fernet is None:
            raise ConfigurationError(
                "Credentials cannot be kept: set CDP_SECRET_KEY to 32 bytes in URL-safe base64."
            )
        return self._fernet


def vault_of(settings: Settings) -> Vault:
    """The vault of the keys that are set, else of a key kept in the data directory of the embedded database.

    That key is made where there is none, readable by its owner alone. Without either, secrets are refused.
    Raises ConfigurationError for a key of another form.
    """
    if settings.secret_key is not None:
        given = settings.secret_key.get_secret_value().split(",")
        return Vault(tuple(each.strip() for each in given if each.strip()))
    return Vault((_kept(settings.data_dir / FILE),) if settings.database_url is None else ())


def _kept(path: Path) -> str:
    if not path.exists():
        # Linked into place whole: of several processes that make one at once, the first one's stays.
        with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=f".{path.name}.") as fresh:
            fresh.write(make_key())
            fresh.flush()
            with suppress(FileExistsError):
                os.link(fresh.name, path)
    return path.read_text().strip()
