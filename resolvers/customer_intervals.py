"""Where a customer's orders and their value should lie, computed at read from what the run stored."""

from __future__ import annotations

import asyncio
from importlib import import_module
from itertools import groupby
from typing import TYPE_CHECKING

from kit.money import MINOR_DIGITS, USUAL_DIGITS
from resolvers import runs, scores, tenants
from resolvers.context import READ, Ctx
from resolvers.runs import RunRow
from resolvers.scores import ScoreRow

if TYPE_CHECKING:
    from resolvers.customer_bounds import CustomerIntervals

LEVEL = 0.9


async def by_customers(ctx: Ctx, tenant: int, customers: list[int]) -> list[CustomerIntervals | None]:
    """Batch function: the intervals of these customers, in their order; None for who has no value."""
    rows = await scores.of_customers(ctx, tenant, customers)
    known = sorted((row for row in rows if row is not None and row.clv_tier), key=lambda row: row.run_id)
    if not known:
        return [None] * len(customers)
    currency = (await tenants.get(ctx, tenant)).currency
    scale = 10 ** MINOR_DIGITS.get(currency, USUAL_DIGITS)
    found: dict[int, CustomerIntervals] = {}
    for number, group in groupby(known, key=lambda row: row.run_id):
        run, some = await runs.of_id(ctx, tenant, number), list(group)
        if run is not None:
            found |= await asyncio.to_thread(_of_run, run, some, scale)
    return [found.get(each) for each in customers]


async def of_customer(ctx: Ctx, tenant: int, customer: int) -> CustomerIntervals | None:
    """The intervals of one customer, batched with the others of the request; None without a value."""
    ctx.allow(tenant, READ)
    return await ctx.loader("customer intervals", tenant, by_customers).load(customer)


def _of_run(run: RunRow, rows: list[ScoreRow], scale: int) -> dict[int, CustomerIntervals]:
    # Loaded with the first interval that is asked for: the API starts without what scoring loads.
    found: dict[int, CustomerIntervals] = import_module("resolvers.customer_bounds").of_run(run, rows, scale)
    return found
