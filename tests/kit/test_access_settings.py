"""Settings of access: what is refused at the start, in a sentence."""

import pytest

from kit.config import load
from kit.errors import ConfigurationError

LONG = "x" * 32


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"AUTH": "jwt"}, "CDP_AUTH=jwt needs either CDP_JWT_SECRET or CDP_JWT_JWKS"),
        ({"AUTH": "jwt", "JWT_SECRET": LONG, "JWT_JWKS": "a.json"}, "CDP_AUTH=jwt needs either"),
        ({"AUTH": "none"}, "CDP_AUTH: Input should be 'open', 'jwt' or 'keys'"),
        ({"JWT_SECRET": "hunter2"}, "CDP_JWT_SECRET: Value error, must have at least 32 bytes"),
        ({"JWT_JWKS": "http://id.example.com/jwks.json"}, "CDP_JWT_JWKS: Value error, must be an https"),
        ({"JWT_JWKS": "file:///etc/jwks.json"}, "CDP_JWT_JWKS"),
        ({"JWT_JWKS": "https://a:b@id.example.com/"}, "CDP_JWT_JWKS"),
        ({"JWT_LEEWAY_SECONDS": "601"}, "CDP_JWT_LEEWAY_SECONDS"),
    ],
)
def test_a_wrong_setting_stops_the_start(monkeypatch, given, told):
    for name, value in given.items():
        monkeypatch.setenv(f"CDP_{name}", value)
    with pytest.raises(ConfigurationError) as error:
        load()
    assert told in error.value.message
    assert "hunter2" not in error.value.message


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"AUTH": "keys"},
        {"AUTH": "jwt", "JWT_SECRET": LONG},
        {"AUTH": "jwt", "JWT_JWKS": "https://id.example.com/jwks.json"},
        {"AUTH": "jwt", "JWT_JWKS": "http://127.0.0.1:9000/jwks.json"},
        {"AUTH": "jwt", "JWT_JWKS": "http://localhost/jwks.json"},
        {"AUTH": "jwt", "JWT_JWKS": "keys/jwks.json"},
    ],
)
def test_a_right_one_does_not(monkeypatch, given):
    for name, value in given.items():
        monkeypatch.setenv(f"CDP_{name}", value)
    assert load().auth == given.get("AUTH", "open")
