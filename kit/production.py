"""What production asks of its settings: nothing that anybody could know, nothing that is missing."""

import base64
from itertools import pairwise

from kit.config import Settings
from kit.errors import ConfigurationError
from kit.secrets import Vault

_FEWEST_LETTERS = 8
"""Different bytes of a random key of 32: by chance it has fewer once in more keys than will ever be made."""
_WORDS = ("changeme", "change-me", "change_me", "secret", "password", "example", "default", "insecure")
_MAKE_KEY = "`cdp secrets key` makes one"
_HOW = "`openssl rand -hex 32` makes one"


def check_production(settings: Settings) -> None:
    """Raises ConfigurationError for a secret that is missing, or that is no secret; never shows it.

    In development nothing is asked.
    """
    if settings.environment != "production":
        return
    if settings.secret_key is None or not settings.secret_key.get_secret_value().strip(", "):
        raise ConfigurationError(
            f"Production needs CDP_SECRET_KEY, which credentials are encrypted with; {_MAKE_KEY}."
        )
    keys = [each.strip() for each in settings.secret_key.get_secret_value().split(",") if each.strip()]
    Vault(tuple(keys))
    if any(_is_known(base64.urlsafe_b64decode(each)) for each in keys):
        raise ConfigurationError(f"CDP_SECRET_KEY holds a key that is no secret; {_MAKE_KEY}.")
    for name in ("jwt_secret", "metrics_token"):
        value = getattr(settings, name)
        if value is not None and _is_known(value.get_secret_value().encode()):
            raise ConfigurationError(f"CDP_{name.upper()} is no secret; {_HOW}.")


def _is_known(secret: bytes) -> bool:
    """Whether a secret is as those of examples are: a word, or hardly any different bytes."""
    text = secret.decode("latin-1").lower()
    is_text = text.isascii() and text.isprintable()
    worded = is_text and any(word in text for word in _WORDS)
    return worded or len(set(secret)) < _FEWEST_LETTERS or _counts(secret)


def _counts(secret: bytes) -> bool:
    """Whether each byte is the one before and one more, as in 0123456789abcdef."""
    steps = sum(after - before == 1 for before, after in pairwise(secret))
    return steps > len(secret) // 2
