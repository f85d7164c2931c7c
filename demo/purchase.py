"""Purchase: when customers order, an MBG/NBD process in demand time."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from demo.arrays import Flags, Floats, Ints


class Habits(NamedTuple):
    """What drives each customer: orders a day while active, and the chance to leave after an order."""

    rate: Floats
    dropout: Floats


class Histories(NamedTuple):
    """All orders, by customer and then by time, and who is still active at the end of the window."""

    customer: Ints
    demand_time: Floats
    alive: Flags


@dataclass(frozen=True)
class Purchase:
    """Poisson orders with rates Gamma(`r`, `alpha` days), and after each order, the first one too, a chance
    to leave for good that differs by customer as Beta(`a`, `b`).

    Batislam, Denizel and Filiztekin (2007), Empirical validation and comparison of models for customer
    base analysis.
    """

    r: float = 0.60
    alpha: float = 52.0
    a: float = 0.80
    b: float = 2.40

    def habits(self, count: int, rng: np.random.Generator) -> Habits:
        """Draw `count` customers."""
        return Habits(rng.gamma(self.r, 1 / self.alpha, count), rng.beta(self.a, self.b, count))


def histories(habits: Habits, acquired: Floats, until: float, rng: np.random.Generator) -> Histories:
    """The orders of customers who place their first at `acquired`, up to `until` (demand time, days).

    Chances to order are Poisson, hence uniform given their number. A customer takes the first of them, as
    many as the drop-outs survived allow.
    """
    exposure = until - acquired
    chances = rng.poisson(habits.rate * exposure)
    hazard = -np.log1p(-np.clip(habits.dropout, 1e-12, 1 - 1e-12))
    survived = np.floor(rng.exponential(size=len(hazard)) / hazard)
    made = np.minimum(chances, survived).astype(np.int64)

    people = np.arange(len(hazard))
    owner = np.repeat(people, chances)
    moments = np.sort(owner + rng.random(len(owner))) - owner
    rank = np.arange(len(owner)) - np.repeat(np.cumsum(chances) - chances, chances)
    taken = rank < made[owner]

    customer = np.repeat(people, made + 1)
    first = np.cumsum(made + 1) - (made + 1)
    later = np.ones(len(customer), dtype=np.bool_)
    later[first] = False
    share = np.zeros(len(customer))
    share[later] = moments[taken]
    return Histories(customer, acquired[customer] + share * exposure[customer], survived > chances)
