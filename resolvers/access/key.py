"""The text of an API key: `cdp_<id>_<secret>`. The id is public; of the secret only a hash is kept."""

import hashlib
import hmac
import re
import secrets
import string
from typing import NamedTuple

_FORM = re.compile(r"cdp_([a-z0-9]{12})_([0-9a-f]{64})")
_LETTERS = string.ascii_lowercase + string.digits
PREFIX = "cdp_"


class Key(NamedTuple):
    """A key in two parts. `repr` does not show the secret."""

    id: str
    secret: str

    def __repr__(self) -> str:
        return f"Key({self.id})"

    @classmethod
    def make(cls) -> "Key":
        """A new key, whose secret has 256 random bits."""
        return cls("".join(secrets.choice(_LETTERS) for _ in range(12)), secrets.token_hex(32))

    @classmethod
    def read(cls, text: str) -> "Key | None":
        """The key that a text is; None if it is none."""
        found = _FORM.fullmatch(text)
        return cls(found[1], found[2]) if found else None

    @property
    def text(self) -> str:
        return f"{PREFIX}{self.id}_{self.secret}"

    @property
    def hash(self) -> bytes:
        """What is kept. The secret is random, so a hash that is quick to make gives nothing away."""
        return hashlib.sha256(self.secret.encode()).digest()

    def fits(self, kept: bytes) -> bool:
        """Whether a hash is this key's, told in the same time whatever it is."""
        return hmac.compare_digest(self.hash, kept)
