"""VTEX's hook is set where nobody else has one, and given up."""

import pytest

from connectors.vtex.hook import sent_headers
from resolvers.syncing.sync import sync
from tests.acceptance.hooks.operations import ASK, BASE, GIVE_UP
from tests.connectors.vtex.feed import ADMIN
from tests.connectors.vtex.hook import OTHERS


async def test_it_is_set_by_the_next_sync_with_a_secret_that_is_told_once(
    made, number, ask, place, hook, standing, make
):
    assert await standing() is None
    await sync(place, 56, number)
    assert hook.set == 0
    told = (await ask(ASK, input={"id": made["id"], "url": f"{BASE}/"}))["integrationHookCreate"]
    assert told["integration"]["hook"]["url"] == f"{BASE}/hooks/vtex/{number}"
    assert (told["integration"]["hook"]["isSet"], hook.configuration) == (False, None)
    assert make.owner.execute("SELECT next_at <= now() FROM integration_sync").fetchone() == (True,)
    await sync(place, 56, number)
    assert hook.configuration["hook"] == {
        "url": f"{BASE}/hooks/vtex/{number}",
        "headers": sent_headers(told["secret"]),
    }
    assert hook.pings == [200]
    found = await standing()
    assert (found["isSet"], found["error"]) == (True, None)
    ((stored,),) = make.owner.execute("SELECT secret FROM integration_hook").fetchall()
    assert told["secret"].encode() not in bytes(stored)
    assert place.vault.unseal(bytes(stored)) == told["secret"]


async def test_it_is_not_set_again_while_it_is_there(place, number, secret, hook):
    for _ in range(2):
        await sync(place, 56, number)
    assert hook.set == 1


async def test_one_that_vtex_took_away_is_set_again(place, number, secret, hook, tell):
    hook.configuration = None
    await sync(place, 56, number)
    assert (hook.set, hook.configuration["hook"]["headers"]) == (2, sent_headers(secret))


async def test_a_new_secret_takes_the_old_ones_place(made, number, secret, ask, place, hook, tell):
    again = (await ask(ASK, input={"id": made["id"], "url": BASE}))["integrationHookCreate"]["secret"]
    assert again != secret
    assert (await tell("v1shop-01")).status_code == 401
    await sync(place, 56, number)
    assert hook.configuration["hook"]["headers"] == sent_headers(again)
    assert await hook.tell("v1shop-01") == 200


async def test_one_that_moves_is_known_for_ours(made, number, secret, ask, place, hook, standing):
    await ask(ASK, input={"id": made["id"], "url": "https://other.example.com"})
    await sync(place, 56, number)
    assert hook.configuration["hook"]["url"] == f"https://other.example.com/hooks/vtex/{number}"
    assert (await standing())["error"] is None


async def test_another_systems_is_left_alone(made, number, ask, place, hook, standing):
    hook.configuration = OTHERS
    await ask(ASK, input={"id": made["id"], "url": BASE})
    for _ in range(2):
        await sync(place, 56, number)
    assert (hook.configuration, hook.set) == (OTHERS, 0)
    found = await standing()
    assert (found["isSet"], found["error"].startswith("The hook is used by another system")) == (False, True)
    await ask(GIVE_UP, input={"id": made["id"]})
    await sync(place, 56, number)
    assert hook.configuration == OTHERS
    assert await standing() is None


async def test_one_that_was_taken_over_is_left_alone(number, secret, place, hook, standing):
    hook.configuration = OTHERS
    await sync(place, 56, number)
    assert hook.configuration == OTHERS
    assert "another system" in (await standing())["error"]


async def test_a_key_that_may_not_set_it_is_told(made, number, ask, place, vtex, standing, make):
    vtex.stores["chelseaio"].permissions -= {ADMIN}
    await ask(ASK, input={"id": made["id"], "url": BASE})
    await sync(place, 56, number)
    assert "Feed v3 and Hook Admin" in (await standing())["error"]
    assert make.owner.execute("SELECT status FROM integration_sync").fetchone() == ("succeeded",)


async def test_it_is_given_up(made, number, secret, ask, place, hook, standing, tell, waiting, make):
    await tell("v1shop-01")
    await ask(GIVE_UP, input={"id": made["id"]})
    assert await standing() is None
    assert waiting() == {}
    assert (await tell("v1shop-01")).status_code == 401
    await sync(place, 56, number)
    assert hook.configuration is None
    assert make.owner.execute("SELECT count(*) FROM integration_hook").fetchone() == (0,)
    (error,) = (await ask(GIVE_UP, input={"id": made["id"]}))["integrationHookDelete"]["userErrors"]
    assert error["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    "url",
    [
        "http://cdp.example.com",
        "cdp.example.com",
        "https://",
        "https://a b.example.com",
        "https://user:password@cdp.example.com",
        "https://cdp.example.com?x=1",
        "https://cdp.example.com#x",
        "https://[cdp",
        "https://cdp.example.com:99999",
        "https://cdp.example.com/" + "a" * 500,
        "javascript:alert(1)",
    ],
)
async def test_an_address_that_vtex_does_not_call_is_refused(made, ask, url):
    told = (await ask(ASK, input={"id": made["id"], "url": url}))["integrationHookCreate"]
    (error,) = told["userErrors"]
    assert (error["code"], error["field"], told["secret"]) == ("BAD_USER_INPUT", ["input", "url"], None)
    assert "https://cdp.example.com" in error["message"]
