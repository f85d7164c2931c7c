"""Accounts: no name leads to another host than VTEX's."""

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.vtex import Account
from kit.config import Settings
from kit.errors import InvalidInputError

TEMPLATE = Settings.model_fields["vtex_base_url"].default


def host(name, environment="vtexcommercestable"):
    return httpx.URL(Account(name, environment, "k", "t").base_url(TEMPLATE) + "/api").host


def test_the_usual_address():
    assert host("chelseaio") == "chelseaio.vtexcommercestable.com.br"


@pytest.mark.parametrize(
    "name", ["", "a.b", "evil.example/", "a@b", "a:80", "A", "-a", "a-", "xn--a", "a b", "a\n", "a" * 64, "ñ"]
)
def test_a_name_that_is_none_is_refused(name):
    with pytest.raises(InvalidInputError) as raised:
        host(name)
    assert raised.value.field == "account_name"


@pytest.mark.parametrize("environment", ["", "evil", "myvtex", "vtexcommercestable.evil", "VTEXCOMMERCEBETA"])
def test_an_environment_that_is_not_vtexs_is_refused(environment):
    with pytest.raises(InvalidInputError, match="accepted are vtexcommercestable, vtexcommercebeta"):
        host("chelseaio", environment)


@given(st.text(), st.text() | st.sampled_from(["vtexcommercestable", "vtexcommercebeta"]))
def test_whatever_is_accepted_leads_to_vtex(name, environment):
    try:
        found = host(name, environment)
    except InvalidInputError:
        return
    assert found == f"{name}.{environment}.com.br"
    assert found.endswith((".vtexcommercestable.com.br", ".vtexcommercebeta.com.br"))


def test_credentials_are_not_shown():
    assert "hunter2" not in repr(Account("a", "vtexcommercestable", "hunter2", "hunter2"))


@pytest.mark.parametrize(
    "wrong",
    ["vtex", "ftp://a", "https://u:p@{account}.com", "https://{tenant}.com", "https:///x", "https://a?b=c"],
)
def test_an_address_that_is_none_stops_the_start(wrong):
    with pytest.raises(ValueError, match="vtex_base_url"):
        Settings(vtex_base_url=wrong)
