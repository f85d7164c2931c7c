"""Where the values of a run's customers should lie: what the models say, without a database."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np

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
