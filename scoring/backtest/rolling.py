"""How far the model's totals were off at earlier days, and the interval of a total that follows.

The parameters' standard errors alone make intervals far too narrow (they covered .14 to .65 where they
claimed .95): what moves a shop's total is what no model of its customers knows, season and trade.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import ndtri, stdtrit

from scoring import churn
from scoring.backtest.contest import STANDARD
from scoring.backtest.forecaster import expected_spend, of_fit
from scoring.backtest.measures import bias
from scoring.backtest.window import cut
from scoring.choice import settle

if TYPE_CHECKING:
    from scoring.backtest.window import Window
    from scoring.history import History

TOO_SHORT = "TOO_SHORT"
"""The history does not hold enough origins with enough days before and after them."""
TOO_FEW_ORDERS = "TOO_FEW_ORDERS"
"""The windows hold too few transactions to compare totals."""

ORIGINS = 6
FLOOR = 0.10
SAMPLE = 10_000

_LEAST_DAYS = 14
_LEAST_TRANSACTIONS = 10
_LEAST_ORIGINS = 3
_SEASON_DAYS = 365.25 / 4
"""A year's wave is uncorrelated with itself so many days later."""


@dataclass(frozen=True, slots=True)
class RollingError:
    """One earlier day, and how far the model was off in the window after it."""

    origin: int
    """Day since 1970-01-01."""
    customers: int
    """Of the sample, known at the origin."""
    transactions: float
    """Predicted over actual transactions, minus 1."""
    value: float | None
    """The same of net revenue; None where there was none."""


@dataclass(frozen=True, slots=True)
class RollingErrors:
    """The model's errors of totals, from the latest origin back."""

    days: int
    """Length of the windows."""
    horizon_days: int
    """Length that was wished for."""
    errors: tuple[RollingError, ...]
    reason: str | None
    """Why there are no errors; None where there are."""


def rolling_errors(
    history: History,
    *,
    as_of: int,
    horizon_days: int,
    origins: int = ORIGINS,
    model: str = STANDARD,
    size: int = SAMPLE,
) -> RollingErrors:
    """Forecast from evenly spaced earlier origins, and compare totals with what came.

    The windows are as long as the horizon, or a third of the history where that is shorter; the first origin
    leaves a third before it. A sample of customers stands for all.

    Args:
        history: order rows; those of `as_of` and later play no part.
        as_of: the day at whose start the last window ends.
        horizon_days: length of the forecast whose error is wanted.
        origins: how many origins at most.
        model: a purchase model; at an origin where it can not be identified, `choice.settle` tells what is
            used instead.
        size: customers in the sample at most.
    """
    sample = history.sample(size).between(None, as_of)
    _, days_seen = sample.purchases()
    first = int(days_seen.min()) if len(days_seen) else as_of
    third = (as_of - first) // 3
    days = min(horizon_days, third)
    if days < _LEAST_DAYS:
        return RollingErrors(days, horizon_days, (), TOO_SHORT)
    starts = np.unique(np.rint(np.linspace(first + third, as_of - days, origins)).astype(int))[::-1]
    found = [error(cut(sample, int(origin), days), model) for origin in starts]
    errors = tuple(each for each in found if each is not None)
    reason = None if len(errors) >= _LEAST_ORIGINS else TOO_FEW_ORDERS
    return RollingErrors(days, horizon_days, errors if reason is None else (), reason)


def error(window: Window, model: str = STANDARD) -> RollingError | None:
    """The error of the totals of one window; None with fewer than 10 transactions in it."""
    customers, actual = window.calibration, int(window.transactions.sum())
    if actual < _LEAST_TRANSACTIONS:
        return None
    fit = settle(customers, model).fit
    expected = of_fit(fit, customers, churn.silence(customers.gaps).q95).expected(window.days)
    value = float((expected * expected_spend(customers)).sum())
    off = bias(float(expected.sum()), actual)
    if off is None:
        return None
    return RollingError(window.origin, len(customers), off, bias(value, float(window.spend.sum())))


def total_interval(
    total: float, errors: RollingErrors, level: float = 0.9, floor: float = FLOOR, *, of: str = "value"
) -> tuple[float, float] | None:
    """The interval of a tenant's total over the horizon, `total * exp(-+ w)`; None where there are no errors.

    Args:
        total: the forecast, >= 0.
        errors: from `rolling_errors`.
        level: share of the totals that should lie within, 0 < level < 1.
        floor: the least spread.
        of: "value" or "transactions".
    """
    width = _width(errors, level, floor, of)
    return None if width is None else (total * float(np.exp(-width)), total * float(np.exp(width)))


def common_spread(
    errors: RollingErrors | None, *, of: str, floor: float = FLOOR, level: float = 0.9
) -> float:
    """Standard deviation of the logarithm of the factor by which a tenant's totals will be off.

    That of the normal distribution whose central `level` is the interval of the total. Every customer shares
    the factor, so this is what `scoring.intervals` takes as `common`. Without errors it is the floor.

    Args:
        errors, level, floor, of: as of `total_interval`.
    """
    width = None if errors is None else _width(errors, level, floor, of)
    return floor if width is None else width / float(ndtri(0.5 + level / 2.0))


def _width(errors: RollingErrors, level: float, floor: float, of: str) -> float | None:
    """How far the logarithm of a total may lie from that of its forecast, either way.

    The spread s of the logarithm is the root mean square of `log(1 + error)`, about 0 and not about its mean:
    a bias of the past is error, too. `w = s * t` with Student's quantile on as many degrees of freedom as
    independent errors fit between the first origin and the last. Windows that overlap tell the same, and so
    do those of one season: of two moments in the year's wave, whose autocorrelation is
    `cos(2 pi days / 365.25)`, the later tells something new from a quarter of a year on. s is at least
    `floor`, then with the normal quantile, and w grows with the square root of the horizon over the windows'
    length where they had to be shorter.
    """
    known = [(each.origin, off) for each in errors.errors if (off := getattr(each, of)) is not None]
    known = [(origin, off) for origin, off in known if off > -1.0]
    if len(known) < _LEAST_ORIGINS:
        return None
    starts, offs = (np.array(part) for part in zip(*known, strict=True))
    spread = float(np.sqrt(np.mean(np.log1p(offs) ** 2)))
    apart = max(errors.days, _SEASON_DAYS)
    independent = min(1.0 + float(starts.max() - starts.min()) / apart, float(len(known)))
    tail = 0.5 + level / 2.0
    reach = float(np.sqrt(max(errors.horizon_days / errors.days, 1.0)))
    return reach * max(spread * float(stdtrit(independent, tail)), floor * float(ndtri(tail)))
