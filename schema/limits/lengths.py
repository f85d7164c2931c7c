"""How long the lists of an object are whose arguments say so in a way of their own."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

_POINTS = 1000
_USUAL_POINTS = 30
_USUAL_MONTHS = 12
_MOST_RECORDS = 500
_BATCH = 100
_DAYS = {"WEEK": 7, "MONTH": 28}

Arguments = Mapping[str, object]


def _months(given: Arguments) -> int:
    months = given.get("months")
    return max(months, 1) if isinstance(months, int) else _USUAL_MONTHS


def _points(given: Arguments) -> int:
    """No fewer than there will be, where `from` is given; more than a thousand are refused elsewhere."""
    start, end = _day(given.get("from")), _day(given.get("until"))
    if start is None:
        return _USUAL_POINTS
    days = ((end or datetime.now(UTC).date()) - start).days
    return min(max(days, 0) // _DAYS.get(str(given.get("interval")), 1) + 2, _POINTS)


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _records(given: Arguments) -> int:
    """As many as the longest list of the input; more than 500 are refused elsewhere."""
    value = given.get("input")
    lists = [each for each in value.values() if isinstance(each, list)] if isinstance(value, Mapping) else []
    return min(max(map(len, lists), default=1), _MOST_RECORDS)


def _batch(given: Arguments) -> int:
    return _BATCH


LENGTHS: dict[str, Callable[[Arguments], int]] = {
    "SalesAnalytics": _points,
    "CohortAnalytics": _months,
    "TenantsUpsertPayload": _records,
    "CustomersUpsertPayload": _records,
    "OrdersUpsertPayload": _records,
    "RefundsUpsertPayload": _records,
    "EventsTrackPayload": _records,
    "SegmentChangeBatch": _batch,
    "EventBatch": _batch,
}
"""By type of the object: what makes the length of its lists of its field's arguments."""
LISTS = {
    "BacktestWeek": 520,
    "CalibrationDecile": 10,
    "ChurnHistogramBin": 10,
    "ChurnRiskFigures": 4,
    "ClvHistogramBin": 20,
    "ClvTierFigures": 3,
    "CustomerConsent": 6,
    "MoneyRange": 5,
    "RealisedRisk": 4,
    "RfmGridCell": 25,
    "RfmSegmentFigures": 11,
    "ScoreRange": 5,
    "SegmentCells": 11,
    "SegmentMatrixCell": 441,
    "SegmentMigrationCell": 143,
}
"""By type of the items: how long a list of them is at most; of a backtest's weeks, those of ten years."""
HALF = frozenset({"CustomerCohort"})
"""Types whose own lists are on average half as long as the list they stand in: a triangle of months."""
PRICES = {"SegmentMatrix": 100, "SegmentPreview": 100}
"""By type of the object: what it costs for itself, where the database has to look at all customers for it."""
