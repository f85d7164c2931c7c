"""A backtest's result as JSON: days as dates, money as decimal text, everything else as it is."""

from datetime import date, timedelta
from typing import Any

from resolvers.processing.summary import money
from scoring.backtest.results import Backtest

Json = dict[str, Any]

_EPOCH = date(1970, 1, 1)


def as_json(backtest: Backtest, scale: int) -> Json:
    """The whole result; its money was counted in 1/`scale`."""
    found = backtest.as_dict()
    found["as_of"], found["origin"] = _day(backtest.as_of), _day(backtest.origin)
    found["revenue"] = money(backtest.revenue, scale)
    for score in found["scores"]:
        score["value"] = money(score["value"], scale)
    for week in found["weeks"]:
        week["day"] = _day(week["day"])
    return found


def _day(number: int) -> str:
    return (_EPOCH + timedelta(days=number)).isoformat()
