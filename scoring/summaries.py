"""The figures a run stores, from the arrays of its analyses. Sums of money are exact."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from scoring.churn import RISKS, churn_rate
from scoring.clv import TIERS
from scoring.results import ChurnOverview, ClvOverview, GridCell, RfmOverview, RiskValue, SegmentRow
from scoring.segments import SEGMENTS

if TYPE_CHECKING:
    from numpy.typing import NDArray


_SCORES = 5


def mean_money(total: int, count: int) -> int | None:
    """The mean in whole units, rounded half to even; None of nobody."""
    if count == 0:
        return None
    mean, rest = divmod(total, count)
    return mean + (2 * rest > count or (2 * rest == count and mean % 2 == 1))


def mean(total: int, count: int) -> float | None:
    """The mean; None of nobody."""
    return total / count if count else None


def percentages(counts: list[int]) -> list[float]:
    """Percent with two decimals that sum to exactly 100.00: the largest remainders are rounded up.

    Equal remainders are served in the order given. All 0.0 when there is nobody.
    """
    total = sum(counts)
    if total == 0:
        return [0.0] * len(counts)
    parts = [divmod(count * 10_000, total) for count in counts]
    hundredths = [whole for whole, _ in parts]
    by_remainder = sorted(range(len(counts)), key=lambda i: -parts[i][1])
    for i in by_remainder[: 10_000 - sum(hundredths)]:
        hundredths[i] += 1
    return [part / 100 for part in hundredths]


def rfm_overview(
    recency: NDArray[np.int32], frequency: NDArray[np.int32], monetary: NDArray[np.int64]
) -> RfmOverview:
    """Figures over all customers."""
    n, revenue = len(recency), int(monetary.sum())
    return RfmOverview(
        total_customers=n,
        avg_recency=mean(int(recency.sum(dtype=np.int64)), n),
        avg_frequency=mean(int(frequency.sum(dtype=np.int64)), n),
        avg_monetary=mean_money(revenue, n),
        total_revenue=revenue,
    )


def distribution(
    segment: NDArray[np.uint8],
    recency: NDArray[np.int32],
    frequency: NDArray[np.int32],
    monetary: NDArray[np.int64],
) -> tuple[SegmentRow, ...]:
    """One row a segment, in the reference's order."""
    counts = np.bincount(segment, minlength=len(SEGMENTS)).tolist()
    sums = [_sums(segment, values, len(SEGMENTS)) for values in (recency, frequency, monetary)]
    columns = zip(SEGMENTS, counts, percentages(counts), *sums, strict=True)
    return tuple(
        SegmentRow(name, count, percentage, mean(days, count), mean(orders, count), mean_money(money, count))
        for name, count, percentage, days, orders, money in columns
    )


def grid(r: NDArray[np.uint8], f: NDArray[np.uint8], monetary: NDArray[np.int64]) -> tuple[GridCell, ...]:
    """All 25 pairs of recency and frequency score, by recency, then frequency, from 1 to 5."""
    cell = (r - np.uint8(1)) * np.uint8(_SCORES) + (f - np.uint8(1))
    counts = np.bincount(cell, minlength=_SCORES**2).tolist()
    revenue = _sums(cell, monetary, _SCORES**2)
    columns = enumerate(zip(counts, percentages(counts), revenue, strict=True))
    return tuple(
        GridCell(i // _SCORES + 1, i % _SCORES + 1, count, percentage, money, mean_money(money, count))
        for i, (count, percentage, money) in columns
    )


def _sums(code: NDArray[np.uint8], values: NDArray[Any], classes: int) -> list[int]:
    sums = np.zeros(classes, np.int64)
    np.add.at(sums, code, values.astype(np.int64, copy=False))
    return [int(total) for total in sums]


def clv_overview(
    historical: NDArray[np.int64], expected: NDArray[np.int64], tier: NDArray[np.uint8]
) -> ClvOverview:
    """Figures over all customers."""
    n, past, future = len(tier), int(historical.sum()), int(expected.sum())
    high, medium, low = np.bincount(tier, minlength=len(TIERS)).tolist()
    return ClvOverview(
        total_customers=n,
        total_historical_value=past,
        total_expected_value=future,
        total_predicted_value=past + future,
        avg_historical_value=mean_money(past, n),
        avg_expected_value=mean_money(future, n),
        avg_predicted_value=mean_money(past + future, n),
        high=high,
        medium=medium,
        low=low,
    )


def churn_overview(risk: NDArray[np.uint8]) -> ChurnOverview:
    """Figures over all customers."""
    active, at_risk, churning, churned = np.bincount(risk, minlength=len(RISKS)).tolist()
    return ChurnOverview(
        total_customers=len(risk),
        churn_rate=churn_rate(risk),
        at_risk_count=at_risk,
        active=active,
        at_risk=at_risk,
        churning=churning,
        churned=churned,
    )


def risk_values(
    risk: NDArray[np.uint8], expected: NDArray[np.int64], predicted: NDArray[np.int64]
) -> tuple[RiskValue, ...]:
    """What the customers of each risk class are worth, from best class to worst."""
    sums = [_sums(risk, values, len(RISKS)) for values in (expected, predicted)]
    return tuple(RiskValue(*row) for row in zip(RISKS, *sums, strict=True))
