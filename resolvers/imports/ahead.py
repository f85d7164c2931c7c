"""Ahead: which dates of a file lie further in the future than clocks go wrong."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa

from connectors.files.batch import pc
from connectors.files.cells import Mask, mask
from connectors.files.dates import INSTANT, LOCAL, Times

AHEAD = "more than a day in the future"


def ahead(given: Times, time_zone: str) -> Mask:
    """Those more than a day ahead; dates without an offset are of this time zone."""
    latest = datetime.now(ZoneInfo(time_zone)) + timedelta(days=1)
    late = mask(pc.greater(given.instant, pa.scalar(latest, INSTANT)))
    return late | mask(pc.greater(given.local, pa.scalar(latest.replace(tzinfo=None), LOCAL)))
