"""Intervals of a customer's next transactions and of their value, exact under the fitted models.

An interval of level .9 is central: the customer falls below it with probability .05 at most and above it with
.05 at most. Counts are whole numbers, so it may hold more than its level. It is that of the customer's own
future under the posterior of the customer's rates given the parameters, whose own error it leaves out: with
hundreds of customers that is small beside the chance in one customer's purchases. What moves all customers
together, season and trade, no model of each of them knows: `common` brings it in (`scoring.intervals.trade`).
No chance is involved in computing it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from scoring.intervals.counts import Histories, blocks, counts
from scoring.intervals.totals import quantiles
from scoring.intervals.trade import Trade

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from scoring.purchase import PurchaseFit
    from scoring.spend import SpendFit

__all__ = ["NO_PURCHASE_MODEL", "NO_SPEND_MODEL", "absence", "transactions", "value"]

Floats: TypeAlias = "NDArray[np.float64]"

NO_PURCHASE_MODEL = "NO_PURCHASE_MODEL"
"""The run has no purchase model (`choice.LOW_DATA`): nothing is known of the spread of the future."""
NO_SPEND_MODEL = "NO_SPEND_MODEL"
"""The run has no model of spend (`SpendFit.heuristic`): counts have intervals, values have none."""

_ROWS = 2048
_NEGLIGIBLE = 1e-6
"""The share of a bound's own probability that may be missing from a distribution's end."""


def absence(fit: PurchaseFit | None, spend_fit: SpendFit | None) -> str | None:
    """Why `value` gives NaN under these fits; None where it gives numbers."""
    if fit is None:
        return NO_PURCHASE_MODEL
    return NO_SPEND_MODEL if spend_fit is None or spend_fit.heuristic else None


def transactions(
    fit: PurchaseFit | None,
    t: ArrayLike,
    x: ArrayLike,
    t_x: ArrayLike,
    T: ArrayLike,
    level: float = 0.9,
    common: float = 0.0,
) -> tuple[Floats, Floats]:
    """The interval of the number of transactions in (T, T + t], whole numbers as float64.

    Args:
        fit: the purchase model; NaN for everyone when None (`NO_PURCHASE_MODEL`).
        t: horizon in the fit's unit of time, > 0.
        x, t_x, T: history, as `PurchaseFit` takes it. All arrays broadcast.
        level: probability of the interval, between 0 and 1.
        common: standard deviation of the logarithm of a factor that the purchases ahead of all customers
            share, as `backtest.rolling.common_spread` measures it, >= 0.

    Raises:
        ValueError: a level outside of (0, 1), or a spread that is negative or not finite.
    """
    outside = _outside(level)
    trade = None if fit is None else Trade.of(fit, common)
    arrays = _broadcast(t, x, t_x, T)
    if trade is None:
        return _unknown(arrays[0].shape)
    rows, at = _distinct(arrays)
    low, high = np.zeros(len(rows[0])), np.zeros(len(rows[0]))
    histories = Histories(*rows)
    for block in blocks(trade, histories, outside):
        low[block.rows] += (block.reached < outside).sum(axis=1)
        high[block.rows] += (block.reached < 1.0 - outside).sum(axis=1)
    return low[at].reshape(arrays[0].shape), high[at].reshape(arrays[0].shape)


def value(
    fit: PurchaseFit | None,
    spend_fit: SpendFit | None,
    t: ArrayLike,
    x: ArrayLike,
    t_x: ArrayLike,
    T: ArrayLike,
    count: ArrayLike,
    mean_value: ArrayLike,
    level: float = 0.9,
    worth: ArrayLike = 1.0,
    common: float = 0.0,
) -> tuple[Floats, Floats]:
    """The interval of the value of the transactions in (T, T + t], in the unit of `mean_value`.

    Undiscounted unless `worth` says otherwise. `expected_value` is discounted month by month: with
    `worth = clv.Ahead.worth`, the ratio of discounted to plain expected orders of the same customer, the
    interval is on its scale. That discounts all of a customer's transactions by the same factor, the mean
    one, and so leaves out what the chance in their dates does (at 10 % a year over 12 months, below 5 %).

    Spend is skewed and many customers buy nothing: an expected value may lie above the upper bound, in
    particular where the bound is 0 because the customer buys again with a probability below .05.

    Args:
        fit: the purchase model; NaN for everyone when None (`NO_PURCHASE_MODEL`).
        spend_fit: the Gamma-Gamma model; NaN when None or heuristic (`NO_SPEND_MODEL`).
        t: horizon in the fit's unit of time, > 0.
        x, t_x, T: history, as `PurchaseFit` takes it. All arrays broadcast.
        count: transactions so far, whole numbers >= 0 (`x + 1` where all values are counted).
        mean_value: their mean value, > 0.
        level: probability of the interval, between 0 and 1.
        worth: present worth of 1 spent within the horizon, > 0.
        common: as of `transactions`.

    Raises:
        ValueError: a level outside of (0, 1), or a spread that is negative or not finite.
    """
    outside = _outside(level)
    trade = None if fit is None else Trade.of(fit, common)
    *history, number, mean, present = _broadcast(t, x, t_x, T, count, mean_value, worth)
    if trade is None or spend_fit is None or absence(fit, spend_fit) is not None:
        return _unknown(mean.shape)
    p, q, gamma = (spend_fit.parameters[name] for name in ("p", "q", "gamma"))
    rows, at = _distinct((*history, number))
    low, high = np.zeros(len(rows[0])), np.zeros(len(rows[0]))
    for part in (slice(i, i + _ROWS) for i in range(0, len(low), _ROWS)):
        ahead = counts(trade, Histories(*rows[:4]).part(part), outside * _NEGLIGIBLE)
        tail = q + p * rows[4][part]
        low[part] = quantiles(ahead, p, tail, outside)
        high[part] = quantiles(ahead, p, tail, 1.0 - outside)
    unit = (gamma + number * mean) * present
    return low[at].reshape(mean.shape) * unit, high[at].reshape(mean.shape) * unit


def _outside(level: float) -> float:
    """The probability on either side of the interval."""
    if not 0.0 < level < 1.0:
        raise ValueError("level must be between 0 and 1")
    return (1.0 - level) / 2.0


def _broadcast(*values: ArrayLike) -> tuple[Floats, ...]:
    return tuple(np.broadcast_arrays(*(np.asarray(value, np.float64) for value in values)))


def _unknown(shape: tuple[int, ...]) -> tuple[Floats, Floats]:
    return np.full(shape, np.nan), np.full(shape, np.nan)


def _distinct(columns: tuple[Floats, ...]) -> tuple[tuple[Floats, ...], NDArray[np.intp]]:
    """The distinct rows of columns of any one shape, and which of them each row is, flat."""
    flat = [column.ravel() for column in columns]
    order = np.lexsort(flat)
    new = np.zeros(len(order), np.bool_)
    new[:1] = True
    for column in flat:
        ordered = column[order]
        new[1:] |= ordered[1:] != ordered[:-1]
    at = np.empty(len(order), np.intp)
    at[order] = np.cumsum(new) - 1
    first = order[new]
    return tuple(column[first] for column in flat), at
