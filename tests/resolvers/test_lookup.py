"""Rows by their keys: in the order asked for, batched, and nobody's for text that cannot be stored."""

import asyncio

import pytest

from kit.errors import NotFoundError
from resolvers import customers, orders, refunds
from resolvers.context import READ, Actor


async def test_rows_come_in_the_order_of_their_keys_in_one_statement(make, ctx, database):
    make.tenant()
    numbers = [make.customer(56, name) for name in "abc"]
    asked: list[str] = []
    database.on_statement = asked.append
    wanted = [numbers[2], numbers[0], numbers[2]]
    one, several = await asyncio.gather(
        customers.find(ctx, 56, numbers[1]), customers.BY_ID.find_all(ctx, 56, wanted)
    )
    assert one is not None
    assert one.external_id == "b"
    assert [each and each.external_id for each in several] == ["c", "a", "c"]
    assert len(asked) == 1


async def test_who_is_not_found_is_looked_for_among_the_merged(make, ctx, database):
    make.tenant()
    number = make.customer(56, "a")
    asked: list[str] = []
    database.on_statement = asked.append
    found = await customers.BY_ID.find_all(ctx, 56, [999, number, 1000])
    assert [each and each.external_id for each in found] == [None, "a", None]
    assert len(asked) == 2


async def test_rows_are_named_by_numbers_and_by_the_shops_own_ids(make, ctx):
    make.tenant()
    numbers = [make.customer(56, name) for name in ("a", "b", "17")]
    found = await customers.named.find_all(ctx, 56, ["b", numbers[0], "17", 10**9, "b", "c"])
    assert [row and row.external_id for row in found] == ["b", "a", "17", None, "b", None]
    assert await customers.named.find_all(ctx, 56, []) == []


@pytest.mark.parametrize("text", ["a\0", "a\ud800"])
@pytest.mark.parametrize(
    "find", [customers.find_by_external_id, orders.find_by_external_id, refunds.find_by_external_id]
)
async def test_text_that_cannot_be_stored_is_nobodys(make, ctx, find, text):
    make.tenant()
    assert await find(ctx, 56, text) is None


async def test_another_tenants_rows_are_not_found(make, context):
    make.tenant()
    theirs = make.customer(make.tenant(57), "a")
    async with context(Actor("shop", frozenset({56}), frozenset({READ}))) as ctx:
        assert await customers.find(ctx, 56, theirs) is None
        with pytest.raises(NotFoundError, match="Tenant with ID 57 not found"):
            await customers.find(ctx, 57, theirs)
