"""Bodies that are read as they come in: slow ones end, honest ones do not."""

import asyncio

import pytest

from kit.errors import TooSlowError
from kit.pace import LEAST, MINUTE, paced


async def pieces(count, size, pause):
    for _ in range(count):
        await asyncio.sleep(pause)
        yield b"a" * size


async def total(stream, pause=0.0):
    found = 0
    async for each in stream:
        await asyncio.sleep(pause)
        found += len(each)
    return found


async def test_bytes_that_trickle_are_not_waited_for():
    with pytest.raises(TooSlowError, match=r"10 bytes in 0\.3 seconds are the least"):
        await total(paced(pieces(10_000, 1, 0.1), least=10, seconds=0.3))


async def test_silence_is_not_waited_for():
    with pytest.raises(TooSlowError):
        await total(paced(pieces(1, 100, 3_600), least=10, seconds=0.1))


async def test_who_sends_at_the_least_rate_may_take_any_time():
    assert await total(paced(pieces(30, 10, 0.1), least=10, seconds=1.5)) == 300


async def test_what_we_do_meanwhile_does_not_count():
    assert await total(paced(pieces(5, 1, 0), least=100, seconds=0.2), pause=0.1) == 5


def test_the_least_rate_is_the_documented_one():
    assert (LEAST, MINUTE) == (6_000, 60.0)
