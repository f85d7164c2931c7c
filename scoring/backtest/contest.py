"""Which candidate foretells best who orders again: decided on a window held out inside the history.

By log-loss, not by likelihood: what counts is the probability that a run stores, not how well a model tells
the past. The purchase models are fitted to, and all are judged by, the same at most 20,000 customers.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from scoring import baselines, purchase
from scoring.backtest.measures import log_loss
from scoring.backtest.window import cut
from scoring.outlook import look

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring.backtest.window import Window
    from scoring.history import History
    from scoring.transactions import Customers

    Floats: TypeAlias = NDArray[np.float64]

STANDARD = "mbg_nbd"
SIMPLE = "nbd"
MODELS = (STANDARD, "mbg_cnbd_k")
"""The purchase models that compete, the standard one first; equal log-losses go to the first."""

SHORTEST = 30
"""Days below which no window is held out."""
PRIOR_BELOW = 500
"""Customers below which weak priors steady a fit."""

_SAMPLE = 20_000
_LEAST = 30


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row of the table that a choice was made from."""

    name: str
    """A purchase model's name or `last_window`."""
    log_loss: float
    """Of "orders again within the window", mean over customers; lower is better."""
    chosen: bool
    reason: str
    """Why, or why not, in words."""
    flags: tuple[str, ...] = ()
    """Of the fit."""

    @property
    def usable(self) -> bool:
        """Whether the fit is none that has to be replaced by a simpler one."""
        return not purchase.DEGENERATE.intersection(self.flags)


@dataclass(frozen=True, slots=True)
class Contest:
    """The table, by the candidates' order; empty where no window could be held out."""

    days: int
    """Length of the window."""
    candidates: tuple[Candidate, ...]

    @property
    def winner(self) -> str | None:
        """The candidate that was chosen."""
        return next((each.name for each in self.candidates if each.chosen), None)

    @property
    def model(self) -> str:
        """The best purchase model, which a baseline may have beaten; the standard one without a table."""
        able = [each for each in self.candidates if each.usable and each.name != baselines.LAST_WINDOW]
        return min(able, key=lambda each: each.log_loss).name if able else STANDARD


def hold(history: History, *, as_of: int, horizon: int, age: int) -> Contest:
    """Let the candidates foretell who orders within the last days before `as_of`.

    The window is as long as the horizon of churn, but no longer than half of the history. There is no table
    where that leaves less than 30 days, or a sample with fewer than 30 repeat buyers before the window, 30
    who return in it or 30 who do not.

    Args:
        history: the tenant's order rows; a sample by hash of the id is used.
        as_of: the run's day; later rows play no part.
        horizon: days of the horizon of churn.
        age: days since the tenant's first transaction.
    """
    days = min(horizon, age // 2)
    if days < SHORTEST:
        return Contest(days, ())
    sample = history.sample(_SAMPLE)
    window = cut(sample, as_of - days, days)
    returned = window.returned()
    back = int(returned.sum())
    if int((window.calibration.x > 0).sum()) < _LEAST or not _LEAST <= back <= len(returned) - _LEAST:
        return Contest(days, ())
    known = baselines.past(sample, window.calibration, days)
    share = baselines.last_window(known).p_return(days)
    rule = Candidate(baselines.LAST_WINDOW, _loss(share, returned), False, "")
    return decide(days, [*_models(window), rule])


def _models(window: Window) -> list[Candidate]:
    """The purchase models; the NBD stands in for a standard model that can not be identified."""
    found = [_of_model(name, window) for name in MODELS if name in purchase.MODELS]
    if not found[0].usable:
        found.insert(1, _of_model(SIMPLE, window))
    return found


def _of_model(name: str, window: Window) -> Candidate:
    fit = fitted(name, window.calibration)
    p_return = look(fit, window.calibration).p_return(window.days)
    return Candidate(name, _loss(p_return, window.returned()), False, "", fit.flags)


def fitted(name: str, customers: Customers) -> purchase.PurchaseFit:
    """A purchase model fitted to customers, with weak priors below 500 of them."""
    few = len(customers) < PRIOR_BELOW
    return purchase.fit(name, customers.x, customers.t_x, customers.T, prior=few)


def _loss(p: Floats, returned: NDArray[np.bool_]) -> float:
    found = log_loss(p, returned)
    return np.inf if found is None else found


def decide(days: int, rows: list[Candidate]) -> Contest:
    """Choose the usable candidate with the lowest log-loss, of equals the first, and tell why.

    At least one has to be usable, as the last-window rate always is.
    """
    best = min((row for row in rows if row.usable), key=lambda row: row.log_loss)
    return Contest(days, tuple(replace(row, chosen=row is best, reason=_reason(row, best)) for row in rows))


def _reason(row: Candidate, best: Candidate) -> str:
    if row is best:
        return "It foretold best who would order again."
    if not row.usable:
        return f"Its parameters can not be told from the orders ({', '.join(row.flags)})."
    return f"Its log-loss is {row.log_loss - best.log_loss:.4f} above the best."
