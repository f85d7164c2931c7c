"""CL searched by the ids of profiles, and scrolled whole."""

import asyncio

import pytest

from connectors.vtex.errors import LimitedError, RefusedError, UnansweredError
from connectors.vtex.profiles import find_profiles, scroll_profiles
from tests.connectors.vtex.fake import MASTER_DATA, Fault
from tests.connectors.vtex.shop import document


def profile(number):
    return f"00000000-0000-4000-8000-{number:012d}"


@pytest.fixture
def documents(fake):
    found = [document(profile(n), f"b{n}@example.com", n) for n in range(250)]
    fake.stores["chelseaio"].master_data.documents = found
    return found


async def test_profiles_are_found_by_their_ids(fake, vtex, account, documents):
    wanted = [profile(n) for n in range(0, 250, 2)] + [profile(999)]
    found = await find_profiles(vtex, account, wanted)
    assert sorted(each.id for each in found) == sorted(wanted[:-1])
    assert {each.email for each in found} == {f"b{n}@example.com" for n in range(0, 250, 2)}
    assert len(fake.requests) == 4
    (first, *_) = found
    assert first.created_at is not None
    assert first.created_at.isoformat() == "2024-01-05T10:00:00+00:00"


async def test_ids_that_could_say_more_than_an_id_are_not_asked_for(fake, vtex, account):
    assert await find_profiles(vtex, account, ["a OR userId=*", "x)("]) == []
    assert fake.requests == []


async def test_an_alias_in_cl_is_nobodys_address(fake, vtex, account):
    fake.stores["chelseaio"].master_data.documents = [document(profile(1), "a-1b@ct.vtex.com.br")]
    (found,) = await find_profiles(vtex, account, [profile(1)])
    assert found.email is None


async def test_all_profiles_are_scrolled(fake, vtex, account, documents):
    steps = [step async for step in scroll_profiles(vtex, account, size=100)]
    assert [len(each) for each in steps] == [100, 100, 50]
    assert {each.id for step in steps for each in step} == {each["userId"] for each in documents}


async def test_a_token_that_expired_begins_the_scroll_anew(fake, vtex, account, documents):
    seen = set()
    steps = scroll_profiles(vtex, account, size=100)
    seen |= {each.id for each in await anext(steps)}
    fake.stores["chelseaio"].master_data.drop()
    async for step in steps:
        seen |= {each.id for each in step}
    assert len(seen) == 250


async def test_a_scroll_waits_no_longer_than_it_may(fake, vtex, account, documents):
    fake.faults.append(Fault(429, {"Retry-After": "600"}))
    async with asyncio.timeout(30):
        with pytest.raises(LimitedError, match="600 s"):
            await anext(scroll_profiles(vtex, account, size=100, within=300.0))


async def test_a_heavy_search_is_told_when_it_stays(fake, vtex, account):
    fake.stores["chelseaio"].master_data.heavy = True
    with pytest.raises(UnansweredError):
        await find_profiles(vtex, account, [profile(1)])


async def test_more_scrolls_than_vtex_allows_are_told(fake, vtex, account, documents):
    steps = [scroll_profiles(vtex, account, size=10) for _ in range(11)]
    for each in steps[:10]:
        await anext(each)
    with pytest.raises(LimitedError):
        await anext(steps[10])
    for each in steps:
        await each.aclose()


async def test_a_key_that_may_not_read_cl_is_refused(fake, vtex, account):
    fake.stores["chelseaio"].permissions -= {MASTER_DATA}
    with pytest.raises(RefusedError):
        await find_profiles(vtex, account, [profile(1)])


async def test_a_slow_answer_is_waited_for(fake, vtex, account, documents):
    fake.faults.append(Fault(slow=0.05))
    assert len(await find_profiles(vtex, account, [profile(1)])) == 1
