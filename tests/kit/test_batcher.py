"""Items that come in one by one, written in batches."""

import asyncio

import pytest

from kit.batcher import Batcher
from kit.errors import NotFoundError, OverloadedError, UnavailableError


class Writer:
    """Writes batches once it is let; refuses those with a bad item."""

    def __init__(self):
        self.batches = []
        self.may = asyncio.Event()

    async def write(self, batch):
        self.batches.append([*batch])
        await self.may.wait()
        if "bad" in batch:
            raise ValueError("bad")
        return [NotFoundError("none") if each == "none" else each.upper() for each in batch]


@pytest.fixture
async def make():
    opened = []

    async def made(**options):
        writer = Writer()
        batcher = Batcher(writer.write, **{"writers": 1, "many": 50, "most": 100, "capacity": 1000} | options)
        await batcher.open()
        opened.append((writer, batcher))
        return writer, batcher

    yield made
    for writer, batcher in opened:
        writer.may.set()
        await batcher.close()


async def under_way(writer):
    while not writer.batches:  # noqa: ASYNC110 - turns of the loop are what it takes
        await asyncio.sleep(0)


async def test_a_batch_is_what_came_in_while_the_last_was_written(make):
    writer, batcher = await make()
    first = asyncio.create_task(batcher.put("a", 1))
    await under_way(writer)
    others = [asyncio.create_task(batcher.put(each, 1)) for each in "bcd"]
    await asyncio.sleep(0)
    writer.may.set()
    assert await asyncio.gather(first, *others) == ["A", "B", "C", "D"]
    assert writer.batches == [["a"], ["b", "c", "d"]]
    assert batcher.held == 0


async def test_a_batch_has_no_more_than_most_but_one_item_may(make):
    writer, batcher = await make(most=10)
    writer.may.set()
    sizes = {"a": 6, "b": 4, "c": 1, "d": 50, "e": 1}
    await asyncio.gather(*(batcher.put(each, size) for each, size in sizes.items()))
    assert writer.batches == [["a", "b"], ["c"], ["d"], ["e"]]


async def test_what_does_not_fit_is_refused_or_waits(make):
    writer, batcher = await make(capacity=10)
    held = [asyncio.create_task(batcher.put(each, 5)) for each in "ab"]
    await under_way(writer)
    with pytest.raises(OverloadedError) as refused:
        await batcher.put("c", 1)
    assert refused.value.retry_after >= 1
    patient = asyncio.create_task(batcher.put("d", 1, wait=True))
    await asyncio.sleep(0)
    assert not patient.done()
    writer.may.set()
    assert await asyncio.gather(*held, patient) == ["A", "B", "D"]


async def test_one_bad_item_fails_alone(make):
    writer, batcher = await make()
    writer.may.set()
    tasks = [batcher.put(each, 1) for each in ["a", "b", "bad", "none", "e"]]
    found = await asyncio.gather(*tasks, return_exceptions=True)
    assert [found[n] for n in (0, 1, 4)] == ["A", "B", "E"]
    assert isinstance(found[2], ValueError)
    assert isinstance(found[3], NotFoundError)


async def test_closing_writes_what_waits_and_refuses_what_comes(make):
    writer, batcher = await make()
    held = [asyncio.create_task(batcher.put(each, 1)) for each in "ab"]
    await under_way(writer)
    held.append(asyncio.create_task(batcher.put("c", 1)))
    await asyncio.sleep(0)
    closing = asyncio.create_task(batcher.close())
    await asyncio.sleep(0)
    with pytest.raises(UnavailableError):
        await batcher.put("d", 1)
    writer.may.set()
    await closing
    assert [each.result() for each in held] == ["A", "B", "C"]


async def test_a_caller_who_leaves_does_not_stop_the_others(make):
    writer, batcher = await make()
    left, stays = (asyncio.create_task(batcher.put(each, 1)) for each in "ab")
    await under_way(writer)
    left.cancel()
    writer.may.set()
    assert await stays == "B"


async def test_a_second_writer_begins_where_much_waits_however_few_items_it_is(make):
    writer, batcher = await make(writers=2, most=10, many=10)
    first = asyncio.create_task(batcher.put("a", 1))
    await under_way(writer)
    others = [asyncio.create_task(batcher.put(each, 4)) for each in "bc"]
    for _ in range(10):
        await asyncio.sleep(0)
    assert writer.batches == [["a"]], "they wait for the first writer"
    others.append(asyncio.create_task(batcher.put("d", 2)))
    for _ in range(10):
        await asyncio.sleep(0)
    assert writer.batches == [["a"], ["b", "c", "d"]]
    writer.may.set()
    assert await asyncio.gather(first, *others) == ["A", "B", "C", "D"]
