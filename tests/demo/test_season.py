"""The shop's calendar."""

from datetime import date

import numpy as np
import pytest

from demo.season import DAY, MONTHS, Season, month_level
from demo.shop import History


@pytest.fixture
def season() -> Season:
    return Season(date(2024, 1, 2), 730, 1.4)


def test_demand_is_one_a_day_on_average(season: Season) -> None:
    assert season.demand.mean() == pytest.approx(1)
    assert season.length == pytest.approx(730)
    assert season.arrivals.sum() == pytest.approx(1)


def test_acquisition_grows(season: Season) -> None:
    assert season.arrivals[365:].sum() / season.arrivals[:365].sum() == pytest.approx(1.4, rel=0.02)


def test_the_level_is_that_of_the_month_in_its_middle_and_never_jumps() -> None:
    levels = [month_level(date.fromordinal(date(2024, 1, 1).toordinal() + day)) for day in range(366)]
    assert month_level(date(2025, 2, 15)) == pytest.approx(MONTHS[1], abs=0.01)
    assert max(abs(np.diff([*levels, levels[0]]))) < 0.05


def test_demand_time_goes_forth_and_back(season: Season) -> None:
    moments = np.sort(np.random.default_rng(1).uniform(0, season.length, 5_000))
    seconds = season.seconds(moments)
    assert (np.diff(seconds) >= 0).all()
    assert (seconds // DAY == season.day(moments)).all()
    assert (season.demand_time(seconds) <= moments).all()
    assert season.seconds(np.array([0.0, season.length, season.length + 1])).max() == 730 * DAY - 1


def test_orders_peak_before_christmas_and_dip_in_summer(history: History) -> None:
    start = history.clock.start.toordinal()
    days = history.orders.seconds // DAY
    months = np.array([date.fromordinal(start + day).month for day in range(730)])[days]
    year = np.bincount(months[days >= 365], minlength=13)[1:]
    assert set(np.argsort(year)[-2:] + 1) == {11, 12}
    assert set(np.argsort(year)[:2] + 1) == {1, 2}
    assert year[10:].mean() > 1.7 * year[:2].mean()


def test_few_order_at_night(history: History) -> None:
    hours = np.bincount(history.orders.seconds % DAY // 3600, minlength=24)
    assert hours[1:6].sum() < 0.04 * hours.sum()
    assert hours.argmax() in {20, 21, 22}
