"""Orders: what was bought, by whom and when."""

from typing import NamedTuple

import numpy as np

from demo.arrays import Flags, Ints
from demo.population import Population
from demo.purchase import Habits, histories
from demo.season import Season
from demo.spend import Spend

GUEST = -1
"""The customer of an order placed without an account."""


class Orders(NamedTuple):
    """One entry an order, by time: customer (or GUEST), wall-clock seconds, amount in cents, items."""

    customer: Ints
    seconds: Ints
    cents: Ints
    items: Ints


def orders_of(
    people: Population, season: Season, spend: Spend, guest_share: float, rng: np.random.Generator
) -> tuple[Orders, Flags]:
    """All orders of the window, and which customers would still order after it.

    Guests order once each, on top of the customers' orders, so that they are `guest_share` of all.
    """
    buyers = people.buyers
    habits = Habits(people.habits.rate[buyers], people.habits.dropout[buyers])
    history = histories(habits, people.acquired[buyers], season.length, rng)
    customer = buyers[history.customer]
    guests = round(len(customer) * guest_share / (1 - guest_share))
    moment = np.concatenate((history.demand_time, season.acquired(rng.random(guests))))
    scale = np.concatenate((people.scale[customer], spend.scales(guests, rng)))
    seconds = season.seconds(moment)
    order = np.argsort(seconds, kind="stable")
    alive = np.zeros(len(people.prospects), dtype=np.bool_)
    alive[buyers] = history.alive
    orders = Orders(
        customer=np.concatenate((customer, np.full(guests, GUEST, dtype=np.int64)))[order],
        seconds=seconds[order],
        cents=spend.cents(scale, rng)[order],
        items=1 + rng.poisson(0.9, len(order)).astype(np.int64),
    )
    return orders, alive
