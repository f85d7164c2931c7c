"""Shop: the settings of the demo shop, and the histories and arrays drawn from them."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import numpy as np
import numpy.typing as npt

from demo.arrays import Flags, stream
from demo.catalogue import Campaign, campaigns
from demo.clock import Clock
from demo.events import Events, Traffic, events_of
from demo.orders import Orders, orders_of
from demo.person import People, people
from demo.population import Population, Vips, populate
from demo.purchase import Purchase, histories
from demo.refunds import Credits, Refunds, credits_of
from demo.season import Season
from demo.spend import Spend
from kit.errors import InvalidInputError

END = date(2025, 12, 31)
"""The last day of the window where none is given."""

BLOCK = 1 << 18
"""Customers drawn at a time by `orders_only`."""


class Bare(NamedTuple):
    """Orders as bare arrays, by customer and then by day: customer from 0, day of the window from 0, amount
    in 1/10000 of the currency."""

    customer: npt.NDArray[np.int32]
    day: npt.NDArray[np.int16]
    amount: npt.NDArray[np.int64]


@dataclass(frozen=True)
class Shop:
    """A shop of `customers` accounts acquired over `days` local days.

    The same settings give the same shop wherever numpy's PCG64 streams and samplers are the same.
    """

    seed: int = 56
    customers: int = 20_000
    days: int = 730
    growth: float = 1.4
    """Factor by which the number of new customers grows in a year."""
    currency: str = "ARS"
    time_zone: str = "America/Argentina/Buenos_Aires"
    prospect_share: float = 0.04
    """Share of customers who registered and never ordered."""
    guest_share: float = 0.04
    """Share of orders placed without an account."""
    purchase: Purchase = field(default_factory=Purchase)
    spend: Spend = field(default_factory=Spend)
    vips: Vips = field(default_factory=Vips)
    refunds: Refunds = field(default_factory=Refunds)
    traffic: Traffic = field(default_factory=Traffic)

    def __post_init__(self) -> None:
        check("seed", self.seed, 0, 1 << 63)
        check("customers", self.customers, 1, 999_999)
        check("days", self.days, 31, 3_660)
        check("prospect_share", self.prospect_share, 0, 0.9)
        check("guest_share", self.guest_share, 0, 0.9)
        try:
            ZoneInfo(self.time_zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise InvalidInputError(
                "time_zone", f"{self.time_zone!r} is no time zone; give a name like Europe/Madrid."
            ) from error

    def season(self, end: date = END) -> Season:
        """The calendar of the window whose last local day is `end`."""
        return Season(end - timedelta(days=self.days - 1), self.days, self.growth)

    def history(self, end: date = END) -> "History":
        """Everything that happened in the shop up to and including the local day `end`."""
        season = self.season(end)
        population = populate(
            self.customers,
            self.prospect_share,
            season,
            self.purchase,
            self.spend,
            self.vips,
            stream(self.seed, "population"),
        )
        orders, alive = orders_of(
            population, season, self.spend, self.guest_share, stream(self.seed, "orders")
        )
        persons = people(self.customers, stream(self.seed, "people"))
        mailings = campaigns(season)
        return History(
            shop=self,
            clock=Clock(self.time_zone, season.start, self.days),
            people=persons,
            population=population,
            alive=alive,
            orders=orders,
            credits=credits_of(orders, self.refunds, self.days, stream(self.seed, "refunds")),
            mailings=mailings,
            events=events_of(
                orders,
                population.created,
                persons.reachable,
                mailings,
                season,
                self.traffic,
                stream(self.seed, "events"),
            ),
        )

    def orders_only(self, customers: int, end: date = END) -> Bare:
        """The orders of `customers` customers who all ordered, as bare arrays: about 2.6 orders each, without
        VIPs, guests and refunds. Drawn in blocks, so that 3 million customers need about 0.3 GB.
        """
        check("customers", customers, 1, 100_000_000)
        season = self.season(end)
        blocks = [
            self._bare(first, min(BLOCK, customers - first), season) for first in range(0, customers, BLOCK)
        ]
        return Bare(*(np.concatenate(column) for column in zip(*blocks, strict=True)))

    def _bare(self, first: int, count: int, season: Season) -> Bare:
        rng = stream(self.seed, f"bare {first}")
        acquired = season.acquired(rng.random(count))
        drawn = histories(self.purchase.habits(count, rng), acquired, season.length, rng)
        cents = self.spend.cents(self.spend.scales(count, rng)[drawn.customer], rng)
        return Bare(
            (first + drawn.customer).astype(np.int32),
            season.day(drawn.demand_time).astype(np.int16),
            100 * cents,
        )


@dataclass(frozen=True)
class History:
    """What happened in a shop. `alive` says which customers would order again after the window."""

    shop: Shop
    clock: Clock
    people: People
    population: Population
    alive: Flags
    orders: Orders
    credits: Credits
    mailings: list[Campaign]
    events: Events


def check(name: str, value: float, low: float, high: float) -> None:
    """Refuse a setting outside `low` to `high`."""
    if not low <= value <= high:
        raise InvalidInputError(name, f"{name} is {value}; it must be between {low} and {high}.")
