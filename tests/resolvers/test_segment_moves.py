"""Moves between runs: their order, who comes and goes, and what cannot be compared."""

from datetime import UTC, datetime

import pytest

from kit.errors import InvalidInputError, NotFoundError
from resolvers.context import READ, Actor
from resolvers.processing.process import process
from resolvers.processing.request import Request
from resolvers.segment_moves import migration

RFM = ["rfm"]


@pytest.fixture
def run(urls, make):
    """Score tenant 56 as of a day; returns the run's number."""
    make.tenant()

    def score(day, analyses=None):
        return process(urls.app, 56, Request.of(analyses, day, force=True)).run_id

    return score


def changes(make, run, *moves):
    """Write moves of customers down, as a run does: (customer, from, to)."""
    make.moves(56, run, moves, datetime.now(UTC))


async def cells(ctx, earlier=None, later=None):
    found = await migration(ctx, 56, earlier=earlier, later=later)
    assert found is not None
    return [tuple(each) for each in found.cells]


async def test_before_there_are_two_runs_there_is_nothing_to_compare(run, make, ctx):
    assert await migration(ctx, 56) is None
    make.order(56, make.customer(56, "ana"), "2024-06-01 12:00Z", 10)
    number = run("2024-06-02")
    await ctx.refresh()
    assert await migration(ctx, 56) is None
    with pytest.raises(InvalidInputError, match=f"Run {number} did not end before run {number}"):
        await migration(ctx, 56, earlier=number)


async def test_the_defaults_are_the_standing_run_and_the_one_before_it(run, make, ctx):
    make.order(56, make.customer(56, "ana"), "2024-06-01 12:00Z", 10)
    first, second, third = (run(day) for day in ("2024-06-02", "2024-06-03", "2024-06-04"))
    make.owner.execute(
        "INSERT INTO score_run (tenant_id, status, analyses, as_of, as_of_requested, step, finished_at) "
        "VALUES (56, 'failed', '{rfm}', now(), 'now', 'reading orders', now())"
    )

    async def compared(**named):
        found = await migration(ctx, 56, **named)
        return found and (found.earlier.id, found.later.id)

    assert await compared() == (second, third)
    assert await compared(earlier=first) == (first, third)
    assert await compared(later=second) == (first, second)
    assert await compared(later=first) is None


async def test_customers_who_come_leave_return_and_pass_through(run, make, ctx):
    people = {name: make.customer(56, name) for name in ("ana", "bob", "eve")}
    orders = {name: make.order(56, people[name], "2024-06-01 12:00Z", 10) for name in people}
    first = run("2024-06-02")
    make.order(56, make.customer(56, "new"), "2024-06-02 12:00Z", 10)
    brief = make.customer(56, "brief")
    passing = make.order(56, brief, "2024-06-02 12:00Z", 10)
    run("2024-06-03")
    make.refund(56, people["bob"], "2024-06-03 12:00Z", 10, order_id=orders["bob"])
    make.refund(56, brief, "2024-06-03 12:00Z", 10, order_id=passing)
    make.refund(56, people["eve"], "2024-06-03 12:00Z", 10, order_id=orders["eve"])
    run("2024-06-04")
    make.owner.execute("DELETE FROM refund WHERE customer_id = %s", [people["eve"]])
    last = run("2024-06-02")
    again = run("2024-06-04")
    found = await migration(ctx, 56, earlier=first, later=last)
    assert found is not None
    assert (found.stayed, found.moved, found.entered, found.left) == (3, 0, 0, 0)
    found = await migration(ctx, 56, earlier=first, later=again)
    assert found is not None
    assert (found.stayed + found.moved, found.entered, found.left) == (2, 1, 1)


async def test_a_run_that_scored_nobody_makes_all_after_it_new(run, make, ctx):
    empty = run("2024-06-01")
    make.order(56, make.customer(56, "ana"), "2024-06-01 12:00Z", 10)
    run("2024-06-02")
    ((origin, _, customers),) = await cells(ctx, earlier=empty)
    assert (origin, customers) == (None, 1)


async def test_runs_follow_each_other_by_their_end_and_not_by_their_number(run, make, ctx):
    ana = make.customer(56, "ana")
    make.order(56, ana, "2024-06-01 12:00Z", 10)
    first, second, third = (run(day) for day in ("2024-06-02", "2024-06-03", "2024-06-04"))
    make.owner.execute("DELETE FROM segment_change")
    ((segment, _, _),) = await cells(ctx, earlier=first)
    changes(make, second, (ana, "Lost", segment))
    changes(make, third, (ana, segment, "Lost"))
    for number, minute in ((first, 1), (third, 2), (second, 3)):
        make.owner.execute(
            "UPDATE score_run SET finished_at = timestamptz '2024-07-01 00:00Z' + make_interval(mins => %s) "
            "WHERE id = %s",
            [minute, number],
        )
    await ctx.refresh()
    assert await cells(ctx, earlier=first) == [(segment, segment, 1)]
    with pytest.raises(InvalidInputError, match=f"Run {second} did not end before run {third}"):
        await migration(ctx, 56, earlier=second, later=third)


@pytest.mark.parametrize("field", ["from", "to"])
async def test_a_run_that_cannot_be_compared_is_named(run, make, ctx, field):
    make.order(56, make.customer(56, "ana"), "2024-06-01 12:00Z", 10)
    bare = run("2024-06-02", ["clv"])
    run("2024-06-03")
    make.owner.execute(
        "INSERT INTO score_run (tenant_id, status, analyses, as_of, as_of_requested, step) "
        "VALUES (56, 'failed', '{rfm}', now(), 'now', 'reading orders')"
    )
    name = "earlier" if field == "from" else "later"
    for number, told in (
        (bare, f"Run {bare} did not compute rfm"),
        (bare + 2, f"Run {bare + 2} has not succeeded"),
        (999, "Tenant 56 has no run 999"),
    ):
        with pytest.raises(InvalidInputError, match=told) as error:
            await migration(ctx, 56, **{name: number})
        assert error.value.field == field


async def test_who_may_not_read_the_tenant_sees_no_moves(run, make, context):
    make.order(56, make.customer(56, "ana"), "2024-06-01 12:00Z", 10)
    first, _ = run("2024-06-02"), run("2024-06-03")
    async with context(Actor("other", frozenset({57}), frozenset({READ}))) as stranger:
        for earlier in (None, first):
            with pytest.raises(NotFoundError, match="Tenant with ID 56 not found"):
                await migration(stranger, 56, earlier=earlier)
