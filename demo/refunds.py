"""Refunds: the credits a shop gives, linked to an order or not."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from demo.arrays import Ints, whole
from demo.orders import GUEST, Orders
from demo.season import DAY

UNLINKED = -1
"""The order of a credit that refers to none."""


@dataclass(frozen=True)
class Refunds:
    """Shares of orders: refunded in `full`, in `partial` (10 to 60 %), or followed by a credit that names no
    order (`unlinked`): one half of these repeat the order's amount, the others are 5 to 30 % of it.

    Credits come in office hours 1 to `delay` days after the order; those after the window are not known yet.
    """

    full: float = 0.05
    partial: float = 0.02
    unlinked: float = 0.006
    delay: int = 21


class Credits(NamedTuple):
    """One entry a credit, by time: the order it was given for (a row of `Orders`), the order it names (the
    same row or UNLINKED), customer (or GUEST), wall-clock seconds, amount in cents (positive), items."""

    cause: Ints
    order: Ints
    customer: Ints
    seconds: Ints
    cents: Ints
    items: Ints


def credits_of(orders: Orders, refunds: Refunds, days: int, rng: np.random.Generator) -> Credits:
    """The credits of these orders within a window of `days` days. An order has at most one."""
    fate = rng.random(len(orders.cents))
    linked = fate < refunds.full + refunds.partial
    loose = ~linked & (fate < refunds.full + refunds.partial + refunds.unlinked) & (orders.customer != GUEST)
    cause = np.flatnonzero(linked | loose).astype(np.int64)
    day = orders.seconds[cause] // DAY + rng.integers(1, refunds.delay + 1, len(cause))
    seconds = day * DAY + rng.integers(9 * 3600, 18 * 3600, len(cause))

    amount = orders.cents[cause]
    whole_order = (fate[cause] < refunds.full) | (loose[cause] & (rng.random(len(cause)) < 0.5))
    some = np.where(loose[cause], _part(amount, 0.05, 0.3, rng), _part(amount, 0.1, 0.6, rng))
    items = np.where(linked[cause], np.where(whole_order, orders.items[cause], 1), 0)

    by_time = np.argsort(seconds, kind="stable")
    known = by_time[day[by_time] < days]
    return Credits(
        cause=cause[known],
        order=np.where(linked[cause], cause, UNLINKED)[known],
        customer=orders.customer[cause][known],
        seconds=seconds[known],
        cents=np.where(whole_order, amount, some)[known],
        items=items[known],
    )


def _part(cents: Ints, low: float, high: float, rng: np.random.Generator) -> Ints:
    """A part of each amount, drawn between the shares `low` and `high`, at least one cent."""
    return np.maximum(whole(cents * rng.uniform(low, high, len(cents))), 1)
