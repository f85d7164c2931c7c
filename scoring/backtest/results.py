"""What a backtest results in; `as_dict` is JSON-able: integers, finite floats, strings, None."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scoring.backtest.contest import Candidate
    from scoring.backtest.measures import Decile


@dataclass(frozen=True, slots=True)
class RiskClass:
    """One class of `churn.RISKS`, and how many of its customers came back."""

    risk: str
    customers: int
    returned: int
    rate: float | None
    """Share that ordered within `Backtest.risk_days`; None of nobody."""


@dataclass(frozen=True, slots=True)
class Score:
    """One forecaster against what happened. A figure is None where it is not defined or not foretold."""

    name: str
    """A purchase model, `nbd`, `heuristic`, or a baseline of `baselines.NAMES`."""
    role: str
    """`model` (what a run would use), `other_model` or `baseline`."""
    flags: tuple[str, ...]
    transactions: float
    """Predicted of all customers."""
    transactions_bias: float | None
    """Predicted over actual, minus 1; None where nobody ordered."""
    value: int
    """Predicted net revenue, in 1/scale."""
    value_bias: float | None
    rmse: float | None
    """Of a customer's transactions."""
    mae: float | None
    log_loss: float | None
    """Of "returned within the holdout", as Brier score and AUC."""
    brier: float | None
    auc: float | None
    top_decile_share: float | None
    """Share of the revenue brought by the tenth of customers with the highest predicted value."""
    deciles: tuple[Decile, ...]
    """Calibration of P(return), by rising probability."""
    gains: tuple[float, ...]
    """Share of the revenue brought by the best 0, 5, ..., 100 % of customers by predicted value."""
    risk_classes: tuple[RiskClass, ...]


@dataclass(frozen=True, slots=True)
class Week:
    """Cumulative transactions to the end of a week; the customers' first ones are not counted."""

    day: int
    """The day at whose start the week has ended, since 1970-01-01."""
    actual: int
    model: float | None
    """What the model makes of customers who each start at their first transaction, knowing nothing else; None
    without a purchase model."""
    forecast: float | None
    """From the origin on: the actual count there and what was foretold; None before."""


@dataclass(frozen=True, slots=True)
class Win:
    """Who is best on a measure."""

    measure: str
    """A field of `Score`."""
    name: str
    role: str
    value: float
    model_value: float
    """What the run's model reached."""


@dataclass(frozen=True, slots=True)
class Backtest:
    """How well the last days would have been foretold. Without a forecast, `reason` says why."""

    as_of: int
    origin: int
    """First day held out, since 1970-01-01; the forecasters saw only days before."""
    holdout_days: int
    reason: str | None
    """Code: `NO_ORDERS`, `TOO_SHORT` (nobody had ordered before the origin; no scores), `LOW_DATA` (no model,
    so no probabilities of the run's own), `NOBODY_RETURNED` (the window was empty); None when all is well."""
    sentences: tuple[str, ...]
    """The result in words for the shop's owner."""
    customers: int
    """Known at the origin."""
    transactions: int | None
    """Theirs, in the window."""
    returned: int | None
    revenue: int | None
    """Their net revenue in the window, in 1/scale."""
    horizon_days: int | None
    """Horizon of churn as it was known at the origin."""
    risk_days: int | None
    """Days within which a return counts for the risk classes: the horizon, or the holdout if shorter."""
    model: str | None
    model_reason: str | None
    flags: tuple[str, ...]
    candidates: tuple[Candidate, ...]
    """The table from which the model was chosen before the origin."""
    window_days: int | None
    scores: tuple[Score, ...]
    """The run's model first, then the other purchase models, then the baselines."""
    wins: tuple[Win, ...]
    """By measure."""
    weeks: tuple[Week, ...]

    def as_dict(self) -> dict[str, Any]:
        """Plain dicts, tuples, strings, finite numbers and None, for JSON."""
        return asdict(self)
