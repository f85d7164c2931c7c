"""Real order histories for the scoring tests."""

from __future__ import annotations

import csv
import importlib.util
from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from scoring.transactions import Customers, summarise

UCI = Path(__file__).parents[3] / "shared" / "data" / "uci_online_retail_orders.csv"


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
def cdnow_master() -> Customers:
    """All of CDNOW as of 1998-07-01; 68 customers never paid anything."""
    orders = cdnow("CDNOW_master.txt", 0, 1, 3)
    return summarise(*orders, as_of=day_number("1998-07-01"))


@pytest.fixture(scope="session")
def calibration(cdnow_sample: Orders) -> Customers:
    """The sample as the literature calibrates on it: to 1997-09-30, a purchase of 0.00 counting as one."""
    end = day_number("1997-09-30")
    kept = cdnow_sample.day <= end
    paid = np.maximum(cdnow_sample.amount[kept], 1)
    return summarise(cdnow_sample.customer[kept], cdnow_sample.day[kept], paid, as_of=end)


@pytest.fixture(scope="session")
def uci() -> Customers:
    """UCI Online Retail as of 2011-12-10; credits linked by customer and amount, the others adjustments."""
    if not UCI.exists():
        pytest.skip(f"{UCI} is not there")
    with UCI.open(newline="") as file:
        rows = sorted(
            (row for row in csv.DictReader(file) if row["customer_id"]), key=lambda row: row["date"]
        )
    days_of: dict[tuple[int, int], list[int]] = defaultdict(list)
    linked: list[tuple[int, int, int]] = []
    unlinked: list[tuple[int, int]] = []
    for row in rows:
        customer, amount = int(row["customer_id"]), round(float(row["amount"]) * 10_000)
        day = day_number(row["date"][:10])
        if amount > 0:
            days_of[customer, amount].append(day)
        elif days_of[customer, -amount]:
            day = days_of[customer, -amount].pop()
        else:
            unlinked.append((customer, amount))
            continue
        linked.append((customer, day, amount))
    refunds = np.array(unlinked).T
    return summarise(*np.array(linked).T, as_of=day_number("2011-12-10"), adjustment=(refunds[0], refunds[1]))
