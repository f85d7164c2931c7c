"""What a backtest is asked to do."""

from dataclasses import dataclass

from kit.errors import InvalidInputError
from resolvers.processing.request import NOW, Request

USUAL_HOLDOUT = 180
LONGEST_HOLDOUT = 3650


@dataclass(frozen=True, slots=True)
class BacktestRequest:
    """How many days to hold out before when: `now`, `latest` (the day after the last order) or a day."""

    holdout_days: int = USUAL_HOLDOUT
    as_of: str = NOW

    @classmethod
    def of(cls, holdout_days: int, as_of: str = NOW, *, name: str = "holdout_days") -> "BacktestRequest":
        """Check what a caller asked for, who calls the holdout `name`. Raises InvalidInputError."""
        if not 1 <= holdout_days <= LONGEST_HOLDOUT:
            raise InvalidInputError(
                name, f"{name} is {holdout_days}; accepted are 1 to {LONGEST_HOLDOUT} days."
            )
        return cls(holdout_days, Request.of(None, as_of).as_of)
