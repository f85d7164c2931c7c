"""Why customers are in dynamic segments, or are not: clause by clause."""

from dataclasses import dataclass
from typing import Any

from kit.errors import InvalidInputError, NotFoundError
from resolvers import tenants
from resolvers.context import READ, Ctx
from resolvers.criteria import Node, clauses, holds, parse
from resolvers.segments.rows import BY_ID, get
from resolvers.segments.truths import Truth, truths


@dataclass(frozen=True, slots=True)
class Explanation:
    """Whether a customer meets criteria, and every clause of them, met or not."""

    customer: int
    meets: bool
    clauses: list[Truth]


async def by_members(ctx: Ctx, tenant: int, keys: list[tuple[int, int]]) -> list[list[Truth]]:
    """Batch function: for each segment and customer the clauses met; none for static segments."""
    segments = sorted({segment for segment, _ in keys})
    stated = {
        segment: list(clauses(parse(row.criteria)))
        for segment, row in zip(segments, await BY_ID.by_keys(ctx, tenant, segments), strict=True)
        if row is not None and row.criteria is not None
    }
    if not stated:
        return [[] for _ in keys]
    wanted = sorted({customer for segment, customer in keys if segment in stated})
    found = await truths(ctx, tenant, stated, wanted)
    return [[each for each in found.get(key, []) if each.holds] for key in keys]


async def reasons(ctx: Ctx, tenant: int, segment: int, customer: int) -> list[Truth]:
    """Why a customer is in a segment, batched with the others of the request."""
    ctx.allow(tenant, READ)
    return await ctx.loader("reasons", tenant, by_members).load((segment, customer))


async def explain(
    ctx: Ctx, tenant: int, customer: int, *, segment: int | None = None, criteria: Any = None
) -> Explanation:
    """Clause by clause why a customer is in a dynamic segment, or would be in one of criteria, or not.

    Raises NotFoundError for an unknown tenant, segment or customer, InvalidInputError for criteria that are
    not accepted and for a static segment, TimedOutError where the database would take too long.
    """
    await tenants.get(ctx, tenant)
    tree = parse(criteria) if segment is None else await _criteria(ctx, tenant, segment)
    found = await truths(ctx, tenant, {0: list(clauses(tree))}, [customer])
    if not found:
        raise NotFoundError.of("Customer", tenant, customer)
    told = found[0, customer]
    return Explanation(customer, holds(tree, iter(each.holds for each in told)), told)


async def _criteria(ctx: Ctx, tenant: int, segment: int) -> Node:
    row = await get(ctx, tenant, segment)
    if row.criteria is None:
        raise InvalidInputError("segment", "A static segment has no criteria; customers were put into it.")
    return parse(row.criteria)
