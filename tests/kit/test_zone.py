"""Local days, against the standard library one value at a time."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kit.errors import InvalidInputError
from kit.zone import EPOCH, day_number, local_days, start_of_day, zone

ZONES = [
    "UTC",
    "Europe/London",
    "America/Argentina/Buenos_Aires",
    "America/New_York",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "Australia/Lord_Howe",
]
INSTANTS = st.datetimes(datetime(1970, 1, 2), datetime(2037, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001


@given(st.lists(INSTANTS, min_size=1, max_size=20), st.sampled_from(ZONES))
def test_many_days_are_the_days_one_by_one(instants, name):
    microseconds = np.array([round((each - EPOCH) / timedelta(microseconds=1)) for each in instants])
    expected = [(each.astimezone(ZoneInfo(name)).date() - date(1970, 1, 1)).days for each in instants]
    assert local_days(microseconds, name).tolist() == expected


def test_around_both_changes_of_the_clock():
    hours = np.arange(0, 366 * 24) * 3_600_000_000
    first = round((datetime(2011, 1, 1, tzinfo=UTC) - EPOCH) / timedelta(microseconds=1))
    expected = [
        day_number(EPOCH + timedelta(microseconds=int(first + each)), "Europe/London") for each in hours
    ]
    assert local_days(first + hours, "Europe/London").tolist() == expected


def test_no_instants_have_no_days():
    assert local_days(np.empty(0, np.int64), "Europe/London").tolist() == []


def test_a_day_begins_at_local_midnight():
    assert start_of_day(date(2011, 7, 1), "Europe/London") == datetime(2011, 6, 30, 23, tzinfo=UTC)


@pytest.mark.parametrize("wrong", ["Mars/Olympus", "", "../etc/passwd", "Europe"])
def test_an_unknown_zone_is_told_with_an_example(wrong):
    with pytest.raises(InvalidInputError, match="Europe/London"):
        zone(wrong)
