"""Calls to others go to public addresses, whatever names resolve to; real sockets throughout."""

import asyncio
import socket

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, RedirectResponse
from starlette.routing import Route

from connectors.vtex import Account, Patience, Vtex
from connectors.vtex.errors import UnansweredError
from kit.errors import UnavailableError
from kit.outgoing import Reach, client
from kit.tokens import KeysAt
from tests.live import listening

PATIENCE = Patience(connect=5.0, read=5.0, attempts=1, first_pause=0.001, limited=0.001)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "0.0.0.0",
        "10.0.0.5",
        "172.16.3.4",
        "192.168.1.1",
        "100.64.0.1",
        "169.254.169.254",
        "224.0.0.1",
        "255.255.255.255",
        "240.0.0.1",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:a9fe:a9fe",
        "64:ff9b::7f00:1",
        "2002:7f00:1::",
    ],
)
def test_addresses_that_are_not_public_are_refused(address):
    assert not Reach().allows("shop.example.com", address)


@pytest.mark.parametrize("address", ["8.8.8.8", "151.101.1.1", "2606:4700::1111", "::ffff:8.8.8.8"])
def test_public_addresses_are_not(address):
    assert Reach().allows("shop.example.com", address)


def test_peers_are_named_by_host_address_or_network():
    reach = Reach(["id.internal", "10.1.2.3", "fd00::/8"])
    assert reach.allows("ID.internal.", "10.9.9.9")
    assert reach.allows("other", "10.1.2.3")
    assert reach.allows("other", "fd00::5")
    assert not reach.allows("other", "10.1.2.4")
    assert not reach.allows("not.id.internal", "10.9.9.9")


def test_an_address_in_a_setting_is_one_that_was_chosen_and_a_name_is_not():
    assert Reach((), "http://127.0.0.1:9999/{account}").allows("127.0.0.1", "127.0.0.1")
    assert not Reach((), "http://127.0.0.1:9999/{account}").allows("127.0.0.1", "127.0.0.2")
    assert Reach((), "http://localhost:9999/jwks").allows("localhost", "127.0.0.1")
    assert not Reach((), "https://{account}.example.com").allows("a.example.com", "127.0.0.1")
    assert not Reach((), "https://localhost.example.com").allows("localhost.example.com", "127.0.0.1")


def mine(request):
    return PlainTextResponse("mine")


def away(request):
    return RedirectResponse("http://127.0.0.1/")


@pytest.fixture
async def port():
    """A server on this machine that would answer."""
    async with listening(Starlette(routes=[Route("/", mine), Route("/away", away)])) as address:
        yield int(address.rpartition(":")[2])


@pytest.fixture
def names(monkeypatch):
    """Where names lead, in turn: what an attacker's name server would say."""
    told: list[str] = []
    real = socket.getaddrinfo

    def resolve(host, *rest, **named):
        if host == "shop.example.com":
            host = told.pop(0) if len(told) > 1 else told[0]
        return real(host, *rest, **named)

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return told


async def test_a_name_that_leads_to_this_machine_is_not_asked(port, names):
    names.append("127.0.0.1")
    address = f"http://shop.example.com:{port}/"
    async with client(Reach()) as refusing, client(Reach(["shop.example.com"])) as asking:
        assert (await asking.get(address)).text == "mine"
        with pytest.raises(httpx.ConnectError, match="not public"):
            await refusing.get(address)


async def test_a_name_is_resolved_once_for_what_is_checked_and_connected_to(port, names):
    names += ["192.0.2.1", "127.0.0.1"]
    async with client(Reach(["192.0.2.0/24"]), timeout=0.5) as asking:
        with pytest.raises(httpx.TransportError):
            await asking.get(f"http://shop.example.com:{port}/")
    assert names == ["127.0.0.1"]


async def test_a_redirect_is_not_followed(port):
    async with client(Reach(["127.0.0.1"])) as asking:
        assert (await asking.get(f"http://127.0.0.1:{port}/away")).status_code == 307


async def test_vtex_is_not_asked_where_its_name_leads_inside(port, names):
    names.append("127.0.0.1")
    account = Account("acme", "vtexcommercestable", "key", "token")
    template = f"http://shop.example.com:{port}"
    for peers, refused in ((("127.0.0.1",), False), ((), True)):
        vtex = Vtex(template, patience=PATIENCE, peers=peers)
        await vtex.open()
        try:
            with pytest.raises(Exception) as told:  # noqa: PT011 - which one is looked at below
                await vtex.get(account, "/away")
            assert isinstance(told.value, UnansweredError) == refused
        finally:
            await vtex.close()


async def test_keys_are_not_fetched_from_inside(port, names):
    names.append("127.0.0.1")
    source = KeysAt(f"https://shop.example.com:{port}/jwks.json")
    with pytest.raises(UnavailableError):
        await asyncio.wait_for(source.find("one", "RS256"), 30)
    await source.close()
