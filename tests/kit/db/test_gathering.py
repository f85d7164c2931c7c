"""Gatherings: callers share statements, are told errors, and never see what was read before they asked."""

import asyncio

import pytest

from kit.db.gathering import Gatherings
from kit.db.memory import _LARGEST, _MOST_BYTES, Memory


class Batch:
    """A batch function that waits until it is let go, and remembers its keys."""

    def __init__(self):
        self.asked: list[list[int]] = []
        self.begun, self.gate = asyncio.Event(), asyncio.Event()

    async def __call__(self, keys):
        self.asked.append(keys)
        self.begun.set()
        await self.gate.wait()
        if 0 in keys:
            raise ValueError("no zero")
        return [key * 10 for key in keys]


async def begin(gatherings, batch, *keys):
    """Start a caller a key, and let the first statement go out."""

    async def call(key):
        return await gatherings.load("name", batch, key)

    callers = [asyncio.create_task(call(key)) for key in keys]
    await batch.begun.wait()
    return callers


async def test_who_asks_while_a_statement_is_on_its_way_shares_the_next():
    gatherings, batch = Gatherings(), Batch()
    callers = await begin(gatherings, batch, 1)
    callers += await begin(gatherings, batch, 1, 2, 2, 3)
    await asyncio.sleep(0)
    batch.gate.set()
    assert await asyncio.gather(*callers) == [10, 10, 20, 20, 30]
    assert batch.asked == [[1], [1, 2, 3]]
    assert await gatherings.load("name", batch, 1) == 10
    assert len(batch.asked) == 3
    for _ in range(10):
        await asyncio.sleep(0)
    assert not gatherings._open


async def test_an_error_is_told_to_its_callers_alone():
    gatherings, batch = Gatherings(), Batch()
    wrong = await begin(gatherings, batch, 0)
    right = await begin(gatherings, batch, 1)
    await asyncio.sleep(0)
    batch.gate.set()
    with pytest.raises(ValueError, match="no zero"):
        await wrong[0]
    assert await right[0] == 10


async def test_a_caller_who_leaves_takes_nobody_along():
    gatherings, batch = Gatherings(), Batch()
    leaver, stayer = await begin(gatherings, batch, 1, 1)
    leaver.cancel()
    await asyncio.sleep(0)
    batch.gate.set()
    assert await stayer == 10
    assert leaver.cancelled()


def test_memory_keeps_the_latest_used_within_its_size():
    memory = Memory()
    block = bytes(_LARGEST)
    for number in range(8):
        memory.keep(number, block)
    assert memory.get(0) == block
    memory.keep(8, block)
    assert memory.get(1) is None
    assert memory.get(0) == block
    memory.keep("large", bytes(_LARGEST + 1))
    assert memory.get("large") is None
    memory.keep(0, b"other")
    assert memory._size == 7 * _LARGEST + 5 <= _MOST_BYTES
