"""Days, weeks and months of a shop: where they begin and end, and how far a run has seen them."""

from datetime import date, timedelta

from kit.zone import EPOCH, day_number
from resolvers.runs import RunRow
from resolvers.tenants import TenantRow

_MOMENT = timedelta(microseconds=1)
_DAY = timedelta(days=1)


def first_of(day: date, interval: str) -> date:
    """First day of the day, week (from Monday) or month that a day is in."""
    if interval == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if interval == "month" else day


def following(start: date, interval: str, count: int = 1) -> date:
    """First day of the period so many after (before, where negative) the one that begins on a day."""
    if interval == "month":
        years, month = divmod(start.month - 1 + count, 12)
        return start.replace(year=start.year + years, month=month + 1)
    return start + timedelta(days=count * (7 if interval == "week" else 1))


def last_of(start: date, interval: str) -> date:
    """Last day of the period that begins on a day."""
    return following(start, interval) - _DAY


def count(start: date, end: date, interval: str) -> int:
    """How many periods there are from the one that begins on a day to the one that begins on another."""
    if interval == "month":
        return (end.year - start.year) * 12 + end.month - start.month + 1
    return (end - start).days // (7 if interval == "week" else 1) + 1


def last_seen(tenant: TenantRow, run: RunRow) -> date:
    """The last local day of which a run has seen something."""
    return _local(tenant, run, _MOMENT)


def is_complete(tenant: TenantRow, run: RunRow, end: date) -> bool:
    """Whether a run has seen all of a local day."""
    return end < _local(tenant, run, timedelta())


def _local(tenant: TenantRow, run: RunRow, before: timedelta) -> date:
    return EPOCH.date() + timedelta(days=day_number(run.as_of - before, tenant.time_zone))
