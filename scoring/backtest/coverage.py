"""How often a total's interval, made on an earlier day, held what then came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scoring.backtest.rolling import SAMPLE, error, rolling_errors, total_interval
from scoring.backtest.window import cut

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scoring.history import History


@dataclass(frozen=True, slots=True)
class Coverage:
    """Intervals that could be tested, and those that held the actual total."""

    tested: int
    covered: int

    @property
    def share(self) -> float:
        """Covered of tested; NaN of none."""
        return self.covered / self.tested if self.tested else float("nan")


def forward(
    history: History,
    *,
    as_of: int,
    windows: Sequence[int] = (60, 90, 120, 180),
    origins: int = 6,
    level: float = 0.9,
    of: str = "value",
) -> Coverage:
    """Make intervals at earlier days from what was known then, errors included, and see what came.

    Args:
        history: order rows; a sample of customers stands for all.
        as_of: end of the data.
        windows: lengths in days of the totals.
        origins: days per length, evenly spaced from the middle of the history to the last one possible.
        level, of: as of `rolling.total_interval`.
    """
    sample = history.sample(SAMPLE).between(None, as_of)
    first = int(sample.purchases()[1].min(initial=as_of))
    held = []
    for days in windows:
        for origin in np.linspace((first + as_of) // 2, as_of - days, origins).astype(int).tolist():
            actual = error(cut(sample, origin, days))
            off = None if actual is None else getattr(actual, of)
            if off is None:
                continue
            errors = rolling_errors(sample, as_of=origin, horizon_days=days)
            found = total_interval(1.0 + off, errors, level, of=of)
            if found is not None:
                held.append(found[0] <= 1.0 <= found[1])
    return Coverage(len(held), sum(held))
