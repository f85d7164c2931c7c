"""Real order histories for the scoring tests."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from scoring.transactions import Customers, summarise


class Orders(NamedTuple):
    """Order rows: customer ids, days since 1970-01-01, amounts in 1/10000."""

    customer: NDArray[np.int64]
    day: NDArray[np.int64]
    amount: NDArray[np.int64]


def day_number(date: str) -> int:
    """Days from 1970-01-01 to a date like 1997-09-30."""
    return int(np.datetime64(date, "D").astype(np.int64))


def cdnow(file: str, customer: int, date: int, value: int) -> Orders:
    spec = importlib.util.find_spec("lifetimes")
    if spec is None or not spec.submodule_search_locations:
        pytest.skip("the package lifetimes, which ships CDNOW, is not installed")
    path = Path(spec.submodule_search_locations[0]) / "datasets" / file
    lines = [line.split() for line in path.read_text().splitlines()]
    rows = [line for line in lines if line and line[0].isdigit()]
    days = np.array([f"{row[date][:4]}-{row[date][4:6]}-{row[date][6:]}" for row in rows], "datetime64[D]")
    amounts = [round(float(row[value]) * 10_000) for row in rows]
    return Orders(np.array([int(row[customer]) for row in rows]), days.astype(np.int64), np.array(amounts))


@pytest.fixture(scope="session")
def cdnow_sample() -> Orders:
    """The 1/10 sample: 2,357 customers, 1997-01-01 to 1998-06-30."""
    return cdnow("CDNOW_sample.txt", 1, 2, 4)


@pytest.fixture(scope="session")
def cdnow_master() -> Orders:
    """All 23,570 customers."""
    return cdnow("CDNOW_master.txt", 0, 1, 3)


@pytest.fixture(scope="session")
def calibration(cdnow_sample: Orders) -> Customers:
    """The sample as the literature calibrates on it: to 1997-09-30, a purchase of 0.00 counting as one."""
    end = day_number("1997-09-30")
    kept = cdnow_sample.day <= end
    paid = np.maximum(cdnow_sample.amount[kept], 1)
    return summarise(cdnow_sample.customer[kept], cdnow_sample.day[kept], paid, as_of=end)
