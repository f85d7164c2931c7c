"""What production refuses to start with, and what development does not ask."""

import base64

import pytest
from pydantic import SecretStr

from app import create
from kit.config import Settings
from kit.errors import ConfigurationError
from kit.production import check_production
from kit.secrets import make_key

GOOD = make_key()
SECRET = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"


def key(content):
    return base64.urlsafe_b64encode(content).decode()


def settings(**given):
    return Settings.model_validate({"environment": "production", "database_url": "postgresql://x", **given})


KNOWN = {
    "zeros": key(bytes(32)),
    "one letter": key(b"a" * 32),
    "digits": key(b"0123456789abcdef0123456789abcdef"),
    "a word": key(b"changeme-changeme-changeme-12345"),
    "a good one and zeros": f"{GOOD},{key(bytes(32))}",
}


@pytest.mark.parametrize("given", KNOWN.values(), ids=KNOWN.keys())
def test_a_known_key_is_refused_and_not_shown(given):
    with pytest.raises(ConfigurationError, match="CDP_SECRET_KEY holds a key that is no secret") as error:
        check_production(settings(secret_key=given))
    assert given not in error.value.message
    check_production(Settings(environment="development", secret_key=SecretStr(given)))


@pytest.mark.parametrize("given", [{}, {"secret_key": ""}, {"secret_key": " , "}, {"database_url": None}])
def test_a_missing_key_is_refused(given):
    with pytest.raises(ConfigurationError, match="Production needs CDP_SECRET_KEY"):
        create(settings(**given))
    check_production(Settings(environment="development"))


@pytest.mark.parametrize("given", ["0" * 64, "your-default-secret-that-is-long-enough", "change-me" * 5])
def test_a_known_secret_of_tokens_is_refused_and_not_shown(given):
    with pytest.raises(ConfigurationError, match="CDP_JWT_SECRET is no secret") as error:
        check_production(settings(secret_key=GOOD, auth="jwt", jwt_secret=given))
    assert given not in error.value.message
    with pytest.raises(ConfigurationError, match="CDP_METRICS_TOKEN is no secret"):
        check_production(settings(secret_key=GOOD, metrics_token=given))


def test_good_ones_start():
    check_production(
        settings(secret_key=f"{GOOD}, {make_key()}", auth="jwt", jwt_secret=SECRET, metrics_token=SECRET)
    )
    for _ in range(200):
        check_production(settings(secret_key=make_key()))
