"""A backtest in words that a shop's owner understands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scoring import baselines
from scoring.backtest.forecaster import BASELINE
from scoring.backtest.score import MEASURES

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scoring.backtest.results import RiskClass, Score, Win
    from scoring.backtest.window import Window

NAMES = {
    baselines.HISTORICAL_RATE: "each customer's pace so far",
    baselines.LAST_WINDOW: "what customers did in the last window",
    baselines.HIATUS: "the rule that the long silent are gone",
}

_RISKS = {"at_risk": "at risk"}
_HUNDRED = 100


def no_orders() -> str:
    """Why there is nothing to test."""
    return "There are no orders before the day asked for, so there is nothing to test."


def too_short(days: int) -> str:
    """Why nothing could be foretold."""
    return f"Nobody had ordered before the last {days} days, so there is nothing to foretell them from."


def told(window: Window, model: Score, wins: Sequence[Win], risk_days: int, scale: int) -> tuple[str, ...]:
    """The sentences of a backtest that could be made."""
    first, last = _date(window.origin), _date(window.origin + window.days - 1)
    found = [
        f"The last {window.days} days, {first} to {last}, were held out; what follows was foretold from the "
        "days before."
    ]
    actual = int(window.transactions.sum())
    if actual == 0:
        return (*found, f"Nobody of {_customers(len(window.transactions))} ordered in them.")
    found.append(_total("orders", f"{model.transactions:,.0f}", f"{actual:,}", model.transactions_bias))
    revenue = int(window.spend.sum())
    if model.value_bias is not None:
        told_value, real = f"{model.value / scale:,.0f}", f"{revenue / scale:,.0f}"
        found.append(_total("revenue", told_value, real, model.value_bias))
    found += [_class(each, risk_days) for each in model.risk_classes if each.customers]
    if model.top_decile_share is not None:
        share = f"{100 * model.top_decile_share:.0f} %"
        found.append(f"The tenth of customers from whom most was expected brought {share} of the revenue.")
    return (*found, *_baselines(wins, any_probability=model.log_loss is not None))


def _total(what: str, predicted: str, actual: str, bias: float | None) -> str:
    off = round(100 * (bias or 0.0))
    verdict = "just as many" if off == 0 else f"{abs(off)} % too {'much' if off > 0 else 'little'}"
    if what == "orders" and off:
        verdict = f"{abs(off)} % too {'many' if off > 0 else 'few'}"
    elif off == 0 and what != "orders":
        verdict = "just as much"
    return f"Expected {what}: {predicted}; actual: {actual} (expected {verdict})."


def _class(row: RiskClass, days: int) -> str:
    name = _RISKS.get(row.risk, row.risk)
    if row.customers >= _HUNDRED:
        rate = round(_HUNDRED * (row.rate or 0.0))
        return f"Of {_HUNDRED} customers called {name}, {rate} came back within {days} days."
    return f"Of {_customers(row.customers)} called {name}, {row.returned} came back within {days} days."


def _customers(count: int) -> str:
    return f"{count:,} customer{'' if count == 1 else 's'}"


def _baselines(wins: Sequence[Win], *, any_probability: bool) -> list[str]:
    better = [win for win in wins if win.role == BASELINE]
    if better:
        return [
            f"A rule of thumb did better than the model: {NAMES[win.name]} was {MEASURES[win.measure]}, "
            f"{_figures(win)}."
            for win in better
        ]
    if not any_probability:
        return ["There are too few repeat buyers to tell who would come back, so that was not tested."]
    return ["No rule of thumb did better than the model."]


def _figures(win: Win) -> str:
    if win.measure == "transactions_bias":
        return f"by {100 * abs(win.value):.0f} % against {100 * abs(win.model_value):.0f} %"
    return f"{win.value:.3f} against {win.model_value:.3f}"


def _date(day: int) -> str:
    return str(np.datetime64(day, "D"))
