"""Local days in weeks and months: which one a day is in, and where each begins."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

INTERVALS = ("day", "week", "month")

_TO_MONDAY = 3
"""1970-01-01 was a Thursday."""


def period(days: NDArray[np.int32], interval: str) -> NDArray[np.int32]:
    """Number of the period that each day is in, counted from the one of 1970-01-01; shape kept.

    Args:
        days: since 1970-01-01.
        interval: `day`, `week` (from Monday to Sunday, as in ISO 8601) or `month`.

    Raises:
        ValueError: another interval.
    """
    if interval == "day":
        return days.astype(np.int32, copy=False)
    if interval == "week":
        return ((days.astype(np.int64) + _TO_MONDAY) // 7).astype(np.int32)
    if interval == "month":
        return days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int32)
    raise ValueError(f"interval must be one of {', '.join(INTERVALS)}")


def first_day(periods: NDArray[np.int32], interval: str) -> NDArray[np.int32]:
    """First day of each period, as days since 1970-01-01; the inverse of `period`."""
    if interval == "day":
        return periods.astype(np.int32, copy=False)
    if interval == "week":
        return (periods.astype(np.int64) * 7 - _TO_MONDAY).astype(np.int32)
    if interval == "month":
        return periods.astype("datetime64[M]").astype("datetime64[D]").astype(np.int32)
    raise ValueError(f"interval must be one of {', '.join(INTERVALS)}")


def period_by_table(days: NDArray[np.int32], interval: str) -> NDArray[np.int32]:
    """The same as `period`, worked out once a distinct day: for millions of rows over some years."""
    if len(days) == 0 or interval == "day":
        return period(days, interval)
    low, high = int(days.min()), int(days.max())
    table = period(np.arange(low, high + 1, dtype=np.int32), interval)
    found: NDArray[np.int32] = table[days - np.int32(low)]
    return found
