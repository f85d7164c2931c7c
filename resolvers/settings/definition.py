"""The settings: what each is called, what it means, its default and what is accepted."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from kit.errors import InvalidInputError
from resolvers.settings.revenue import REVENUE, checked_statuses, parsed_statuses
from resolvers.settings.segment_map import checked_map

STALENESS_HOURS = 24
"""The default where neither the tenant nor the installation says otherwise."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting. `check` gives a value as it is stored, and raises ValueError for one not accepted."""

    key: str
    default: Any
    meaning: str
    accepted: str
    check: Callable[[Any], Any]
    parse: Callable[[str], Any] | None
    """Makes a value of what stands on a command line; None where it comes from a file."""
    changes_scores: bool = True

    def checked(self, value: object) -> Any:
        """The value as it is stored. Raises InvalidInputError that says what is accepted."""
        try:
            return self.check(value)
        except ValueError as error:
            told = f" ({error})" if str(error) else ""
            raise InvalidInputError(
                self.key, f"{self.key} is {shown(value)}{told}; accepted are {self.accepted}."
            ) from None

    def parsed(self, text: str) -> Any:
        """The value that a text stands for, checked. Raises InvalidInputError like `checked`."""
        if self.parse is None:
            raise InvalidInputError(self.key, f"{self.key} is set from a file: --segment-map FILE.json.")
        try:
            value = self.parse(text)
        except ValueError:
            value = text
        return self.checked(value)


def shown(value: object) -> str:
    """A wrong value in a message, cut short."""
    text = f"'{value}'" if isinstance(value, str) else f"{value}"
    return text if len(text) <= 60 else f"{text[:57]}..."


def _whole(low: int, high: int) -> Callable[[Any], int]:
    def check(value: Any) -> int:
        if type(value) is not int or not low <= value <= high:
            raise ValueError
        return value

    return check


def _number(low: float, high: float, *, inside: bool = False) -> Callable[[Any], float]:
    """A finite number from low to high, or strictly between them."""

    def check(value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ValueError
        if not (low < value < high if inside else low <= value <= high):
            raise ValueError
        return float(value)

    return check


_SHARES = "shares above 0 that together leave something for tier low: their sum is below 1"

SETTINGS = (
    Setting(
        "clv.months",
        12,
        "Months of expected value that count towards lifetime value",
        "whole numbers from 1 to 120",
        _whole(1, 120),
        int,
    ),
    Setting(
        "clv.annual_rate",
        0.10,
        "Yearly rate at which value expected later is discounted; 0.1 is 10 %",
        "numbers from 0 to 10",
        _number(0.0, 10.0),
        float,
    ),
    Setting(
        "tiers.high",
        0.20,
        "Share of customers, by predicted value, in tier high",
        _SHARES,
        _number(0.0, 1.0, inside=True),
        float,
    ),
    Setting(
        "tiers.medium",
        0.30,
        "Share of customers in tier medium, next below high; the rest is low",
        _SHARES,
        _number(0.0, 1.0, inside=True),
        float,
    ),
    Setting(
        "churn.horizon_days",
        None,
        "Days within which an active customer orders again; by default measured from the shop's own gaps",
        "whole numbers from 1 to 3650",
        _whole(1, 3650),
        int,
    ),
    Setting(
        "segment_map",
        None,
        "Which segment each of the 125 cells of scores (111 to 555) belongs to; by default the built-in map",
        "maps from names of segments to lists of cells that cover each of the 125 cells once",
        checked_map,
        None,
    ),
    Setting(
        "staleness_hours",
        STALENESS_HOURS,
        "Age in hours from which scores as of now are called stale",
        "whole numbers from 1 to 8760",
        _whole(1, 8760),
        int,
        changes_scores=False,
    ),
    Setting(
        REVENUE,
        None,
        "Which statuses of VTEX's orders are revenue, where not as built in; holds from the next sync on",
        "maps from up to 100 statuses in small letters to yes or no, as in payment-pending:yes,invoice:no",
        checked_statuses,
        parsed_statuses,
        changes_scores=False,
    ),
)
_BY_KEY = {each.key: each for each in SETTINGS}


def named(key: str) -> Setting:
    """The setting of a key. Raises InvalidInputError that lists the keys there are."""
    if key not in _BY_KEY:
        raise InvalidInputError(key, f"{shown(key)} is not a setting; accepted are {', '.join(_BY_KEY)}.")
    return _BY_KEY[key]


def check_together(values: dict[str, Any], changed: set[str]) -> None:
    """Refuse values that are fine alone but not together. Raises InvalidInputError for one of the changed."""
    high, medium = values["tiers.high"], values["tiers.medium"]
    if high + medium < 1:
        return
    key = "tiers.high" if "tiers.high" in changed else "tiers.medium"
    raise InvalidInputError(
        key,
        f"{key} does not fit: tiers.high is {high:g} and tiers.medium {medium:g}; accepted are {_SHARES}.",
    )
