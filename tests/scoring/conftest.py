"""Real order histories for the scoring tests."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import histories
from scoring.history import History
from scoring.transactions import Customers, summarise
from tests.scoring.histories import cdnow_history


def day_number(date: str) -> int:
    """Days from 1970-01-01 to a date like 1997-09-30."""
    return int(np.datetime64(date, "D").astype(np.int64))


@pytest.fixture(scope="session")
def cdnow_sample() -> History:
    """The 1/10 sample: 2,357 customers, 1997-01-01 to 1998-06-30."""
    return cdnow_history("CDNOW_sample.txt", (1, 2, 4))


@pytest.fixture(scope="session")
def cdnow_master() -> Customers:
    """All of CDNOW as of 1998-07-01; 68 customers never paid anything."""
    return cdnow_history().customers(day_number("1998-07-01"))


@pytest.fixture(scope="session")
def calibration(cdnow_sample: History) -> Customers:
    """The sample as the literature calibrates on it: to 1997-09-30, a purchase of 0.00 counting as one."""
    end = day_number("1997-09-30")
    kept = cdnow_sample.day <= end
    paid = np.maximum(cdnow_sample.amount[kept], 1)
    return summarise(cdnow_sample.customer[kept], cdnow_sample.day[kept], paid, as_of=end)


@pytest.fixture(scope="session")
def uci() -> Customers:
    """UCI Online Retail as of 2011-12-10; credits linked by customer and amount, the others adjustments."""
    if not histories.UCI.exists():
        pytest.skip(f"{histories.UCI} is not there")
    return histories.uci().customers(day_number("2011-12-10"))
