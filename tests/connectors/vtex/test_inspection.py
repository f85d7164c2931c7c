"""Credentials tried at a VTEX of our own: good, wrong, lacking, and no answer."""

import dataclasses

import pytest

from connectors.vtex import Account, Inspection, inspect
from connectors.vtex.errors import MalformedError, UnansweredError
from kit.errors import InvalidInputError
from tests.connectors.vtex.fake import KEY, LIST_ORDERS, LIST_STORES, SAVE_ACCOUNT, SIBLING_KEY, Fault

HOSTS = ("www.chelseaio.com.br",)


async def test_good_credentials_are_told_with_the_account(fake, vtex, account):
    assert await inspect(vtex, account) == Inspection("chelseaio", True, HOSTS, ())
    assert fake.paths == ["/api/vlm/account", "/api/oms/pvt/orders"]


async def test_an_inactive_account_is_told_as_such(fake, vtex, account):
    fake.stores["chelseaio"].is_active = False
    assert (await inspect(vtex, account)).is_active is False


async def test_keys_that_vtex_tells_of_are_not_told_on(vtex, account):
    assert SIBLING_KEY not in repr(await inspect(vtex, account))


async def test_an_account_without_hosts_has_the_one_that_was_asked(fake, vtex, account):
    fake.stores["chelseaio"].hosts = []
    assert (await inspect(vtex, account)).hosts == ("127.0.0.1",)


@pytest.mark.parametrize("hosts", [HOSTS, ("127.0.0.1",)])
async def test_orders_are_enough_and_what_lacks_is_named(fake, vtex, account, hosts):
    fake.stores["chelseaio"].permissions -= {SAVE_ACCOUNT} | ({LIST_STORES} if hosts != HOSTS else set())
    found = await inspect(vtex, account)
    assert found == Inspection("chelseaio", None, hosts, ("Save account (License Manager)",))


async def test_without_orders_the_permission_is_named(fake, vtex, account):
    fake.stores["chelseaio"].permissions -= {LIST_ORDERS}
    with pytest.raises(InvalidInputError, match=r"lacks a permission: List Orders \(OMS\)") as raised:
        await inspect(vtex, account)
    assert raised.value.field == "app_key"


async def test_a_key_that_may_nothing_is_told_both_ways(fake, vtex, account):
    fake.stores["chelseaio"].permissions.clear()
    with pytest.raises(InvalidInputError, match=r"List Orders \(OMS\) and Save account \(License Manager\)"):
        await inspect(vtex, account)


async def test_a_wrong_token_is_refused(vtex, account):
    with pytest.raises(InvalidInputError, match="does not accept this key and token"):
        await inspect(vtex, dataclasses.replace(account, app_token="another-token"))


async def test_an_account_that_is_none_is_told(vtex):
    with pytest.raises(InvalidInputError, match="knows no account 'nowhere'") as raised:
        await inspect(vtex, Account("nowhere", "vtexcommercestable", KEY, "another-token"))
    assert raised.value.field == "account_name"


async def test_an_answer_of_another_shape_is_no_yes(fake, vtex, account):
    fake.faults.extend([Fault(body=b"[]"), Fault(body=b"[]")])
    with pytest.raises(MalformedError):
        await inspect(vtex, account)


async def test_odd_values_of_an_account_are_left_out(fake, vtex, account):
    odd = b'{"isActive": "yes", "accountName": 7, "hosts": [1, null, "a\\u0000b", "www.x.com"]}'
    fake.faults.append(Fault(body=odd))
    assert await inspect(vtex, account) == Inspection("chelseaio", None, ("www.x.com",), ())


async def test_a_fault_of_vtex_is_asked_twice_and_then_told(fake, vtex, account):
    fake.faults.extend([Fault(500)] * 5)
    with pytest.raises(UnansweredError):
        await inspect(vtex, account)
    assert len(fake.requests) == 2
