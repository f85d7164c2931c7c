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

from scoring import churn, clv, heuristics, rfm, spend, summaries
from scoring.choice import Choice, choose
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
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

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
    "Settings",
    "analyse",
]

ANALYSES = frozenset({"rfm", "clv", "churn"})


@dataclass(frozen=True, slots=True, eq=False)
class Settings:
    """What a tenant may choose. The defaults are the specification's."""

    months: int = 12
    """Horizon of the expected value, 1 to 120 months of 30.4375 days."""
    annual_rate: float = 0.10
    """Annual discount rate of the expected value, 0 to 10."""
    segment_cells: NDArray[np.uint8] | None = None
    """The tenant's own map (`segments.segment_map`), the built-in one when None."""
    segment_map_version: int = rfm.MAP_VERSION
    """The version of that map."""

    def __post_init__(self) -> None:
        if not 1 <= self.months <= 120:
            raise ValueError("months must be between 1 and 120")
        if not 0.0 <= self.annual_rate <= 10.0:
            raise ValueError("annual_rate must be between 0 and 10")


@dataclass(frozen=True, slots=True, eq=False)
class _Tenant:
    """The customers with what several analyses need of them, computed once."""

    customers: Customers
    monetary: NDArray[np.int64]
    mean_value: NDArray[np.float64]
    x: NDArray[np.int32]
    t_x: NDArray[np.int32]
    T: NDArray[np.int32]
    usual: churn.Silence

    @classmethod
    def of(cls, customers: Customers, scale: int) -> _Tenant:
        paid = in_units(customers.transaction_value, scale)
        return cls(
            customers=customers,
            monetary=in_units(customers.monetary, scale),
            mean_value=np.maximum(paid, 1) / customers.frequency,
            x=customers.x,
            t_x=customers.t_x,
            T=customers.T,
            usual=churn.silence(customers.gaps),
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
) -> Analysis:
    """Run the analyses asked for.

    Args:
        customers: from `transactions.summarise`; its money as `in_units` takes it.
        analyses: a subset of `ANALYSES`.
        settings: the tenant's choices.
        scale: units of money in one unit of the currency.
        progress: called with the name of each step (rfm, model, churn, clv) and the share of the run done
            when it starts, from 0 to 1; lastly with ("done", 1.0).

    Raises:
        ValueError: an unknown analysis or a scale below 1.
    """
    if not analyses <= ANALYSES or scale < 1:
        raise ValueError(f"analyses must be among {', '.join(sorted(ANALYSES))}, and scale at least 1")
    chosen, tell = settings or Settings(), progress or _silent
    tell("rfm", 0.0)
    tenant = _Tenant.of(customers, scale)
    segments = _rfm(tenant, chosen) if "rfm" in analyses else None
    tell("model", 0.1)
    models = _models(tenant, analyses) if analyses & {"clv", "churn"} else None
    tell("churn", 0.7)
    risks = _churn(tenant, models) if models and "churn" in analyses else None
    tell("clv", 0.8)
    values = _clv(tenant, models, chosen) if models and models.spend else None
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
        recency_edges=scores.edges.recency,
        frequency_edges=scores.edges.frequency,
        monetary_edges=scores.edges.monetary,
        map_version=scores.map_version,
    )
    return RfmAnalysis(r=scores.r, f=scores.f, m=scores.m, segment=scores.segment, summary=summary)


@dataclass(frozen=True, slots=True, eq=False)
class _Models:
    """What has been fitted; without a purchase model `p_alive` is NaN."""

    choice: Choice
    p_alive: NDArray[np.float64]
    spend: spend.SpendFit | None
    pairs: tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.intp]]
    """Distinct x and T, and which of them each customer has."""


def _models(tenant: _Tenant, analyses: frozenset[str]) -> _Models:
    choice = choose(tenant.x, tenant.t_x, tenant.T)
    return _Models(
        choice=choice,
        p_alive=choice.fit.p_alive(tenant.x, tenant.t_x, tenant.T)
        if choice.fit
        else np.full(len(tenant.x), np.nan),
        spend=spend.fit(tenant.customers.frequency, tenant.mean_value) if "clv" in analyses else None,
        pairs=clv.distinct(tenant.x, tenant.T),
    )


def _churn(tenant: _Tenant, models: _Models) -> ChurnAnalysis:
    usual, recency = tenant.usual, tenant.customers.recency_days
    p_return = None
    if models.choice.fit:
        x, age, at = models.pairs
        p_return = models.p_alive * models.choice.fit.return_if_alive(usual.horizon_days, x, age)[at]
    risk = churn.risk(recency, usual, p_return)
    summary = ChurnSummary(
        overview=summaries.churn_overview(risk),
        horizon_days=usual.horizon_days,
        silence_q50=usual.q50,
        silence_q80=usual.q80,
        silence_q95=usual.q95,
    )
    probability = np.full(len(risk), np.nan) if p_return is None else 1.0 - p_return
    return ChurnAnalysis(probability=probability, p_alive=models.p_alive, risk=risk, summary=summary)


def _ahead(tenant: _Tenant, models: _Models, settings: Settings) -> clv.Ahead:
    fit = models.choice.fit
    if fit is None:
        gone = tenant.customers.recency_days > tenant.usual.q95
        rate = heuristics.own_rate(tenant.x, tenant.T, gone)
        return clv.ahead_at_rate(rate, settings.months, settings.annual_rate)
    x, age, at = models.pairs
    alive = clv.ahead_if_alive(fit, x, age, settings.months, settings.annual_rate)
    return clv.Ahead(models.p_alive * alive.orders[at], models.p_alive * alive.discounted[at])


def _clv(tenant: _Tenant, models: _Models, settings: Settings) -> ClvAnalysis:
    ahead = _ahead(tenant, models, settings)
    worth = np.zeros(0)
    if models.spend is not None:
        worth = models.spend.expected_spend(tenant.customers.frequency, tenant.mean_value)
    expected = clv.in_units(ahead.discounted * worth)
    predicted = tenant.monetary + expected
    tier, high_from, medium_from = clv.tiers(predicted)
    summary = ClvSummary(
        overview=summaries.clv_overview(tenant.monetary, expected, tier),
        high_from=high_from,
        medium_from=medium_from,
        months=settings.months,
        annual_rate=settings.annual_rate,
    )
    return ClvAnalysis(
        historical_value=tenant.monetary,
        expected_value=expected,
        predicted_value=predicted,
        expected_orders=ahead.orders,
        tier=tier,
        summary=summary,
    )


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
        spend_name=None if money is None else "gamma_gamma" if fitted else "heuristic",
        spend_parameters=money.parameters if money is not None and fitted else {},
        spend_flags=() if money is None else money.flags,
    )


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None
