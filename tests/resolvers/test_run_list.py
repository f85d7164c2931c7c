"""The run that stood before another: of the same tenant, with segments, and in the order asked for."""

from resolvers.processing.process import process
from resolvers.processing.request import Request
from resolvers.run_list import stood_before


def score(urls, tenant, day, analyses=None):
    return process(urls.app, tenant, Request.of(analyses, day, force=True)).run_id


async def test_each_run_gets_its_own_and_the_first_none(urls, make, ctx):
    for tenant in (make.tenant(56), make.tenant(57)):
        make.order(tenant, make.customer(tenant, "ana"), "2024-06-01 12:00Z", 10)
    bare = score(urls, 56, "2024-06-02", ["clv"])
    first = score(urls, 56, "2024-06-03")
    score(urls, 57, "2024-06-02")
    make.owner.execute(
        "INSERT INTO score_run (tenant_id, status, analyses, as_of, as_of_requested, step, finished_at) "
        "VALUES (56, 'failed', '{rfm}', now(), 'now', 'reading orders', now())"
    )
    last = score(urls, 56, "2024-06-04")
    await ctx.refresh()
    found = await stood_before(ctx, 56, [last, first, 999, bare])
    assert [each and (each.tenant_id, each.id) for each in found] == [(56, first), None, None, None]
    assert await stood_before(ctx, 57, [last]) == [None]
