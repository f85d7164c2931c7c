"""Exports of segments: block by block, in bounded memory, and no more at a time than connections allow."""

import tracemalloc

import pytest

from connectors.exports import FORMATS
from kit.errors import NotFoundError, OverloadedError
from resolvers import segments
from resolvers.context import Actor
from resolvers.segments import exports

FEW, MANY = 900, 901


@pytest.fixture
def shop(make):
    """Makes tenant 56 of so many customers: a segment of all, and one of every sixth."""

    def go(customers):
        make.tenant()
        make.owner.execute(
            "INSERT INTO customer (tenant_id, external_id, first_name) "
            "SELECT 56, 'C' || n, repeat('x', 100) FROM generate_series(1, %s) n",
            [customers],
        )
        make.owner.execute(
            "INSERT INTO segment (tenant_id, id, name, type) OVERRIDING SYSTEM VALUE "
            "VALUES (56, 900, 'few', 'static'), (56, 901, 'many', 'static')"
        )
        make.owner.execute(
            "INSERT INTO segment_member (tenant_id, segment_id, customer_id) "
            "SELECT 56, 901, id FROM customer UNION ALL SELECT 56, 900, id FROM customer WHERE mod(id, 6) = 0"
        )
        make.owner.execute("ANALYZE customer, segment_member")

    return go


async def content(ctx, number):
    return (await segments.export(ctx, 56, number, FORMATS["csv"])).content


async def test_the_first_bytes_are_there_before_the_second_block_is_read(shop, database, ctx, monkeypatch):
    shop(100)
    monkeypatch.setattr(exports, "SIZE", 10)
    sent: list[str] = []
    database.on_statement = sent.append
    found = await content(ctx, MANY)
    pieces = [await anext(found)]
    assert pieces[0].count(b"\r\n") == 11
    assert sum("FETCH" in each for each in sent) == 1
    pieces.append(await anext(found))
    assert sum("FETCH" in each for each in sent) == 2
    await found.aclose()
    assert sum("FETCH" in each for each in sent) == 2


async def test_a_file_is_of_one_instant(shop, make, ctx, monkeypatch):
    shop(100)
    monkeypatch.setattr(exports, "SIZE", 10)
    found = await content(ctx, MANY)
    await anext(found)
    make.owner.execute("DELETE FROM segment_member WHERE customer_id > 50")
    assert sum([each.count(b"\r\n") async for each in found]) == 90


async def test_as_many_files_at_a_time_as_half_of_the_connections(shop, ctx):
    shop(100)
    open_files = [await content(ctx, MANY) for _ in range(2)]
    for each in open_files:
        await anext(each)
    with pytest.raises(OverloadedError, match="try again in a moment"):
        await anext(await content(ctx, MANY))
    for each in open_files:
        await each.aclose()
    assert await anext(await content(ctx, MANY))


async def test_a_tenant_that_may_not_be_seen_is_not_there(shop, context):
    shop(10)
    async with context(Actor("x", frozenset({57}), frozenset({"read"}))) as ctx:
        with pytest.raises(NotFoundError):
            await content(ctx, MANY)


async def test_memory_does_not_grow_with_the_members(shop, context):
    shop(30_000)
    peaks = {}
    for number in (FEW, MANY):
        async with context() as ctx:
            found = await content(ctx, number)
            await anext(found)
            tracemalloc.start()
            assert sum([len(each) async for each in found]) > 300_000
            peaks[number] = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
    assert peaks[MANY] < 1.5 * peaks[FEW]
