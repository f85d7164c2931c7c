"""Local time as text."""

from datetime import UTC, date, datetime

import numpy as np

from demo.clock import Clock
from demo.season import DAY


def test_the_shops_zone_is_three_hours_behind() -> None:
    clock = Clock("America/Argentina/Buenos_Aires", date(2025, 1, 1), 31)
    assert clock.texts(np.array([0, DAY + 61, 31 * DAY - 1])) == [
        "2025-01-01T00:00:00-03:00",
        "2025-01-02T00:01:01-03:00",
        "2025-01-31T23:59:59-03:00",
    ]
    assert clock.midnight_after() == "2025-02-01T00:00:00-03:00"


def test_a_zone_with_summer_time_keeps_local_days() -> None:
    clock = Clock("Europe/Madrid", date(2025, 3, 29), 3)
    noon = [12 * 3600, DAY + 12 * 3600]
    assert clock.texts(np.array(noon)) == ["2025-03-29T12:00:00+01:00", "2025-03-30T12:00:00+02:00"]
    times = [datetime.fromisoformat(text).astimezone(UTC) for text in clock.texts(np.array(noon))]
    assert (times[1] - times[0]).total_seconds() == 23 * 3600
