"""Where a customer's value should lie, computed at read from the run's models and the stored history."""

from __future__ import annotations

import asyncio
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

import numpy as np

from kit.money import MINOR_DIGITS, USUAL_DIGITS
from resolvers import runs, scores, tenants
from resolvers.context import READ, Ctx
from resolvers.runs import RunRow
from resolvers.scores import ScoreRow
from scoring import clv, intervals, purchase, spend
from scoring.choice import LOW_DATA
from scoring.outlook import look_at

LEVEL = 0.9


class ValueInterval(NamedTuple):
    """The bounds of the expected value of a customer; None with a reason where they are not known."""

    low: Decimal | None
    high: Decimal | None
    reason: str | None
    """LOW_DATA or NO_SPEND_MODEL."""


async def by_customers(ctx: Ctx, tenant: int, customers: list[int]) -> list[ValueInterval | None]:
    """Batch function: the intervals of these customers, in their order; None for who has no value."""
    rows = await ctx.loader("scores", tenant, scores.by_customers).load_many(customers)
    known = sorted((row for row in rows if row is not None and row.clv_tier), key=lambda row: row.run_id)
    if not known:
        return [None] * len(customers)
    currency = (await tenants.get(ctx, tenant)).currency
    scale = 10 ** MINOR_DIGITS.get(currency, USUAL_DIGITS)
    found: dict[int, ValueInterval] = {}
    for number, group in groupby(known, key=lambda row: row.run_id):
        run, some = await runs.of_id(ctx, tenant, number), list(group)
        if run is not None:
            found |= await asyncio.to_thread(of_run, run, some, scale)
    return [found.get(each) for each in customers]


async def of_customer(ctx: Ctx, tenant: int, customer: int) -> ValueInterval | None:
    """The interval of one customer, batched with the others of the request; None without a value."""
    ctx.allow(tenant, READ)
    return await ctx.loader("value intervals", tenant, by_customers).load(customer)


def of_run(run: RunRow, rows: list[ScoreRow], scale: int) -> dict[int, ValueInterval]:
    """The intervals of customers that a run scored, by customer; `scale` is minor units in one unit."""
    models: dict[str, Any] = (run.report or {}).get("model") or {}
    figures = run.clv or {}
    if not models.get("parameters"):
        return {row.customer_id: ValueInterval(None, None, LOW_DATA) for row in rows}
    if not models["spend_parameters"]:
        return {row.customer_id: ValueInterval(None, None, intervals.NO_SPEND_MODEL) for row in rows}
    low, high = _bounds(models, figures["months"], figures["annual_rate"], rows, scale)
    return {
        row.customer_id: ValueInterval(Decimal(below) / scale, Decimal(above) / scale, None)
        for row, below, above in zip(rows, low, high, strict=True)
    }


def _bounds(
    models: dict[str, Any], months: int, annual_rate: float, rows: list[ScoreRow], scale: int
) -> tuple[list[int], list[int]]:
    """Lower and upper bounds in minor units, in which the spend model's gamma is, too."""
    fit = purchase.of(models["name"], **models["parameters"])
    frequency = np.array([row.frequency for row in rows], np.int32)
    x = frequency - np.int32(1)
    t_x = np.array([_days(row) for row in rows], np.int32)
    age = t_x + np.array([row.recency_days for row in rows], np.int32)
    paid = np.array([float((row.purchase_value or Decimal(0)) * scale) for row in rows])
    low, high = intervals.value(
        fit,
        spend.of(**models["spend_parameters"]),
        clv.MONTH_DAYS * months,
        x,
        t_x,
        age,
        frequency,
        np.maximum(paid, 1.0) / frequency,
        LEVEL,
        look_at(fit, x, t_x, age).ahead(months, annual_rate).worth,
    )
    return clv.in_units(low).tolist(), clv.in_units(high).tolist()


def _days(row: ScoreRow) -> int:
    """Days from the first purchase to the last."""
    if row.first_order_on is None or row.last_order_on is None:
        return 0
    return (row.last_order_on - row.first_order_on).days
