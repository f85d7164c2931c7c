"""Rules of thumb that a model has to beat: each foretells transactions and P(return) of the days ahead.

Expected transactions are the rule itself. Its P(return) is calibrated on the window before: customers are
put into classes by what the rule looks at, and a class returns as often as the customers who were of that
class a window ago did since. Both need nothing but the calibration.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from scoring import churn, heuristics
from scoring.backtest.window import cut
from scoring.transactions import positions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring.backtest.window import Window
    from scoring.history import History
    from scoring.transactions import Customers

Floats: TypeAlias = "NDArray[np.float64]"
Classes: TypeAlias = "NDArray[np.intp]"

HISTORICAL_RATE = "historical_rate"
LAST_WINDOW = "last_window"
HIATUS = "hiatus"
NAMES = (HISTORICAL_RATE, LAST_WINDOW, HIATUS)

_MOST = 9
_GAP_ENDS = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Past:
    """What the rules know at an origin: the customers then, and the window before it."""

    customers: Customers
    last: NDArray[np.int32]
    """Transactions of the last `before.days` days, first ones included, of each of the customers."""
    before: Window
    """The customers known a window earlier, and what they did since."""
    before_last: NDArray[np.int32]
    """Their transactions of the window before that."""

    @property
    def days(self) -> int:
        """Length of the window."""
        return self.before.days


def past(history: History, customers: Customers, days: int) -> Past:
    """The past of customers as of `customers.as_of`, in windows of `days` days or of half their history.

    Args:
        history: their order rows; those of other customers and of later days play no part.
        customers: whom to foretell, ids ascending.
        days: the window wished for, >= 1.
    """
    origin = customers.as_of
    age = int(customers.T.max()) if len(customers) else 0
    window = max(1, min(days, age // 2))
    before = cut(history, origin - window, window)
    return Past(
        customers=customers,
        last=_counts(history, customers, origin, window),
        before=before,
        before_last=_counts(history, before.calibration, origin - window, window),
    )


def _counts(history: History, customers: Customers, end: int, days: int) -> NDArray[np.int32]:
    """Transactions of the days from `end - days` to before `end`."""
    ids, _ = history.between(end - days, end).purchases()
    at, _ = positions(customers.id, ids)
    return np.bincount(at, minlength=len(customers)).astype(np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A baseline fitted to a past."""

    name: str
    rate: Floats
    """Expected transactions a day, (N,)."""
    share: Floats
    """P(return) within `days` days, (N,)."""
    days: int

    def expected(self, days: float) -> Floats:
        """Expected transactions of the next days, (N,)."""
        return np.asarray(self.rate * days)

    def p_return(self, days: float) -> Floats:
        """P(at least one transaction within these days), at a constant risk over the window, (N,)."""
        return np.asarray(-np.expm1(np.log1p(-self.share) * (days / self.days)))


def historical_rate(known: Past) -> Rule:
    """Every customer goes on at x / T; classes are none and the tenths of the rates above 0."""
    now, then = _own_rate(known.customers), _own_rate(known.before.calibration)
    edges = np.unique(np.quantile(then[then > 0], np.arange(1, 10) / 10)) if (then > 0).any() else np.zeros(0)
    edges = np.concatenate(([0.0], edges))
    share = _learned(known, np.searchsorted(edges, then), np.searchsorted(edges, now))
    return Rule(HISTORICAL_RATE, now, share, known.days)


def last_window(known: Past) -> Rule:
    """What a customer did in the last window happens again; classes are the counts, from 9 on together."""
    now, then = (np.minimum(counts, _MOST).astype(np.intp) for counts in (known.last, known.before_last))
    return Rule(LAST_WINDOW, known.last / float(known.days), _learned(known, then, now), known.days)


def hiatus(known: Past) -> Rule:
    """Silent for longer than 95 % of the tenant's gaps is gone; the others buy at `heuristics.own_rate`.

    The customer that the gone are taken to be one more of returns as rarely as such a gap ends: in 5 %.
    """
    cutoff = churn.silence(known.customers.gaps).q95
    gone, was_gone = (c.recency_days > cutoff for c in (known.customers, known.before.calibration))
    rate = heuristics.own_rate(known.customers.x, known.customers.T, gone)
    share = _learned(known, was_gone.astype(np.intp), gone.astype(np.intp), rare=(1, _GAP_ENDS))
    return Rule(HIATUS, rate, share, known.days)


RULES = {HISTORICAL_RATE: historical_rate, LAST_WINDOW: last_window, HIATUS: hiatus}


def _own_rate(customers: Customers) -> Floats:
    return np.asarray(customers.x / np.maximum(customers.T, 1).astype(np.float64))


def _learned(known: Past, then: Classes, now: Classes, rare: tuple[int, float] | None = None) -> Floats:
    """Share of each customer's class that returned in the last window.

    A class is taken to hold one customer more, who returns like the average of all (of class `rare[0]`, in a
    share `rare[1]` of cases), and all to hold one who returns every other time: no share is 0 or 1.
    """
    returned = known.before.returned()
    size = int(max(then.max(initial=0), now.max(initial=0))) + 1
    usual = np.full(size, (returned.sum() + 0.5) / (len(returned) + 1.0))
    if rare is not None and rare[0] < size:
        usual[rare[0]] = rare[1]
    n = np.bincount(then, minlength=size)
    back = np.bincount(then, weights=returned, minlength=size)
    return np.asarray(((back + usual) / (n + 1.0))[now])
