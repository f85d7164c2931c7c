"""The order histories that benchmarks and tests share: CDNOW, UCI Online Retail, a generated shop."""

import csv
import importlib.util
from collections import defaultdict
from pathlib import Path

import numpy as np

from demo.shop import Shop
from scoring.history import History

UCI = Path(__file__).parents[2] / "shared" / "data" / "uci_online_retail_orders.csv"
SCALE = 10_000
"""Units of money in one unit of the currency."""


def cdnow(file: str = "CDNOW_master.txt", columns: tuple[int, int, int] = (0, 1, 3)) -> History:
    """CDNOW from a file that the package lifetimes ships, whose columns hold customer, date and value.

    Raises ModuleNotFoundError where that is not installed.
    """
    spec = importlib.util.find_spec("lifetimes")
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError("CDNOW comes with the package lifetimes, which is not installed")
    customer, date, value = columns
    path = Path(spec.submodule_search_locations[0]) / "datasets" / file
    lines = [line.split() for line in path.read_text().splitlines()]
    rows = [line for line in lines if line and line[0].isdigit()]
    days = np.array([f"{row[date][:4]}-{row[date][4:6]}-{row[date][6:]}" for row in rows], "datetime64[D]")
    amounts = [round(float(row[value]) * SCALE) for row in rows]
    return History(np.array([int(row[customer]) for row in rows]), days.astype(np.int32), np.array(amounts))


def uci() -> History:
    """UCI Online Retail: credits net on the day of the customer's last order of the same amount.

    Others belong to no order and are adjustments.
    """
    with UCI.open(newline="") as file:
        lines = sorted(
            (row for row in csv.DictReader(file) if row["customer_id"]), key=lambda row: row["date"]
        )
    days_of: dict[tuple[int, int], list[int]] = defaultdict(list)
    linked: list[tuple[int, int, int]] = []
    unlinked: list[tuple[int, int, int]] = []
    for line in lines:
        customer, amount = int(line["customer_id"]), round(float(line["amount"]) * SCALE)
        day = int(np.datetime64(line["date"][:10], "D").astype(np.int64))
        if amount > 0:
            days_of[customer, amount].append(day)
        elif days_of[customer, -amount]:
            day = days_of[customer, -amount].pop()
        else:
            unlinked.append((customer, day, amount))
            continue
        linked.append((customer, day, amount))
    customer_of, day_of, value_of = np.array(unlinked, np.int64).T
    rows = np.array(linked, np.int64).T
    return History(
        rows[0], rows[1].astype(np.int32), rows[2], (customer_of, day_of.astype(np.int32), value_of)
    )


def generated(customers: int, seed: int = 56) -> History:
    """Two years of a generated shop, from day 0 on."""
    bare = Shop(seed=seed).orders_only(customers)
    return History(bare.customer.astype(np.int64), bare.day.astype(np.int32), bare.amount)


def without_adjustment(history: History) -> History:
    """The orders alone, without refunds that belong to none."""
    return History(history.customer, history.day, history.amount)


def end(history: History) -> int:
    """The day after the last order."""
    return int(history.day.max()) + 1
