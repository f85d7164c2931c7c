"""Cumulative transactions by week, actual and foretold, for the tracking plot of Fader & Hardie."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from scoring.backtest.results import Week
from scoring.outlook import Outlook
from scoring.transactions import positions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring.backtest.forecaster import Orders
    from scoring.backtest.window import Window
    from scoring.history import History

    Floats: TypeAlias = NDArray[np.float64]


def weeks(orders: Orders, window: Window, history: History) -> tuple[Week, ...]:
    """Every week that ends in the calibration or the holdout, counted back from the end of the holdout.

    Args:
        orders: the run's forecast of the window's customers.
        window: the holdout.
        history: the rows it was cut from.
    """
    first_days = window.calibration.first_day
    end = window.origin + window.days
    ends = np.arange(end, int(first_days.min()), -7, dtype=np.int64)[::-1]
    actual = _repeats(window, history, ends)
    at_origin = int(_repeats(window, history, np.array([window.origin]))[0])
    ahead = _foretold(orders, (ends[ends >= window.origin] - window.origin).astype(np.float64))
    before = len(ends) - len(ahead)
    known = isinstance(orders, Outlook)
    model = _from_scratch(orders, first_days, ends) if isinstance(orders, Outlook) else np.zeros(len(ends))
    return tuple(
        Week(
            day=int(day),
            actual=int(actual[i]),
            model=float(model[i]) if known else None,
            forecast=at_origin + float(ahead[i - before]) if i >= before else None,
        )
        for i, day in enumerate(ends)
    )


def _repeats(window: Window, history: History, ends: NDArray[np.int64]) -> NDArray[np.intp]:
    """Transactions of the window's customers before each end, without their first ones."""
    ids, days = history.between(None, window.origin + window.days).purchases()
    _, known = positions(window.calibration.id, ids)
    all_days = np.sort(days[known])
    firsts = np.sort(window.calibration.first_day)
    return np.asarray(np.searchsorted(all_days, ends) - np.searchsorted(firsts, ends))


def _foretold(orders: Orders, days: Floats) -> Floats:
    if isinstance(orders, Outlook):
        return orders.totals(days)
    return np.array([orders.expected(each).sum() for each in days.tolist()])


def _from_scratch(outlook: Outlook, first_days: NDArray[np.int32], ends: NDArray[np.int64]) -> Floats:
    """Expected repeat transactions of customers known by nothing but the day of their first one."""
    starts, counts = np.unique(first_days, return_counts=True)
    longest = int(ends[-1] - starts[0])
    reached = outlook.fit.expected_new(np.arange(longest + 1, dtype=np.float64))
    ages = np.maximum(ends[:, None] - starts, 0)
    return np.asarray(reached[ages] @ counts.astype(np.float64))
