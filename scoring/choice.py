"""Which purchase model a run uses, and why, in words for the shop's owner."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from scoring import baselines, purchase
from scoring.backtest.contest import PRIOR_BELOW, SIMPLE, STANDARD, Candidate, Contest, fitted, hold

if TYPE_CHECKING:
    from scoring.history import History
    from scoring.transactions import Customers

LOW_DATA = "LOW_DATA"
"""Fewer than 30 repeat buyers: no model is fitted."""
BASELINE_BETTER = "BASELINE_BETTER"
"""The last-window rate foretold better than any purchase model who would order again."""

LEAST_REPEAT_BUYERS = 30


@dataclass(frozen=True, slots=True)
class Choice:
    """What a run uses.

    Where the last-window rate won (flag `BASELINE_BETTER`), P(order within the horizon), and with it the
    churn probability and the risk class, is the rule's, because that is what it was found to be better at.
    P(alive) and the expected values of the months ahead stay the best purchase model's: a rule of one window
    says nothing of either.
    """

    fit: purchase.PurchaseFit | None
    """None means heuristics."""
    reason: str
    flags: tuple[str, ...]
    """Of the fit that is used, `LOW_DATA` and `BASELINE_BETTER`."""
    customers: int
    repeat_customers: int
    rejected: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Flags of the models that could not be used, by name: of their fit to all customers, or where one of the
    others won the contest, of the standard model's fit to what came before the days held out."""
    candidates: tuple[Candidate, ...] = ()
    """The table the choice was made from; empty where no window could be held out."""
    window_days: int | None = None
    """Length of that window."""

    @property
    def baseline(self) -> bool:
        """Whether P(order within the horizon) is the last-window rate's."""
        return BASELINE_BETTER in self.flags


def choose(customers: Customers, *, history: History | None = None, horizon: int = 90) -> Choice:
    """The candidate that wins `contest.hold`; without a contest the MBG/NBD.

    Whichever model it is, the NBD where the MBG/NBD can not be identified either, and nothing below 30
    repeat buyers. There is no contest without a history, below 500 customers, or where the history is too
    short to hold a part of it out.

    Args:
        customers: as of the run.
        history: their order rows.
        horizon: days of the horizon of churn.
    """
    if history is None or _repeat_buyers(customers) < LEAST_REPEAT_BUYERS:
        return settle(customers)
    contest = None
    if len(customers) >= PRIOR_BELOW:
        age = int(customers.T.max())
        contest = hold(history, as_of=customers.as_of, horizon=horizon, age=age)
    return _explained(settle(customers, contest.model if contest else STANDARD), contest)


def settle(customers: Customers, name: str = STANDARD) -> Choice:
    """The model of that name, or where it can not be identified the standard one, or else the NBD.

    Nothing below 30 repeat buyers.
    """
    count, repeat = len(customers), _repeat_buyers(customers)
    if repeat < LEAST_REPEAT_BUYERS:
        reason = (
            f"{_bought_again(repeat)} more than once, and a model needs {LEAST_REPEAT_BUYERS}; until then "
            "each customer's own pace is carried forward."
        )
        return Choice(None, reason, (LOW_DATA,), count, repeat)
    rejected: dict[str, tuple[str, ...]] = {}
    reason = "Customers buy at their own pace and may leave for good after any purchase."
    if count < PRIOR_BELOW:
        reason += f" With {count} customers, what is usual in other shops steadies the estimate."
    if name not in (STANDARD, SIMPLE):
        fit = fitted(name, customers)
        if not purchase.DEGENERATE.intersection(fit.flags):
            regular = f"{reason} They buy more regularly than by chance."
            return Choice(fit, regular, fit.flags, count, repeat)
        rejected[name] = fit.flags
    fit = fitted(STANDARD, customers)
    defects = purchase.DEGENERATE.intersection(fit.flags)
    if defects:
        rejected[STANDARD] = fit.flags
        fit, reason = fitted(SIMPLE, customers), _why_simple(defects)
    return Choice(fit, reason, fit.flags, count, repeat, rejected)


def _repeat_buyers(customers: Customers) -> int:
    return int((customers.x > 0).sum())


def _bought_again(customers: int) -> str:
    if customers == 0:
        return "No customer has bought"
    return f"Only {customers} customer{' has' if customers == 1 else 's have'} bought"


def _why_simple(defects: frozenset[str]) -> str:
    if purchase.DROPOUT_NOT_IDENTIFIED in defects:
        seen = "Hardly any customer seems to leave for good"
    elif purchase.NO_GAIN_OVER_NBD in defects:
        seen = "The orders do not tell customers who have left from those who buy slowly"
    else:
        seen = "The orders do not pin down how customers leave"
    return f"{seen}, so a simpler model is used in which everyone keeps buying at their own pace."


def _explained(choice: Choice, contest: Contest | None) -> Choice:
    """The choice with the table it was made from, or with why there is none."""
    if contest is None:
        why = f"Candidates compete from {PRIOR_BELOW} customers on."
        return replace(choice, reason=f"{choice.reason} {why}")
    if contest.winner is None:
        why = "The history is too short, or holds too few returns, to let candidates compete."
        return replace(choice, reason=f"{choice.reason} {why}", window_days=None)
    flags, rejected, days = choice.flags, choice.rejected, contest.days
    if contest.winner == baselines.LAST_WINDOW:
        flags = (*flags, BASELINE_BETTER)
        why = (
            f"What customers did in the last {days} days foretold better than any model who would order "
            "again, so the probability of an order comes from that, and only values and P(alive) from the "
            "model."
        )
    elif choice.fit is not None and contest.winner != choice.fit.model:
        why = f"In a test on the last {days} days {contest.winner} did best, but all orders call for another."
    else:
        why = f"In a test on the last {days} days it foretold best who would order again."
    unusable = next((each for each in contest.candidates if each.name == STANDARD and not each.usable), None)
    if unusable is not None and choice.fit is not None and choice.fit.model not in (STANDARD, SIMPLE):
        why += " The standard model could not be used: the orders do not tell how customers leave."
        rejected = {**rejected, STANDARD: unusable.flags}
    return replace(
        choice,
        reason=f"{choice.reason} {why}",
        flags=flags,
        rejected=rejected,
        candidates=contest.candidates,
        window_days=days,
    )
