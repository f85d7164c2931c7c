"""Order rows of real and of simulated shops, for what looks at a shop as it was earlier."""

from __future__ import annotations

import numpy as np
import pytest

from benchmarks.histories import UCI, cdnow, end, generated, uci, without_adjustment
from scoring.history import History
from scoring.transactions import Customers


def cdnow_history(file: str = "CDNOW_master.txt", columns: tuple[int, int, int] = (0, 1, 3)) -> History:
    """All of CDNOW, to 1998-06-30, or another file of it."""
    try:
        return cdnow(file, columns)
    except ModuleNotFoundError as error:
        pytest.skip(str(error))


def uci_history() -> History:
    """UCI Online Retail, to 2011-12-09, without credits that belong to no order."""
    if not UCI.exists():
        pytest.skip("no UCI Online Retail beside this checkout")
    return without_adjustment(uci())


def shop_history(customers: int, seed: int = 56) -> History:
    """Two years of a generated shop, from day 0 on."""
    return generated(customers, seed)


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


def shuffled(history: History) -> History:
    order = np.random.default_rng(4).permutation(len(history))
    return History(history.customer[order], history.day[order], history.amount[order])


def customers_of(history: History, as_of: int | None = None) -> Customers:
    day = end(history) if as_of is None else as_of
    return history.between(None, day).customers(day)
