"""Customers and their scores in one statement, as they are read by two."""

import pytest

from kit.db import Statement
from resolvers import customers, profiles, scored_customers, scores
from resolvers.processing.process import process
from resolvers.processing.request import Request


@pytest.fixture
def numbers(make, urls):
    """Numbers of the customers of tenant 56, who were scored, but for the last two; a run is under way."""
    make.history(make.tenant(), 40)
    process(urls.app, 56, Request.of(None, "latest"))
    make.owner.execute(
        "INSERT INTO customer_score (tenant_id, run_id, customer_id, segment) "
        "SELECT tenant_id, run_id + 1, customer_id, 'Lost' FROM customer_score"
    )
    make.customer(56, "new")
    make.customer(56, "newer")
    return [number for (number,) in make.owner.execute("SELECT id FROM customer ORDER BY id").fetchall()]


@pytest.fixture
def sent(database):
    """The statements sent."""
    found: list[str] = []
    database.on_statement = found.append
    return found


async def test_they_are_those_that_two_statements_read(numbers, context, sent, make):
    async with context() as ctx:
        plain = await customers.named.find_all(ctx, 56, numbers)
        read = await scores.of_customers(ctx, 56, numbers)
        assert len(sent) == 2
    ((standing,),) = make.owner.execute("SELECT run_id FROM score_current WHERE tenant_id = 56").fetchall()
    assert {each.run_id for each in read if each} == {standing}
    sent.clear()
    async with context() as ctx:
        assert await scored_customers.named().find_all(ctx, 56, numbers) == plain
        assert await scores.of_customers(ctx, 56, numbers) == read
        assert read[-2:] == [None, None]
        assert len(sent) == 1


async def test_names_find_them_too(numbers, context, sent):
    async with context() as ctx:
        found = await scored_customers.named().find_all(ctx, 56, ["newer", numbers[0], "nobody"])
        assert [each and each.id for each in found] == [numbers[-1], numbers[0], None]
        sent.clear()
        assert await scores.of_customers(ctx, 56, [numbers[-1]]) == [None]
        assert sent == []


@pytest.mark.parametrize(
    ("statement", "named"),
    [(scored_customers.by(customers.CUSTOMERS.c.id).statement(), "keys"), (profiles.OF_CUSTOMERS, "ids")],
    ids=["customers", "profiles"],
)
async def test_scores_are_found_by_their_key_before_they_are_counted(numbers, context, statement, named):
    explain = Statement(f"EXPLAIN {statement.text}", statement.scoped, statement.defaults)
    async with context() as ctx:
        await ctx.reader.fetch(Statement("SET LOCAL enable_seqscan = off", scoped=False, defaults={}), str)
        plan = await ctx.reader.fetch(explain, str, tenant=56, **{named: numbers})
    assert any("Index Cond" in line and "customer_id = customer.id" in line for line in plan)
