"""Where the orders and values of a run's customers should lie: what the models say, without a database."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from resolvers.runs import RunRow
from resolvers.scores import ScoreRow
from scoring import clv, intervals, purchase, spend
from scoring.backtest.rolling import RollingError, RollingErrors, common_spread
from scoring.choice import LOW_DATA
from scoring.outlook import look_at

LEVEL = 0.9


class OrdersInterval(NamedTuple):
    """The bounds of a customer's purchases within the horizon; None with a reason where not known."""

    low: int | None
    high: int | None
    reason: str | None
    """LOW_DATA."""


class ValueInterval(NamedTuple):
    """The bounds of the expected value of a customer; None with a reason where they are not known."""

    low: Decimal | None
    high: Decimal | None
    reason: str | None
    """LOW_DATA or NO_SPEND_MODEL."""


class CustomerIntervals(NamedTuple):
    """What a customer will bring within the horizon of lifetime value."""

    orders: OrdersInterval
    value: ValueInterval


class _Past(NamedTuple):
    """Histories as the models take them, (n,) each; money in minor units, in which gamma is, too."""

    x: NDArray[np.int32]
    t_x: NDArray[np.int32]
    T: NDArray[np.int32]
    frequency: NDArray[np.int32]
    mean_value: NDArray[np.float64]


def of_run(run: RunRow, rows: list[ScoreRow], scale: int) -> dict[int, CustomerIntervals]:
    """The intervals of customers that a run scored, by customer; `scale` is minor units in one unit."""
    models: dict[str, Any] = (run.report or {}).get("model") or {}
    figures = run.clv or {}
    if not models.get("parameters"):
        unknown = CustomerIntervals(OrdersInterval(None, None, LOW_DATA), ValueInterval(None, None, LOW_DATA))
        return {row.customer_id: unknown for row in rows}
    fit = purchase.of(models["name"], **models["parameters"])
    past, errors = _past(rows, scale), _errors(figures)
    orders = _orders(fit, past, figures["months"], common_spread(errors, of="transactions"))
    values = [ValueInterval(None, None, intervals.NO_SPEND_MODEL)] * len(rows)
    if models["spend_parameters"]:
        money = spend.of(**models["spend_parameters"])
        values = _values(fit, money, past, figures, common_spread(errors, of="value"), scale)
    return {
        row.customer_id: CustomerIntervals(counted, worth)
        for row, counted, worth in zip(rows, orders, values, strict=True)
    }


def _orders(fit: purchase.PurchaseFit, past: _Past, months: int, common: float) -> list[OrdersInterval]:
    low, high = intervals.transactions(fit, clv.MONTH_DAYS * months, past.x, past.t_x, past.T, LEVEL, common)
    return [
        OrdersInterval(int(below), int(above), None)
        for below, above in zip(low.tolist(), high.tolist(), strict=True)
    ]


def _values(
    fit: purchase.PurchaseFit,
    money: spend.SpendFit,
    past: _Past,
    figures: dict[str, Any],
    common: float,
    scale: int,
) -> list[ValueInterval]:
    months = figures["months"]
    low, high = intervals.value(
        fit,
        money,
        clv.MONTH_DAYS * months,
        past.x,
        past.t_x,
        past.T,
        past.frequency,
        past.mean_value,
        LEVEL,
        look_at(fit, past.x, past.t_x, past.T).ahead(months, figures["annual_rate"]).worth,
        common,
    )
    bounds = zip(clv.in_units(low).tolist(), clv.in_units(high).tolist(), strict=True)
    return [ValueInterval(Decimal(below) / scale, Decimal(above) / scale, None) for below, above in bounds]


def _past(rows: list[ScoreRow], scale: int) -> _Past:
    frequency = np.array([row.frequency for row in rows], np.int32)
    t_x = np.array([_days(row) for row in rows], np.int32)
    age = t_x + np.array([row.recency_days for row in rows], np.int32)
    paid = np.array([float((row.purchase_value or Decimal(0)) * scale) for row in rows])
    return _Past(frequency - np.int32(1), t_x, age, frequency, np.maximum(paid, 1.0) / frequency)


def _errors(figures: dict[str, Any]) -> RollingErrors | None:
    """The errors of totals that the run measured at earlier days; None where it could not."""
    found = figures["interval"]["errors"]
    if found is None:
        return None
    errors = tuple(RollingError(**each) for each in found["errors"])
    return RollingErrors(found["days"], found["horizon_days"], errors, found["reason"])


def _days(row: ScoreRow) -> int:
    """Days from the first purchase to the last."""
    if row.first_order_on is None or row.last_order_on is None:
        return 0
    return (row.last_order_on - row.first_order_on).days
