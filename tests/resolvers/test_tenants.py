"""Which tenants a caller sees."""

import pytest

from resolvers import tenants
from resolvers.context import READ, WRITE, Actor


@pytest.mark.parametrize(
    ("actor", "seen"),
    [
        (Actor("one", frozenset({57, 99}), frozenset({READ})), [57]),
        (Actor("none", frozenset(), frozenset({READ})), []),
        (Actor("writer", None, frozenset({WRITE})), []),
    ],
)
async def test_a_caller_pages_and_counts_the_tenants_it_may_see(make, context, actor, seen):
    for number in (56, 57, 58):
        make.tenant(number)
    async with context(actor) as ctx:
        page = await tenants.page(ctx, with_total=True)
    assert ([row.id for row in page.rows], page.total) == (seen, len(seen))
