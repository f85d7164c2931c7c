"""Weeks and months of days, against the calendar of the standard library."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from scoring.calendar import INTERVALS, first_day, period, period_by_table

EPOCH = date(1970, 1, 1)
DAYS = np.arange(-40_000, 60_000, dtype=np.int32)


def starts(interval: str) -> list[date]:
    return [EPOCH + timedelta(days=int(day)) for day in first_day(period(DAYS, interval), interval)]


def test_a_week_begins_on_its_monday_and_a_month_on_its_first() -> None:
    dates = [EPOCH + timedelta(days=int(day)) for day in DAYS]
    assert starts("week") == [day - timedelta(days=day.weekday()) for day in dates]
    assert starts("month") == [day.replace(day=1) for day in dates]
    assert starts("day") == dates


@pytest.mark.parametrize("interval", INTERVALS)
def test_a_table_tells_the_same(interval: str) -> None:
    some = np.random.default_rng(1).permutation(DAYS)[:1000]
    np.testing.assert_array_equal(period_by_table(some, interval), period(some, interval))
    assert len(period_by_table(some[:0], interval)) == 0


def test_another_interval_is_refused() -> None:
    for function in (period, first_day):
        with pytest.raises(ValueError, match="one of day, week, month"):
            function(DAYS, "year")
