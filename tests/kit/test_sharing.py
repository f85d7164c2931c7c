"""What several ask for in one moment is found once, and never of before they asked."""

import asyncio

import pytest

from kit.sharing import Sharing


class Things:
    """Findings that end when they are told to; each is the number of how many were begun."""

    def __init__(self):
        self.begun = []

    async def find(self):
        self.begun.append(asyncio.get_running_loop().create_future())
        return await self._of(len(self.begun))

    async def _of(self, number):
        await self.begun[number - 1]
        return number


@pytest.fixture
def things():
    return Things()


async def turns():
    for _ in range(5):
        await asyncio.sleep(0)


def asked(sharing, things, key="a"):
    return asyncio.ensure_future(sharing.of(key, things.find))


async def test_who_comes_while_two_are_underway_shares_the_next(things):
    sharing: Sharing[int] = Sharing()
    first, second = asked(sharing, things), asked(sharing, things)
    await turns()
    others = [asked(sharing, things) for _ in range(5)]
    await turns()
    assert len(things.begun) == 2
    things.begun[0].set_result(None)
    await turns()
    assert first.result() == 1
    assert len(things.begun) == 3
    late = asked(sharing, things)
    things.begun[2].set_result(None)
    things.begun[1].set_result(None)
    assert [await each for each in (second, *others)] == [2, 3, 3, 3, 3, 3]
    await turns()
    assert len(things.begun) == 4, "who came after the third began has one of their own"
    things.begun[3].set_result(None)
    assert await late == 4
    await turns()
    assert not sharing._lines


async def test_what_is_another_thing_is_found_by_itself(things):
    sharing: Sharing[int] = Sharing()
    several = [asked(sharing, things, key) for key in "abcabc"]
    await turns()
    assert len(things.begun) == 6
    for each in things.begun:
        each.set_result(None)
    assert sorted(await asyncio.gather(*several)) == [1, 2, 3, 4, 5, 6]


async def test_who_leaves_takes_nothing_from_the_others(things):
    sharing: Sharing[int] = Sharing()
    first, second = asked(sharing, things), asked(sharing, things)
    await turns()
    leaver, stayer = asked(sharing, things), asked(sharing, things)
    await turns()
    for each in (first, leaver):
        each.cancel()
    things.begun[0].set_result(None)
    things.begun[1].set_result(None)
    await turns()
    things.begun[2].set_result(None)
    assert (await second, await stayer) == (2, 3)


async def test_an_error_is_told_to_all_and_ends_with_them(things):
    sharing: Sharing[int] = Sharing()
    several = [asked(sharing, things) for _ in range(4)]
    await turns()
    things.begun[0].set_exception(ValueError("first"))
    things.begun[1].set_result(None)
    await turns()
    things.begun[2].set_exception(ValueError("third"))
    found = await asyncio.gather(*several, return_exceptions=True)
    assert [str(each) for each in found] == ["first", "2", "third", "third"]
    await turns()
    assert not sharing._lines
