"""One run of the analyses over a tenant's customers: low-data rule, choice of model, scores and summaries.

Pure: `analyse` reads nothing, writes nothing and knows no clock. The same customers give the same result,
bit for bit, whatever the order of the rows they were summarised from.

Below 30 repeat buyers there is no model (flag `LOW_DATA`): expected values come from `heuristics.own_rate`
and `spend.typical_spend`, the risk class from the customer's silence alone, and the probabilities are
unknown (NaN).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from scoring import baselines, churn, clv, heuristics, rfm, spend, summaries
from scoring.backtest.rolling import TOO_FEW_ORDERS, rolling_errors, total_interval
from scoring.choice import LOW_DATA, Choice, choose
from scoring.histograms import probability_histogram, value_histogram
from scoring.outlook import Outlook, look
from scoring.results import (
    Analysis,
    ChurnAnalysis,
    ChurnOverview,
    ChurnSummary,
    ClvAnalysis,
    ClvOverview,
    ClvSummary,
    ModelReport,
    RfmAnalysis,
    RfmOverview,
    RfmSummary,
    SegmentRow,
    TotalInterval,
)
from scoring.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from scoring.history import History
    from scoring.transactions import Customers

    Progress: TypeAlias = Callable[[str, float], None]

__all__ = [
    "ANALYSES",
    "Analysis",
    "ChurnAnalysis",
    "ChurnOverview",
    "ChurnSummary",
    "ClvAnalysis",
    "ClvOverview",
    "ClvSummary",
    "ModelReport",
    "RfmAnalysis",
    "RfmOverview",
    "RfmSummary",
    "SegmentRow",
    "TotalInterval",
    "analyse",
]

ANALYSES = frozenset({"rfm", "clv", "churn"})

NO_HISTORY = "NO_HISTORY"
"""A total has no interval: there were no order rows to look back with."""
LEVEL = 0.9
"""Level of the interval of a total."""


@dataclass(frozen=True, slots=True, eq=False)
class _Tenant:
    """The customers with what several analyses need of them, computed once."""

    customers: Customers
    monetary: NDArray[np.int64]
    mean_value: NDArray[np.float64]
    usual: churn.Silence

    @classmethod
    def of(cls, customers: Customers, scale: int, settings: Settings) -> _Tenant:
        paid = in_units(customers.transaction_value, scale)
        return cls(
            customers=customers,
            monetary=in_units(customers.monetary, scale),
            mean_value=np.maximum(paid, 1) / customers.frequency,
            usual=settings.silence(customers.gaps),
        )


def in_units(money: Any, scale: int) -> NDArray[np.int64]:
    """Whole units of money: integers are taken as such, floats as currency, rounded half to even."""
    values = np.asarray(money)
    return (
        clv.in_units(values * float(scale))
        if values.dtype.kind == "f"
        else values.astype(np.int64, copy=False)
    )


def analyse(
    customers: Customers,
    *,
    analyses: frozenset[str] = ANALYSES,
    settings: Settings | None = None,
    scale: int = 10_000,
    progress: Progress | None = None,
    history: History | None = None,
) -> Analysis:
    """Run the analyses asked for.

    Args:
        customers: from `transactions.summarise`; its money as `in_units` takes it.
        analyses: a subset of `ANALYSES`.
        settings: the tenant's choices.
        scale: units of money in one unit of the currency.
        progress: called with the name of each step (rfm, model, clv, churn) and the share of the run done
            when it starts, from 0 to 1; lastly with ("done", 1.0).
        history: the rows the customers were summarised from, in the unit of 1/scale. With them the model is
            selected on a window held out (`choice.choose`), and the total of expected values gets an interval
            from the model's errors at earlier days (`backtest.rolling`).

    Raises:
        ValueError: an unknown analysis or a scale below 1.
    """
    if not analyses <= ANALYSES or scale < 1:
        raise ValueError(f"analyses must be among {', '.join(sorted(ANALYSES))}, and scale at least 1")
    chosen, tell = settings or Settings(), progress or _silent
    tell("rfm", 0.0)
    tenant = _Tenant.of(customers, scale, chosen)
    segments = _rfm(tenant, chosen) if "rfm" in analyses else None
    tell("model", 0.1)
    models = _models(tenant, analyses, history) if analyses & {"clv", "churn"} else None
    tell("clv", 0.7)
    values = _clv(tenant, models, chosen, history) if models and models.spend else None
    tell("churn", 0.8)
    risks = _churn(tenant, models, values) if models and "churn" in analyses else None
    tell("done", 1.0)
    return Analysis(
        as_of=customers.as_of,
        id=customers.id,
        rfm=segments,
        clv=values,
        churn=risks,
        model=None if models is None else _report(models),
        without_transaction=customers.without_transaction,
        without_transaction_value=int(in_units([customers.without_transaction_value], scale)[0]),
    )


def _silent(step: str, share: float) -> None:
    """No one is listening."""


def _rfm(tenant: _Tenant, settings: Settings) -> RfmAnalysis:
    recency, frequency = tenant.customers.recency_days, tenant.customers.frequency
    scores = rfm.score(
        recency,
        frequency,
        tenant.monetary,
        cells=settings.segment_cells,
        map_version=settings.segment_map_version,
    )
    summary = RfmSummary(
        overview=summaries.rfm_overview(recency, frequency, tenant.monetary),
        distribution=summaries.distribution(scores.segment, recency, frequency, tenant.monetary),
        grid=summaries.grid(scores.r, scores.f, tenant.monetary),
        recency_edges=scores.edges.recency,
        frequency_edges=scores.edges.frequency,
        monetary_edges=scores.edges.monetary,
        map_version=scores.map_version,
    )
    return RfmAnalysis(r=scores.r, f=scores.f, m=scores.m, segment=scores.segment, summary=summary)


@dataclass(frozen=True, slots=True, eq=False)
class _Models:
    """What has been fitted."""

    choice: Choice
    outlook: Outlook | None
    """None without a purchase model."""
    rule: baselines.Rule | None
    """What foretells the next order where it was found better at it than any purchase model."""
    spend: spend.SpendFit | None


def _models(tenant: _Tenant, analyses: frozenset[str], history: History | None) -> _Models:
    customers, horizon = tenant.customers, tenant.usual.horizon_days
    choice = choose(customers, history=history, horizon=horizon)
    rule = None
    if choice.baseline and history is not None:
        rule = baselines.last_window(baselines.past(history, customers, horizon))
    return _Models(
        choice=choice,
        outlook=look(choice.fit, customers) if choice.fit else None,
        rule=rule,
        spend=spend.fit(customers.frequency, tenant.mean_value) if "clv" in analyses else None,
    )


def _churn(tenant: _Tenant, models: _Models, values: ClvAnalysis | None) -> ChurnAnalysis:
    usual, recency = tenant.usual, tenant.customers.recency_days
    unknown = np.full(len(recency), np.nan)
    returns = models.rule or models.outlook
    p_return = returns.p_return(usual.horizon_days) if returns else None
    risk = churn.risk(recency, usual, p_return)
    probability = unknown if p_return is None else 1.0 - p_return
    worth = (values.expected_value, values.predicted_value) if values else None
    summary = ChurnSummary(
        overview=summaries.churn_overview(risk),
        histogram=probability_histogram(probability),
        values=summaries.risk_values(risk, *worth) if worth else (),
        horizon_days=usual.horizon_days,
        silence_q50=usual.q50,
        silence_q80=usual.q80,
        silence_q95=usual.q95,
    )
    return ChurnAnalysis(
        probability=probability,
        p_alive=models.outlook.p_alive if models.outlook else unknown,
        risk=risk,
        summary=summary,
    )


def _ahead(tenant: _Tenant, models: _Models, settings: Settings) -> clv.Ahead:
    if models.outlook is None:
        rate = heuristics.pace(tenant.customers, tenant.usual.q95).rate
        return clv.ahead_at_rate(rate, settings.months, settings.annual_rate)
    return models.outlook.ahead(settings.months, settings.annual_rate)


def _clv(tenant: _Tenant, models: _Models, settings: Settings, history: History | None) -> ClvAnalysis:
    ahead = _ahead(tenant, models, settings)
    worth = np.zeros(0)
    if models.spend is not None:
        worth = models.spend.expected_spend(tenant.customers.frequency, tenant.mean_value)
    expected = clv.in_units(ahead.discounted * worth)
    predicted = tenant.monetary + expected
    tier, high_from, medium_from = clv.tiers(predicted, settings.high_share, settings.medium_share)
    overview = summaries.clv_overview(tenant.monetary, expected, tier)
    return ClvAnalysis(
        historical_value=tenant.monetary,
        expected_value=expected,
        predicted_value=predicted,
        expected_orders=ahead.orders,
        tier=tier,
        summary=ClvSummary(
            overview=overview,
            histogram=value_histogram(predicted),
            high_from=high_from,
            medium_from=medium_from,
            months=settings.months,
            annual_rate=settings.annual_rate,
            interval=_interval(tenant, models, settings, history, overview.total_expected_value),
        ),
    )


def _interval(
    tenant: _Tenant, models: _Models, settings: Settings, history: History | None, total: int
) -> TotalInterval:
    if history is None:
        return TotalInterval(None, None, LEVEL, NO_HISTORY)
    fit, days = models.choice.fit, round(clv.MONTH_DAYS * settings.months)
    if fit is None:
        return TotalInterval(None, None, LEVEL, LOW_DATA)
    errors = rolling_errors(history, as_of=tenant.customers.as_of, horizon_days=days, model=fit.model)
    found = total_interval(float(total), errors, LEVEL)
    if found is None:
        return TotalInterval(None, None, LEVEL, errors.reason or TOO_FEW_ORDERS, errors)
    low, high = clv.in_units(np.array(found)).tolist()
    return TotalInterval(low, high, LEVEL, None, errors)


def _report(models: _Models) -> ModelReport:
    choice, fit, money = models.choice, models.choice.fit, models.spend
    fitted = money is not None and not money.heuristic
    return ModelReport(
        name=fit.model if fit else "heuristic",
        reason=choice.reason,
        customers=choice.customers,
        repeat_customers=choice.repeat_customers,
        parameters=fit.parameters if fit else {},
        standard_errors={name: _known(error) for name, error in fit.standard_errors.items()} if fit else {},
        log_likelihood=_known(fit.log_likelihood) if fit else None,
        flags=choice.flags,
        rejected=choice.rejected,
        candidates=choice.candidates,
        window_days=choice.window_days,
        spend_name=None if money is None else "gamma_gamma" if fitted else "heuristic",
        spend_parameters=money.parameters if money is not None and fitted else {},
        spend_flags=() if money is None else money.flags,
    )


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None
