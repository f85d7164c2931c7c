"""Season: how busy each local day of the shop's window is, and how many customers it brings."""

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property

import numpy as np

from demo.arrays import Floats, Ints

MONTHS = (0.72, 0.70, 0.90, 0.95, 1.05, 0.98, 1.00, 0.97, 0.96, 1.08, 1.46, 1.52)
"""Demand in mid-month, January first: a dip in summer, Hot Sale in May, a peak in November and December."""

WEEKDAYS = (1.12, 1.08, 1.05, 1.00, 0.95, 0.85, 0.95)
"""Demand by weekday, Monday first."""

HOURS = (8, 4, 2, 1, 1, 1, 2, 4, 8, 14, 20, 24, 24, 22, 20, 20, 20, 22, 24, 26, 30, 34, 30, 18)
"""Demand by hour of the local day, midnight first."""

DAY = 86_400
"""Seconds in a day. Wall-clock time has no shorter or longer days; `Clock` adds the offset."""


@dataclass(frozen=True)
class Season:
    """The window of `days` local days from `start`; acquisition grows by the factor `growth` a year.

    Demand time runs fast on busy days and slow on quiet ones, one unit a day on average. A Poisson process
    in demand time is the seasonal process in wall-clock time.
    """

    start: date
    days: int
    growth: float

    @cached_property
    def demand(self) -> Floats:
        """Relative demand of each day; the mean over the window is 1."""
        dates = [self.start + timedelta(days=day) for day in range(self.days)]
        curve = np.array([month_level(day) * WEEKDAYS[day.weekday()] for day in dates])
        demand: Floats = curve / curve.mean()
        return demand

    @cached_property
    def arrivals(self) -> Floats:
        """The share of new customers each day brings; the sum is 1."""
        shares = self.demand * self.growth ** (np.arange(self.days) / 365.0)
        arrivals: Floats = shares / shares.sum()
        return arrivals

    @cached_property
    def _demand_edges(self) -> Floats:
        return np.concatenate(([0.0], np.cumsum(self.demand)))

    @cached_property
    def _arrival_edges(self) -> Floats:
        return np.concatenate(([0.0], np.cumsum(self.arrivals)))

    @property
    def length(self) -> float:
        """The whole window in demand time."""
        return float(self._demand_edges[-1])

    def acquired(self, shares: Floats) -> Floats:
        """The demand time by which these shares (0..1) of all customers have come."""
        days = np.interp(shares, self._arrival_edges, np.arange(self.days + 1.0))
        moments: Floats = np.interp(days, np.arange(self.days + 1.0), self._demand_edges)
        return moments

    def demand_time(self, seconds: Ints) -> Floats:
        """Demand time at these wall-clock seconds since the start, to the day."""
        begun: Floats = self._demand_edges[seconds // DAY]
        return begun

    def day(self, demand_time: Floats) -> Ints:
        """The day of the window, from 0, in which these demand times fall."""
        found = np.searchsorted(self._demand_edges, demand_time, side="right") - 1
        return np.clip(found, 0, self.days - 1).astype(np.int64)

    def seconds(self, demand_time: Floats) -> Ints:
        """Wall-clock seconds since the start for these demand times; their order is kept."""
        day = self.day(demand_time)
        within = (demand_time - self._demand_edges[day]) / self.demand[day]
        busy = np.concatenate(([0.0], np.cumsum(HOURS))) / sum(HOURS)
        second = np.interp(within, busy, np.arange(25.0) * 3600).astype(np.int64)
        wall: Ints = day * DAY + np.minimum(second, DAY - 1)
        return wall


def month_level(day: date) -> float:
    """Demand on a date, interpolated between the middles of the months."""
    distance = (day.day - 15.5) / 31
    neighbour = (day.month if distance > 0 else day.month - 2) % 12
    return MONTHS[day.month - 1] * (1 - abs(distance)) + MONTHS[neighbour] * abs(distance)
