"""Made-up order rows of small shops, and what happened in them counted in plain loops."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from random import Random
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scoring.history import History
from scoring.sales import DailyTally
from scoring.transactions import Customers

EPOCH = date(1970, 1, 1)
FIRST = 18_200
GUEST = 0


class Row(NamedTuple):
    """One row of a ledger. `kind`: order, refund (linked, on its order's day), loose or left_out."""

    kind: str
    customer: int
    day: int
    amount: int


def ledger(seed: int, *, days: int = 900, customers: int = 60, orders: int = 700) -> list[Row]:
    """Orders of a few customers and guests, a fifth refunded in part, wholly or twice, linked or not."""
    dice = Random(seed)
    rows = []
    for _ in range(orders):
        customer = dice.choice([GUEST, *range(1, customers + 1)])
        day, amount = FIRST + dice.randrange(days), dice.choice([0, 5, 1999, 2**40])
        rows.append(Row("order", customer, day, amount))
        chance = dice.random()
        if amount and chance < 0.2:
            back = dice.choice([amount, amount // 2 + 1, 2 * amount])
            late = min(day + dice.randrange(60), FIRST + days - 1)
            linked = chance < 0.13
            rows.append(
                Row("refund", customer, day, -back) if linked else Row("loose", customer, late, -back)
            )
        if chance > 0.97:
            rows.append(Row("left_out", customer, day, 7))
    return rows


def read(rows: list[Row], as_of: int = FIRST + 900) -> tuple[DailyTally, History, Customers]:
    """The rows as a run reads them."""
    tally = DailyTally()
    for some in (rows[: len(rows) // 2], rows[len(rows) // 2 :]):
        tally.add_orders(*_columns(some, "order")[1:])
        tally.add_refunds(*_columns(some, "refund")[1:])
        tally.add_refunds(*_columns(some, "loose")[1:])
        tally.add_left_out(_columns(some, "left_out")[1])
    known = [row for row in rows if row.customer != GUEST]
    history = History(*_columns(known, "order", "refund"), _columns(known, "loose"))
    return tally, history, history.customers(as_of, purchases=True)


def _columns(rows: list[Row], *kinds: str) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]:
    some = [row for row in rows if row.kind in kinds]
    return (
        np.array([row.customer for row in some], np.int64),
        np.array([row.day for row in some], np.int32),
        np.array([row.amount for row in some], np.int64),
    )


def begin(day: int, interval: str) -> int:
    """First day of the period that a day is in."""
    on = EPOCH + timedelta(days=day)
    first = {"day": on, "week": on - timedelta(days=on.weekday()), "month": on.replace(day=1)}[interval]
    return (first - EPOCH).days


def purchases(rows: list[Row]) -> dict[int, list[int]]:
    """The days on which each customer paid more than came back of those orders, ascending."""
    net: dict[tuple[int, int], int] = defaultdict(int)
    for row in rows:
        if row.customer != GUEST and row.kind in ("order", "refund"):
            net[row.customer, row.day] += row.amount
    found: dict[int, list[int]] = defaultdict(list)
    for (customer, day), amount in sorted(net.items()):
        if amount > 0:
            found[customer].append(day)
    return dict(found)


def months_between(start: int, end: int) -> int:
    """Calendar months from the month of one day to that of another."""
    first, last = (EPOCH + timedelta(days=day) for day in (start, end))
    return (last.year - first.year) * 12 + last.month - first.month
