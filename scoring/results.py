"""What a run of the analyses results in: arrays by customer, and summaries that the run stores.

`dataclasses.asdict` of a summary or of a model report is JSON-able: integers, finite floats, strings, None.
Money is in whole units of 1/scale of the currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from scoring.backtest.contest import Candidate
    from scoring.backtest.rolling import RollingErrors
    from scoring.rfm import Span


@dataclass(frozen=True, slots=True)
class RfmOverview:
    """Figures over all eligible customers; averages are None without customers. Money in 1/scale, exact."""

    total_customers: int
    avg_recency: float | None
    avg_frequency: float | None
    avg_monetary: int | None
    total_revenue: int


@dataclass(frozen=True, slots=True)
class SegmentRow:
    """One of the eleven segments, in the reference's order; averages are None for an empty one."""

    segment: str
    customer_count: int
    percentage: float
    """In percent with two decimals; over all segments they sum to 100.00."""
    avg_recency: float | None
    avg_frequency: float | None
    avg_monetary: int | None


@dataclass(frozen=True, slots=True)
class GridCell:
    """One of the 25 pairs of recency and frequency score; the average is None for an empty one."""

    recency_score: int
    frequency_score: int
    customer_count: int
    percentage: float
    """In percent with two decimals; over all cells they sum to 100.00."""
    revenue: int
    """Net revenue of its customers, in 1/scale, exact."""
    avg_monetary: int | None


@dataclass(frozen=True, slots=True)
class RfmSummary:
    """What a run stores of RFM (`dataclasses.asdict` is JSON-able)."""

    overview: RfmOverview
    distribution: tuple[SegmentRow, ...]
    grid: tuple[GridCell, ...]
    """By recency score, then frequency score, from 1 to 5."""
    recency_edges: tuple[Span, ...]
    """Days."""
    frequency_edges: tuple[Span, ...]
    """Transactions."""
    monetary_edges: tuple[Span, ...]
    """Money in 1/scale."""
    map_version: int


@dataclass(frozen=True, slots=True, eq=False)
class RfmAnalysis:
    """RFM by customer, arrays of shape (N,) in the order of `Customers.id`."""

    r: NDArray[np.uint8]
    f: NDArray[np.uint8]
    m: NDArray[np.uint8]
    segment: NDArray[np.uint8]
    """Code of the segment: position in `rfm.SEGMENTS`."""
    summary: RfmSummary


@dataclass(frozen=True, slots=True)
class ClvOverview:
    """Figures over all eligible customers; averages are None without customers. Money in 1/scale."""

    total_customers: int
    total_historical_value: int
    total_expected_value: int
    total_predicted_value: int
    avg_historical_value: int | None
    avg_expected_value: int | None
    avg_predicted_value: int | None
    high: int
    """Customers in the tier."""
    medium: int
    low: int


@dataclass(frozen=True, slots=True)
class TotalInterval:
    """Where the total of expected values should lie, in 1/scale; both None where that is not known."""

    expected_low: int | None
    expected_high: int | None
    level: float
    reason: str | None
    """Code of why it is not known: `NO_HISTORY`, `LOW_DATA`, `TOO_SHORT` or `TOO_FEW_ORDERS`."""
    errors: RollingErrors | None = None
    """The model's errors at earlier days, which it was made from."""


@dataclass(frozen=True, slots=True)
class ValueBin:
    """Customers of a predicted value from `value_from` to below `value_below`; None: open. In 1/scale."""

    value_from: int | None
    value_below: int | None
    customer_count: int
    total_value: int
    """Of these customers, exact."""


@dataclass(frozen=True, slots=True)
class ClvSummary:
    """What a run stores of CLV."""

    overview: ClvOverview
    histogram: tuple[ValueBin, ...]
    """From low to high; empty without customers."""
    high_from: int | None
    """Lowest predicted value of the tier, in 1/scale; None when the tier is empty."""
    medium_from: int | None
    months: int
    annual_rate: float
    interval: TotalInterval


@dataclass(frozen=True, slots=True, eq=False)
class ClvAnalysis:
    """Value by customer, arrays of shape (N,) in the order of `Customers.id`. Every value is known."""

    historical_value: NDArray[np.int64]
    """Net revenue so far, 1/scale, exact."""
    expected_value: NDArray[np.int64]
    """Discounted revenue expected within the horizon, 1/scale, rounded half to even, >= 0."""
    predicted_value: NDArray[np.int64]
    """historical + expected."""
    expected_orders: NDArray[np.float64]
    """Transactions expected within the horizon, not discounted."""
    tier: NDArray[np.uint8]
    """Position in `clv.TIERS`: 0 high, 1 medium, 2 low."""
    summary: ClvSummary


@dataclass(frozen=True, slots=True)
class ChurnOverview:
    """Figures over all eligible customers; the rate is None without customers."""

    total_customers: int
    churn_rate: float | None
    """Share of customers in churning or churned."""
    at_risk_count: int
    active: int
    at_risk: int
    churning: int
    churned: int


@dataclass(frozen=True, slots=True)
class ProbabilityBin:
    """Customers of a churn probability from `probability_from` to below `probability_below`."""

    probability_from: float
    probability_below: float
    customer_count: int


@dataclass(frozen=True, slots=True)
class RiskValue:
    """What the customers of one risk class are worth, in 1/scale, exact."""

    risk: str
    expected_value: int
    """Revenue expected of them within the horizon of lifetime value."""
    predicted_value: int
    """The same and their revenue so far."""


@dataclass(frozen=True, slots=True)
class ChurnSummary:
    """What a run stores of churn."""

    overview: ChurnOverview
    histogram: tuple[ProbabilityBin, ...]
    """Ten bins, of those customers whose probability is known."""
    values: tuple[RiskValue, ...]
    """By class; empty where lifetime value was not computed."""
    horizon_days: int
    silence_q50: int
    """Quantiles of the tenant's days between transactions, or defaults where there is too little data."""
    silence_q80: int
    silence_q95: int


@dataclass(frozen=True, slots=True, eq=False)
class ChurnAnalysis:
    """Churn by customer, arrays of shape (N,) in the order of `Customers.id`."""

    probability: NDArray[np.float64]
    """1 - P(at least one order within `horizon_days`); NaN (store null) where no model could be fitted."""
    p_alive: NDArray[np.float64]
    """P(alive); NaN (store null) where no model could be fitted."""
    risk: NDArray[np.uint8]
    """Position in `churn.RISKS`: 0 active, 1 at_risk, 2 churning, 3 churned."""
    summary: ChurnSummary


@dataclass(frozen=True, slots=True)
class ModelReport:
    """Which models a run used and why; every float is finite or None."""

    name: str
    """A purchase model or `heuristic`."""
    reason: str
    """A sentence for the shop's owner."""
    customers: int
    repeat_customers: int
    parameters: dict[str, float]
    standard_errors: dict[str, float | None]
    log_likelihood: float | None
    flags: tuple[str, ...]
    """Of the purchase model that was used."""
    rejected: dict[str, tuple[str, ...]]
    """Flags of the purchase models that could not be used, by name: why they could not."""
    candidates: tuple[Candidate, ...]
    """The table the model was chosen from; empty where there was no choice."""
    window_days: int | None
    """Length of the window held out for it."""
    spend_name: str | None
    """`gamma_gamma` or `heuristic`; None when no value was computed."""
    spend_parameters: dict[str, float]
    spend_flags: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Analysis:
    """The result of a run. `dataclasses.asdict` of each `.summary` and of `model` is what the run stores."""

    as_of: int
    id: NDArray[np.int64]
    """Customer ids, ascending: `Customers.id`."""
    rfm: RfmAnalysis | None
    clv: ClvAnalysis | None
    churn: ChurnAnalysis | None
    model: ModelReport | None
    """None when neither clv nor churn was asked for."""
    without_transaction: int
    """Customers with rows but no transaction: they have no scores."""
    without_transaction_value: int
    """Their net revenue in 1/scale."""
