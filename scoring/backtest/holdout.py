"""The backtest: hold the last days out, choose and fit on the rest as a run does, and compare."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scoring import baselines, churn, purchase
from scoring.backtest import sentences
from scoring.backtest.contest import fitted
from scoring.backtest.forecaster import (
    BASELINE,
    HEURISTIC,
    MODEL,
    OTHER_MODEL,
    Forecaster,
    expected_spend,
    of_fit,
    own_mean,
)
from scoring.backtest.results import Backtest
from scoring.backtest.score import score, wins
from scoring.backtest.tracking import weeks
from scoring.backtest.window import cut
from scoring.choice import LOW_DATA, choose
from scoring.history import History
from scoring.outlook import look
from scoring.settings import Settings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scoring.backtest.forecaster import Orders
    from scoring.backtest.results import Score
    from scoring.backtest.window import Window
    from scoring.choice import Choice
    from scoring.history import Adjustments

NO_ORDERS = "NO_ORDERS"
TOO_SHORT = "TOO_SHORT"
NOBODY_RETURNED = "NOBODY_RETURNED"

COMPARED = ("mbg_nbd", "bg_nbd", "pareto_nbd", "mbg_cnbd_k")
"""Purchase models a run's own is compared with."""


def backtest(
    customer: NDArray[np.int64],
    day: NDArray[np.int32],
    amount: NDArray[np.int64],
    *,
    as_of: int,
    holdout: int = 180,
    adjustment: Adjustments | None = None,
    settings: Settings | None = None,
    scale: int = 10_000,
    other_models: bool = True,
) -> Backtest:
    """Foretell the last `holdout` days before the start of day `as_of` from the days before them.

    Too little data is no error: the result then says by `reason` and in words what is missing. The money is
    not discounted: the window lies in the past. Refunds linked to an order net on its day, so a refund given
    within the window already shows in the orders before it.

    Args:
        customer, day, amount: order rows in any order, as `transactions.summarise` takes them; days from
            `as_of` on are left out.
        as_of: day since 1970-01-01.
        holdout: days to hold out, >= 1.
        adjustment: (customer, day, amount) of refunds that belong to no order; they lower revenue.
        settings: the tenant's choices; the churn horizon plays a part.
        scale: units of money in one unit of the currency, for the sentences.
        other_models: compare with the purchase models a run would not use, too; they cost time.

    Raises:
        ValueError: holdout or scale below 1, or arrays that are no order rows.
    """
    if holdout < 1 or scale < 1:
        raise ValueError("holdout and scale must be at least 1")
    history = History(customer, day, amount, adjustment).between(None, as_of)
    window = cut(history, as_of - holdout, holdout)
    if len(window.calibration) == 0:
        return _impossible(history, as_of, holdout)
    usual = (settings or Settings()).silence(window.calibration.gaps)
    known = history.between(None, window.origin)
    choice = choose(window.calibration, history=known, horizon=usual.horizon_days)
    field = _Field(window, known, choice, usual)
    model = field.model()
    scores = field.scores(model, other_models=other_models)
    return field.result(history, model.orders, scores, scale)


def _impossible(history: History, as_of: int, holdout: int) -> Backtest:
    some = len(history.purchases()[0]) > 0
    return Backtest(
        as_of=as_of,
        origin=as_of - holdout,
        holdout_days=holdout,
        reason=TOO_SHORT if some else NO_ORDERS,
        sentences=(sentences.too_short(holdout) if some else sentences.no_orders(),),
        customers=0,
        transactions=None,
        returned=None,
        revenue=None,
        horizon_days=None,
        risk_days=None,
        model=None,
        model_reason=None,
        flags=(),
        candidates=(),
        window_days=None,
        scores=(),
        wins=(),
        weeks=(),
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Field:
    """A window, and what a run at its origin would have known and chosen."""

    window: Window
    known: History
    """The rows before the origin."""
    choice: Choice
    usual: churn.Silence

    def scores(self, model: Forecaster, *, other_models: bool) -> tuple[Score, ...]:
        """The run's model, other purchase models, and the baselines."""
        customers, past = self.window.calibration, self._past(self.window.days)
        found = [score(model, self.window, self.usual, self.choice.flags)]
        others = [name for name in COMPARED if name in purchase.MODELS and name != model.name]
        for name in others if other_models and self.choice.fit else ():
            fit = fitted(name, customers)
            view = look(fit, customers)
            other = Forecaster(name, OTHER_MODEL, view, view, model.worth)
            found.append(score(other, self.window, self.usual, fit.flags))
        mean = own_mean(customers)
        for name, rule_of in baselines.RULES.items():
            rule = rule_of(past)
            found.append(score(Forecaster(name, BASELINE, rule, rule, mean), self.window, self.usual, ()))
        return tuple(found)

    def model(self) -> Forecaster:
        """What a run would have used."""
        fit, customers = self.choice.fit, self.window.calibration
        orders = of_fit(fit, customers, self.usual.q95)
        returns = orders
        if self.choice.baseline:
            returns = baselines.last_window(self._past(self.usual.horizon_days))
        name = fit.model if fit else HEURISTIC
        return Forecaster(name, MODEL, orders, returns, expected_spend(customers))

    def _past(self, days: int) -> baselines.Past:
        return baselines.past(self.known, self.window.calibration, days)

    def result(self, history: History, orders: Orders, scores: tuple[Score, ...], scale: int) -> Backtest:
        """The scores with who won what, by week (by the run's forecast of orders) and in words."""
        window, choice, best = self.window, self.choice, wins(scores)
        risk_days = min(self.usual.horizon_days, window.days)
        quiet = NOBODY_RETURNED if not window.returned().any() else None
        return Backtest(
            as_of=window.origin + window.days,
            origin=window.origin,
            holdout_days=window.days,
            reason=LOW_DATA if choice.fit is None else quiet,
            sentences=sentences.told(window, scores[0], best, risk_days, scale),
            customers=len(window.calibration),
            transactions=int(window.transactions.sum()),
            returned=int(window.returned().sum()),
            revenue=int(window.spend.sum()),
            horizon_days=self.usual.horizon_days,
            risk_days=risk_days,
            model=scores[0].name,
            model_reason=choice.reason,
            flags=choice.flags,
            candidates=choice.candidates,
            window_days=choice.window_days,
            scores=scores,
            wins=best,
            weeks=weeks(orders, window, history),
        )
