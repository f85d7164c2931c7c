"""Local days: which calendar day an instant falls on in a time zone, for one value or for millions."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
from numpy.typing import NDArray

from kit.errors import InvalidInputError

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_DAY = 86_400_000_000
_PROBE = timedelta(days=7)


def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name. Raises InvalidInputError for an unknown one."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidInputError(
            "time_zone", f"'{name}' is not a time zone; an IANA name such as Europe/London is accepted."
        ) from None


def day_number(instant: datetime, name: str) -> int:
    """Days from 1970-01-01 to the local day of an instant."""
    return (instant.astimezone(zone(name)).date() - EPOCH.date()).days


def start_of_day(day: date, name: str) -> datetime:
    """The instant at which a local day begins, in UTC."""
    return datetime.combine(day, time(), zone(name)).astimezone(UTC)


def local_days(microseconds: NDArray[np.int64], name: str) -> NDArray[np.int32]:
    """The local days, as days since 1970-01-01, of instants in microseconds since 1970 (UTC); shape kept.

    The zone's offset is looked up once per change of clocks, not per value.
    """
    if not len(microseconds):
        return np.empty(0, np.int32)
    since, offsets = _offsets(int(microseconds.min()), int(microseconds.max()), zone(name))
    shift = offsets[np.searchsorted(since, microseconds, side="right") - 1] if len(since) > 1 else offsets[0]
    return ((microseconds + shift) // _DAY).astype(np.int32)


def _offsets(first: int, last: int, where: ZoneInfo) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """From when on (microseconds, the first value covers `first`) which offset (microseconds) holds."""
    at = EPOCH + first * _MICROSECOND
    end = EPOCH + last * _MICROSECOND
    since, offsets = [first], [_offset(at, where)]
    while at < end:
        following = min(at + _PROBE, end)
        if _offset(following, where) != offsets[-1]:
            change = _change(at, following, where)
            since.append(int((change - EPOCH) / _MICROSECOND))
            offsets.append(_offset(change, where))
            following = change
        at = following
    return np.array(since, np.int64), np.array(offsets, np.int64)


def _change(before: datetime, after: datetime, where: ZoneInfo) -> datetime:
    """The first second in (before, after] whose offset differs from that of `before`."""
    old = _offset(before, where)
    low, high = int(before.timestamp()), int(after.timestamp()) + 1
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(datetime.fromtimestamp(middle, UTC), where) == old:
            low = middle
        else:
            high = middle
    return datetime.fromtimestamp(high, UTC)


def _offset(instant: datetime, where: ZoneInfo) -> int:
    offset = instant.astimezone(where).utcoffset()
    return 0 if offset is None else offset // _MICROSECOND
