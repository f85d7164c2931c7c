"""The days of the demo's shop."""

from datetime import date, datetime

from commands.demo_data import last_day
from demo.shop import Shop


def test_the_demo_ends_with_a_day_that_is_over_where_the_shop_is():
    late = datetime.fromisoformat("2026-11-26T01:40:00+00:00")
    assert last_day(Shop(), late) == date(2026, 11, 24)
    assert last_day(Shop(), late.replace(hour=3)) == date(2026, 11, 25)
