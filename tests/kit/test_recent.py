"""What was found a moment ago: one look for all who ask at once, and none for who asks soon after."""

import asyncio

import pytest

from kit.recent import Recent


class Counted:
    def __init__(self) -> None:
        self.looks = 0
        self.go = asyncio.Event()
        self.fault: Exception | None = None

    async def look(self) -> int:
        self.looks += 1
        await self.go.wait()
        if self.fault is not None:
            raise self.fault
        return self.looks


async def test_a_stampede_makes_one_look():
    counted = Counted()
    recent = Recent(counted.look, seconds=60)
    asking = [asyncio.create_task(recent.get()) for _ in range(200)]
    await asyncio.sleep(0)
    counted.go.set()
    assert await asyncio.gather(*asking) == [1] * 200
    assert await recent.get() == 1
    assert counted.looks == 1


async def test_what_is_old_is_looked_for_again():
    counted = Counted()
    counted.go.set()
    recent = Recent(counted.look, seconds=0)
    assert [await recent.get(), await recent.get()] == [1, 2]


async def test_a_caller_who_goes_takes_nothing_from_the_others():
    counted = Counted()
    recent = Recent(counted.look, seconds=60)
    first, second = (asyncio.create_task(recent.get()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    counted.go.set()
    assert await second == 1


async def test_a_look_that_fails_is_told_and_not_kept():
    counted = Counted()
    counted.go.set()
    counted.fault = ValueError("no")
    recent = Recent(counted.look, seconds=60)
    with pytest.raises(ValueError, match="no"):
        await recent.get()
    counted.fault = None
    assert await recent.get() == 2
