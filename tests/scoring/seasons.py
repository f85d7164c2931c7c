"""Shops whose trade swells and ebbs with the year."""

from __future__ import annotations

import numpy as np

from scoring.history import History

RATE = {"r": 0.6, "alpha": 40.0}
LEAVING = {"a": 0.8, "b": 2.5}


def seasonal_shop(generator: np.random.Generator, customers: int, days: int, swing: float) -> History:
    """Orders of MBG/NBD customers in a time that runs `exp(swing * cos(...))` times as fast in the season.

    The season's day is drawn; customers come as time runs, too. Without a swing time runs evenly.
    """
    day = np.arange(days + 1.0)
    pace = np.exp(swing * np.cos(2.0 * np.pi * (day / 365.25 + generator.random())))
    clock = np.concatenate(([0.0], np.cumsum((pace[1:] + pace[:-1]) / 2.0)))
    ids, now = np.arange(customers), generator.random(customers) * clock[-1]
    rate = generator.gamma(RATE["r"], 1.0 / RATE["alpha"], customers)
    leaves = generator.beta(LEAVING["a"], LEAVING["b"], customers)
    who, when = [ids], [now.copy()]
    alive = generator.random(customers) >= leaves
    while alive.any():
        now[alive] += generator.exponential(1.0 / np.maximum(rate[alive], 1e-9))
        alive &= now < clock[-1]
        who.append(ids[alive])
        when.append(now[alive])
        alive &= generator.random(customers) >= leaves
    customer = np.concatenate(who)
    bought = np.interp(np.concatenate(when), clock, day).astype(np.int32)
    mean = generator.gamma(4.0, 1.0 / 60.0, customers)
    paid = np.rint(generator.gamma(6.0, 1.0 / mean[customer]) * 100.0 + 1.0).astype(np.int64)
    return History(customer, bought, paid)
