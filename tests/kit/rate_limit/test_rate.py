"""Rates and whom they are counted for."""

import pytest
from pydantic import SecretStr

from kit.config import Settings, load
from kit.errors import ConfigurationError
from kit.rate_limit.caller import caller_of
from kit.rate_limit.rate import Rate, rate_of


@pytest.mark.parametrize(
    ("text", "rate"),
    [
        ("1000/15minutes", Rate(1000, 900)),
        ("20/second", Rate(20, 1)),
        ("5 per 2 hours", Rate(5, 7200)),
        ("off", None),
        (" OFF ", None),
    ],
)
def test_a_rate_is_read(text, rate):
    assert rate_of(text) == rate


@pytest.mark.parametrize("text", ["", "many", "0/minute", "1/second;5/minute", "5/fortnight"])
def test_what_is_no_rate_is_refused(text):
    with pytest.raises(ValueError, match="must be one rate such as 1000/15minutes"):
        rate_of(text)


def test_the_environment_chooses_the_documented_rate():
    assert Settings().rate == Rate(10_000, 900)
    assert Settings(environment="production").rate == Rate(1_000, 900)
    assert Settings(environment="production", rate_limit="7/minute").rate == Rate(7, 60)
    assert Settings(rate_limit="off").rate is None


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"environment": "production", "rate_limit": "off"}, "in development only"),
        ({"environment": "staging"}, "'development' or 'production'"),
        ({"rate_limit": "lots"}, "must be one rate"),
        ({"rate_limit_storage": "mongodb://x"}, "must be memory://"),
        ({"rate_limit_storage": "redis://:hunter2"}, "must be memory://"),
        ({"rate_limit_storage": "redis://"}, "must be memory://"),
        ({"rate_limit_storage": "redis+unix://"}, "must be memory://"),
        ({"trusted_proxies": "*"}, "is not an address or a network"),
        ({"trusted_proxies": "10.0.0.1, 0.0.0.0/0"}, "is not an address or a network"),
        ({"cors_origins": "*"}, "is not an origin"),
        ({"cors_origins": "https://a.example/"}, "is not an origin"),
        ({"cors_origins": "https://a.example,file://x"}, "is not an origin"),
    ],
)
def test_a_wrong_setting_is_told(settings, told):
    with pytest.raises(ValueError, match=told.replace("*", r"\*")):
        Settings.model_validate(settings)


def test_a_wrong_store_is_told_without_its_password(monkeypatch):
    monkeypatch.setenv("CDP_RATE_LIMIT_STORAGE", "redis://:hunter2")
    with pytest.raises(ConfigurationError, match="CDP_RATE_LIMIT_STORAGE: Value error, must be") as caught:
        load()
    assert "hunter2" not in caught.value.message


@pytest.mark.parametrize(
    "url",
    ["redis://a", "rediss://u:p@a:6380/2", "valkey://[::1]:1", "valkey+unix:///run/v.sock", "memory://"],
)
def test_stores_are_taken(url):
    assert Settings(rate_limit_storage=SecretStr(url)).rate_limit_storage.get_secret_value() == url


def test_lists_are_read():
    settings = Settings(
        trusted_proxies="127.0.0.1, 10.0.0.0/8", cors_origins="https://a.example,http://b:3000"
    )
    assert settings.proxies == ["127.0.0.1", "10.0.0.0/8"]
    assert settings.origins == ["https://a.example", "http://b:3000"]


@pytest.mark.parametrize(
    ("client", "caller"),
    [
        (("192.0.2.7", 1), "192.0.2.7"),
        (("::ffff:192.0.2.7", 1), "192.0.2.7"),
        (("2001:db8:1:2:3:4:5:6", 1), "2001:db8:1:2::/64"),
        (("2001:db8:1:2::9", 1), "2001:db8:1:2::/64"),
        (("fe80::1%eth0", 1), "fe80::/64"),
        (("x" * 1000, 1), "x" * 64),
        (("", 1), "unknown"),
        (None, "unknown"),
    ],
)
def test_callers_are_told_apart_by_their_site(client, caller):
    assert caller_of({"client": client}) == caller
