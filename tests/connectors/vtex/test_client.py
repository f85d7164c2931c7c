"""Asking VTEX over real sockets: what is asked again, what is not, and what an answer can come to."""

import asyncio

import pytest

from connectors.vtex import Account, Patience, Vtex
from connectors.vtex.errors import (
    LimitedError,
    MalformedError,
    MissingError,
    RefusedError,
    SlowError,
    UnansweredError,
)
from tests.connectors.vtex.fake import KEY, TOKEN, Fault

ORDERS = "/api/oms/pvt/orders"


async def test_the_answer_is_json_and_the_credentials_go_in_headers(fake, vtex, account):
    found = await vtex.get(account, ORDERS, {"page": 1, "per_page": 1})
    assert found["paging"]["total"] == 0
    (request,) = fake.requests
    assert request.url.path == "/chelseaio/vtexcommercestable/api/oms/pvt/orders"
    assert (request.headers["x-vtex-api-appkey"], request.headers["x-vtex-api-apptoken"]) == (KEY, TOKEN)
    assert TOKEN not in str(request.url)


@pytest.mark.parametrize(
    "fault",
    [
        Fault(500),
        Fault(503, {"Retry-After": "0"}),
        Fault(429, {"Retry-After": "0"}),
        Fault(429),
        Fault(truncated=True),
    ],
)
async def test_faults_that_pass_are_waited_for(fake, vtex, account, fault):
    fake.faults.extend([fault, fault])
    assert (await vtex.get(account, ORDERS))["list"] == []
    assert len(fake.requests) == 3


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(502), UnansweredError),
        (Fault(429, {"Retry-After": "0"}), LimitedError),
        (Fault(truncated=True), UnansweredError),
    ],
)
async def test_faults_that_stay_are_told_after_the_last_attempt(fake, vtex, account, fault, error):
    fake.faults.extend([fault] * 9)
    with pytest.raises(error):
        await vtex.get(account, ORDERS)
    assert len(fake.requests) == 3


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        (Fault(401), RefusedError),
        (Fault(403), RefusedError),
        (Fault(404), MissingError),
        (Fault(400), MalformedError),
        (Fault(302, {"Location": "/elsewhere"}), MalformedError),
        (Fault(body=b"<html>"), MalformedError),
        (Fault(body=b""), MalformedError),
    ],
)
async def test_what_would_not_change_is_not_asked_again(fake, vtex, account, fault, error):
    fake.faults.append(fault)
    with pytest.raises(error) as raised:
        await vtex.get(account, ORDERS)
    assert fake.paths == [ORDERS]
    assert TOKEN not in str(raised.value)


async def test_what_vtex_says_is_not_told_on(fake, vtex, account):
    fake.faults.append(Fault(403, body=b'{"appKeys": ["vtexappkey-other"]}'))
    with pytest.raises(RefusedError) as raised:
        await vtex.get(account, ORDERS)
    assert "vtexappkey" not in str(raised.value)


async def test_an_answer_that_does_not_come_is_slow(fake, account):
    fake.faults.extend([Fault(hangs=True)] * 2)
    vtex = Vtex(fake.template, patience=Patience(read=0.05, attempts=2, first_pause=0.001))
    await vtex.open()
    with pytest.raises(SlowError):
        await vtex.get(account, ORDERS)
    assert len(fake.requests) == 2
    await vtex.close()


async def test_all_attempts_together_end_in_time(fake, vtex, account):
    fake.faults.append(Fault(hangs=True))
    soon = asyncio.get_running_loop().time() + 0.2
    with pytest.raises(SlowError):
        await vtex.get(account, ORDERS, until=soon)


async def test_a_wait_that_is_too_long_is_not_begun(fake, vtex, account):
    fake.faults.append(Fault(429, {"Retry-After": "3600"}))
    later = asyncio.get_running_loop().time() + 60
    with pytest.raises(LimitedError) as raised:
        await vtex.get(account, ORDERS, until=later)
    assert raised.value.seconds == pytest.approx(3600, abs=60)
    with pytest.raises(LimitedError):
        await vtex.get(account, ORDERS, until=later)
    assert len(fake.requests) == 1


async def test_a_pause_of_one_account_is_no_other_accounts(fake, vtex, account):
    fake.faults.append(Fault(429, {"Retry-After": "3600"}))
    later = asyncio.get_running_loop().time() + 60
    with pytest.raises(LimitedError):
        await vtex.get(account, ORDERS, until=later)
    with pytest.raises(MissingError):
        await vtex.get(Account("another", "vtexcommercestable", KEY, TOKEN), ORDERS, until=later)


async def test_a_port_where_nobody_is_cannot_be_reached(account):
    vtex = Vtex("http://127.0.0.1:1", patience=Patience(attempts=2, first_pause=0.001))
    await vtex.open()
    with pytest.raises(UnansweredError, match="cannot be reached"):
        await vtex.get(account, ORDERS)
    await vtex.close()
