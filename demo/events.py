"""Events: what customers did around their orders and the shop's mailings."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from demo.arrays import Flags, Ints
from demo.catalogue import CARTS, PAGES, Campaign
from demo.orders import GUEST, Orders
from demo.season import DAY, Season

KINDS = (
    *("page_view", "add_to_cart", "remove_from_cart", "purchase"),
    *("email_opened", "email_clicked", "campaign_converted"),
)
VIEW, ADD, REMOVE, PURCHASE, OPEN, CLICK, CONVERT = range(len(KINDS))
NONE = -1


class Events(NamedTuple):
    """One entry an event: kind (of KINDS), customer, wall-clock seconds, `subject` (a row of PAGES, of CARTS
    or a campaign, by kind) and the row of `Orders` it belongs to; NONE where there is none."""

    kind: Ints
    customer: Ints
    seconds: Ints
    subject: Ints
    order: Ints


@dataclass(frozen=True)
class Traffic:
    """How much goes on around orders and mailings: means for each order, then shares."""

    views: float = 1.0
    """Pages viewed before an order."""
    carts: float = 0.7
    """Products put into the cart before an order."""
    visits: float = 0.25
    """Visits of anybody that led to no order, for each order; a fifth of them leave a full cart."""
    emptied: float = 0.12
    """Share of products taken out of the cart again."""
    opened: float = 0.14
    """Share of mailings opened."""
    clicked: float = 0.25
    """Share of opened mailings clicked."""
    won: float = 0.25
    """Share of orders within five days of a mailing that it brought about."""


def events_of(
    orders: Orders,
    created: Ints,
    reachable: Flags,
    mailings: Sequence[Campaign],
    season: Season,
    traffic: Traffic,
    rng: np.random.Generator,
) -> Events:
    """All events of customers with an account (`created`, seconds), by time; guests leave no events."""
    own = np.flatnonzero(orders.customer != GUEST).astype(np.int64)
    sent = np.array([mailing.sent for mailing in mailings], dtype=np.int64)
    parts = [
        *_shopping(orders, own, traffic, rng),
        *_visits(created, round(traffic.visits * len(own)), season, rng),
        *_conversions(orders, own[reachable[orders.customer[own]]], created, sent, traffic, rng),
        *(part for i in range(len(sent)) for part in _mailing(i, sent[i], created, reachable, traffic, rng)),
    ]
    return _by_time(parts, created, season.days * DAY)


def _shopping(orders: Orders, own: Ints, traffic: Traffic, rng: np.random.Generator) -> list[Events]:
    viewed = np.repeat(own, rng.poisson(traffic.views, len(own)))
    carted = np.repeat(own, rng.poisson(traffic.carts, len(own)))
    emptied = carted[rng.random(len(carted)) < traffic.emptied]

    def before(kind: int, rows: Ints, low: int, high: int, subjects: int) -> Events:
        seconds = orders.seconds[rows] - rng.integers(low, high, len(rows))
        return _events(kind, orders.customer[rows], seconds, _popular(subjects, len(rows), rng))

    return [
        before(VIEW, viewed, 900, 3600, len(PAGES)),
        before(ADD, carted, 300, 900, len(CARTS)),
        before(REMOVE, emptied, 30, 300, len(CARTS)),
        _events(PURCHASE, orders.customer[own], orders.seconds[own], order=own),
    ]


def _visits(created: Ints, count: int, season: Season, rng: np.random.Generator) -> list[Events]:
    customer = rng.integers(0, len(created), count)
    since = season.demand_time(created[customer])
    seconds = season.seconds(since + rng.random(count) * (season.length - since))
    left = np.flatnonzero(rng.random(count) < 0.2)
    return [
        _events(VIEW, customer, seconds, _popular(len(PAGES), count, rng)),
        _events(ADD, customer[left], seconds[left] + 240, _popular(len(CARTS), len(left), rng)),
    ]


def _mailing(
    number: int, sent: int, created: Ints, reachable: Flags, traffic: Traffic, rng: np.random.Generator
) -> list[Events]:
    audience = np.flatnonzero(reachable & (created < sent)).astype(np.int64)
    readers = audience[rng.random(len(audience)) < traffic.opened]
    read = sent + 60 + (8 * 3600 * rng.exponential(size=len(readers))).astype(np.int64)
    curious = np.flatnonzero(rng.random(len(readers)) < traffic.clicked)
    clicked = read[curious] + rng.integers(5, 300, len(curious))
    return [
        _events(OPEN, readers, read, np.full(len(readers), number)),
        _events(CLICK, readers[curious], clicked, np.full(len(curious), number)),
    ]


def _conversions(
    orders: Orders, rows: Ints, created: Ints, sent: Ints, traffic: Traffic, rng: np.random.Generator
) -> list[Events]:
    latest = np.searchsorted(sent, orders.seconds[rows], side="right") - 1
    since = np.where(latest >= 0, orders.seconds[rows] - np.append(sent, 0)[latest], 5 * DAY)
    known = created[orders.customer[rows]] < orders.seconds[rows] - since
    won = (since > 3600) & (since < 5 * DAY) & known & (rng.random(len(rows)) < traffic.won)
    rows, latest, since = rows[won], latest[won], since[won]
    customer, placed = orders.customer[rows], orders.seconds[rows]
    read = placed - (since * rng.uniform(0.3, 0.9, len(rows))).astype(np.int64)
    return [
        _events(OPEN, customer, read, latest),
        _events(CLICK, customer, read + rng.integers(5, 300, len(rows)), latest),
        _events(CONVERT, customer, placed, latest, rows),
    ]


def _popular(choices: int, count: int, rng: np.random.Generator) -> Ints:
    return (choices * rng.random(count) ** 2).astype(np.int64)


def _events(
    kind: int, customer: Ints, seconds: Ints, subject: Ints | None = None, order: Ints | None = None
) -> Events:
    none = np.full(len(customer), NONE, dtype=np.int64)
    return Events(
        kind=np.full(len(customer), kind, dtype=np.int64),
        customer=customer,
        seconds=seconds,
        subject=none if subject is None else subject,
        order=none if order is None else order,
    )


def _by_time(parts: Iterable[Events], created: Ints, end: int) -> Events:
    kind, customer, seconds, subject, order = (np.concatenate(column) for column in zip(*parts, strict=True))
    seconds = np.maximum(seconds, created[customer])
    by_time = np.argsort(seconds, kind="stable")
    kept = by_time[seconds[by_time] < end]
    return Events(kind[kept], customer[kept], seconds[kept], subject[kept], order[kept])
