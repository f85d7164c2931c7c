"""Customers and their current scores in one statement, where there would be two."""

from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Column, select

from kit.db import TENANT
from resolvers import customers, scores
from resolvers.context import Ctx
from resolvers.customers import CUSTOMERS, CustomerLookup, CustomerRow
from resolvers.lookup import Lookup, Named
from resolvers.scores import ScoreRow
from resolvers.standing import SCORE, each_with_scores

K = TypeVar("K")
_WIDTH = len(customers.COLUMNS)
COLUMNS = [*customers.COLUMNS, *(SCORE.c[name] for name in ScoreRow._fields)]


class ScoredCustomer(NamedTuple):
    """A customer, and their scores in the run that stands; None before they have any."""

    customer: CustomerRow
    score: ScoreRow | None

    @classmethod
    def of(cls, *columns: Any) -> "ScoredCustomer":
        """Made of the values of `COLUMNS`."""
        scored = columns[_WIDTH] is not None
        return cls(
            CustomerRow(*columns[:_WIDTH]),
            ScoreRow(*columns[_WIDTH:]) if scored else None,
        )


class _ScoredLookup(CustomerLookup[K]):
    """Customers by a key, whose scores the request knows with them."""

    async def rows(self, ctx: Ctx, tenant: int, keys: list[K]) -> list[CustomerRow]:
        # Taken before reading: a request that ends or looks anew meanwhile has let go of it.
        known = scores.loader(ctx, tenant)
        found = await ctx.reader.fetch(self.statement, ScoredCustomer.of, tenant=tenant, keys=keys)
        known.prime_many({each.customer.id: each.score for each in found})
        return [each.customer for each in found]


def _by(column: Column[K]) -> Lookup[K, CustomerRow]:
    rows = select(*COLUMNS).select_from(each_with_scores(CUSTOMERS)).where(CUSTOMERS.c.tenant_id == TENANT)
    return _ScoredLookup.of(rows, column, CustomerRow, ScoredCustomer.__name__)


BY_ID: Lookup[int, CustomerRow] = _by(CUSTOMERS.c.id)
named = Named(BY_ID, _by(CUSTOMERS.c.external_id)).find_all
"""Those of ids or of the shop's own ids, in their order; None for who is not there."""
