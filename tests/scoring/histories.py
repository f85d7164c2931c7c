"""Order rows of real and of simulated shops, for what looks at a shop as it was earlier."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks import coverage
from demo.shop import Shop
from scoring.history import History
from scoring.transactions import Customers, summarise


def rows(orders: coverage.Orders) -> History:
    return History(orders.customer.astype(np.int64), orders.day.astype(np.int32), orders.amount)


def cdnow_history() -> History:
    """All of CDNOW, to 1998-06-30."""
    return rows(coverage.cdnow())


def uci_history() -> History:
    """UCI Online Retail, to 2011-12-09, without credits that belong to no order."""
    if not coverage.UCI.exists():
        pytest.skip("no UCI Online Retail beside this checkout")
    return rows(coverage.uci())


def shop_history(customers: int, seed: int = 56) -> History:
    """Two years of a generated shop, from day 0 on."""
    bare = Shop(seed=seed).orders_only(customers)
    return History(bare.customer.astype(np.int64), bare.day.astype(np.int32), bare.amount)


def weekly_history(customers: int = 600, seed: int = 3) -> History:
    """400 days in which half the customers buy every ten days and the other half bought once or twice.

    Buyers in step with a calendar return for sure and lapsed ones never: no Poisson process is so sure.
    """
    rng = np.random.default_rng(seed)
    steady = np.arange(customers // 2)
    start = rng.integers(0, 10, len(steady))
    regular = np.repeat(steady, 39), (start[:, None] + 10 * np.arange(39)).ravel()
    lapsed = np.arange(customers // 2, customers)
    first = rng.integers(0, 60, len(lapsed))
    once = np.concatenate((lapsed, lapsed)), np.concatenate((first, first + rng.integers(1, 90, len(lapsed))))
    customer, day = (np.concatenate(pair) for pair in zip(regular, once, strict=True))
    return History(customer.astype(np.int64), day.astype(np.int32), np.full(len(day), 50_0000))


def end(history: History) -> int:
    """The day after the last order."""
    return int(history.day.max()) + 1


def shuffled(history: History) -> History:
    order = np.random.default_rng(4).permutation(len(history))
    return History(history.customer[order], history.day[order], history.amount[order])


def customers_of(history: History, as_of: int | None = None) -> Customers:
    day = end(history) if as_of is None else as_of
    known = history.between(None, day)
    return summarise(known.customer, known.day, known.amount, as_of=day)
