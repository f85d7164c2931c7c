"""Clock: wall-clock seconds since the shop's first midnight, written as ISO 8601 with the zone's offset."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np

from demo.arrays import Ints
from demo.season import DAY

STEP = 1800
"""Seconds for which an offset is looked up once; zones change theirs on the half hour."""


@dataclass(frozen=True)
class Clock:
    """Local time in `zone` over a window of `days` days from `start`."""

    zone: str
    start: date
    days: int

    def texts(self, seconds: Ints) -> list[str]:
        """ISO 8601 with offset, for example 2025-03-08T21:04:11-03:00, of seconds inside the window."""
        wall = np.datetime64(self.start.isoformat(), "s") + seconds.astype("timedelta64[s]")
        offsets = self._offsets
        steps = (seconds // STEP).tolist()
        return [
            text + offsets[step]
            for text, step in zip(np.datetime_as_string(wall).tolist(), steps, strict=True)
        ]

    def midnight_after(self) -> str:
        """The first instant after the window, as ISO 8601 with offset."""
        return (self._midnight + timedelta(days=self.days)).isoformat()

    @property
    def _midnight(self) -> datetime:
        return datetime.combine(self.start, time(), ZoneInfo(self.zone))

    @cached_property
    def _offsets(self) -> list[str]:
        walls = (self._midnight + timedelta(seconds=STEP * step) for step in range(self.days * DAY // STEP))
        return [wall.isoformat()[19:] for wall in walls]
