"""What a run stores of what it found, as JSON: money as decimal text, everything else as it is."""

from dataclasses import asdict
from decimal import Decimal
from typing import Any

from models.score import RISKS, TIERS
from resolvers.processing.orders import DataReport
from scoring.analysis import Analysis
from scoring.summaries import percentages

Json = dict[str, Any]

_CLASSES = {"clv": TIERS, "churn": RISKS}
_MONEY = {
    "avg_monetary",
    "total_revenue",
    "expected_low",
    "expected_high",
    "total_historical_value",
    "total_expected_value",
    "total_predicted_value",
    "avg_historical_value",
    "avg_expected_value",
    "avg_predicted_value",
    "high_from",
    "medium_from",
    "revenue",
    "value_from",
    "value_below",
    "total_value",
    "expected_value",
    "predicted_value",
    "guest_revenue",
    "net_revenue",
    "without_transaction_value",
}


def money(units: int | None, scale: int) -> str | None:
    """A count of 1/scale of the currency as decimal text."""
    return None if units is None else str(Decimal(units) / scale)


def of_analysis(analysis: Analysis, name: str, scale: int) -> Json | None:
    """The summary of one analysis, or None if it did not run."""
    ran = getattr(analysis, name)
    if ran is None:
        return None
    found: Json = _with_money(asdict(ran.summary), scale)
    for edge in found.get("monetary_edges", ()):
        edge["low"], edge["high"] = money(edge["low"], scale), money(edge["high"], scale)
    if name in _CLASSES:
        found["distribution"] = _shares(found["overview"], _CLASSES[name])
    return found


def _shares(overview: Json, classes: tuple[str, ...]) -> list[Json]:
    counts = [overview[each] for each in classes]
    return [
        {"class": each, "count": count, "percentage": percentage}
        for each, count, percentage in zip(classes, counts, percentages(counts), strict=True)
    ]


def of_run(
    analysis: Analysis, report: DataReport, scale: int, seconds: dict[str, float], changes: int
) -> Json:
    """What the run was made from, the models it used and why, and what it took."""
    data = asdict(report) | {
        "without_transaction": analysis.without_transaction,
        "without_transaction_value": analysis.without_transaction_value,
    }
    return {
        "data": _with_money(data, scale),
        "model": asdict(analysis.model) if analysis.model else None,
        "seconds": seconds,
        "segment_changes": changes,
    }


def _with_money(value: Any, scale: int, key: str = "") -> Any:
    if isinstance(value, dict):
        return {name: _with_money(each, scale, name) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_with_money(each, scale, key) for each in value]
    return money(value, scale) if key in _MONEY else value
