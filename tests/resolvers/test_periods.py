"""Periods of the calendar, and how far a run has seen them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from models.sales import INTERVALS
from resolvers import periods
from resolvers.runs import RunRow
from resolvers.tenants import TenantRow


def run(as_of: datetime) -> RunRow:
    blank: dict[str, Any] = dict.fromkeys(RunRow._fields)
    return RunRow(**blank | {"as_of": as_of})


def tenant(time_zone: str) -> TenantRow:
    blank: dict[str, Any] = dict.fromkeys(TenantRow._fields)
    return TenantRow(**blank | {"time_zone": time_zone})


@pytest.mark.parametrize("interval", INTERVALS)
def test_periods_follow_one_another_without_a_gap(interval):
    start = periods.first_of(date(2019, 12, 31), interval)
    here = start
    for number in range(1, 60):
        assert periods.last_of(here, interval) + timedelta(days=1) == periods.following(here, interval)
        assert periods.first_of(periods.last_of(here, interval), interval) == here
        here = periods.following(here, interval)
        assert here == periods.following(start, interval, number)
        assert start == periods.following(here, interval, -number)
        assert periods.count(start, here, interval) == number + 1


@pytest.mark.parametrize(
    ("as_of", "zone", "seen", "complete"),
    [
        ("2024-03-10T05:00", "America/New_York", "2024-03-09", "2024-03-09"),
        ("2024-03-10T05:00:00.000001", "America/New_York", "2024-03-10", "2024-03-09"),
        ("2024-03-11T03:59", "America/New_York", "2024-03-10", "2024-03-09"),
        ("2024-03-11T04:00", "America/New_York", "2024-03-10", "2024-03-10"),
        ("2024-06-30T23:00", "Europe/London", "2024-06-30", "2024-06-30"),
    ],
)
def test_a_run_has_seen_a_day_when_its_instant_is_past_it(as_of, zone, seen, complete):
    row = run(datetime.fromisoformat(as_of).replace(tzinfo=UTC))
    last = date.fromisoformat(complete)
    assert str(periods.last_seen(tenant(zone), row)) == seen
    assert periods.is_complete(tenant(zone), row, last)
    assert not periods.is_complete(tenant(zone), row, last + timedelta(days=1))
