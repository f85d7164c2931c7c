"""Population: the shop's customers, with the habits nobody can see."""

from dataclasses import dataclass

import numpy as np

from demo.arrays import Flags, Floats, Ints
from demo.purchase import Habits, Purchase
from demo.season import Season
from demo.spend import Spend


@dataclass(frozen=True)
class Vips:
    """A few customers of the first half who order every few days, hardly ever leave and spend much.

    Never more than one customer in a hundred.
    """

    count: int = 20
    rate: float = 1 / 9
    """Orders a day."""
    dropout: float = 0.003
    """Chance to leave after an order."""
    spend: float = 4.0
    """Mean order, in multiples of the shop's mean order."""


@dataclass(frozen=True)
class Population:
    """One entry a customer, in order of acquisition; `vips` and `prospects` are flags.

    Prospects have registered and never order. `acquired` is demand time in days, `created` wall-clock
    seconds since the start, `scale` the spend scale in the shop's currency.
    """

    acquired: Floats
    created: Ints
    habits: Habits
    scale: Floats
    vips: Flags
    prospects: Flags

    @property
    def buyers(self) -> Ints:
        """The customers who have ordered at least once."""
        return np.flatnonzero(~self.prospects).astype(np.int64)


def populate(
    count: int,
    prospect_share: float,
    season: Season,
    purchase: Purchase,
    spend: Spend,
    vips: Vips,
    rng: np.random.Generator,
) -> Population:
    """Draw `count` customers; accounts are made between a minute and an hour before the first order."""
    acquired = season.acquired(np.sort(rng.random(count)))
    habits = purchase.habits(count, rng)
    scale = spend.scales(count, rng)
    early = np.argsort(rng.random(max(count // 2, 1)), kind="stable")
    chosen = np.zeros(count, dtype=np.bool_)
    chosen[early[: min(vips.count, count // 100)]] = True
    prospects = (rng.random(count) < prospect_share) & ~chosen
    luck = rng.uniform(0.8, 1.25, count)
    return Population(
        acquired=acquired,
        created=np.maximum(season.seconds(acquired) - rng.integers(60, 3600, count), 0),
        habits=Habits(
            np.where(chosen, vips.rate * luck, habits.rate), np.where(chosen, vips.dropout, habits.dropout)
        ),
        scale=np.where(chosen, vips.spend * luck * spend.mean / spend.p, scale),
        vips=chosen,
        prospects=prospects,
    )
