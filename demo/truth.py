"""Truth: what is known of a shop because it was made up."""

import json
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path

import numpy as np

from demo.arrays import Ints
from demo.events import KINDS
from demo.orders import GUEST
from demo.refunds import UNLINKED
from demo.shop import History


@dataclass(frozen=True)
class Vip:
    """A VIP's orders and money (decimal text in the shop's currency)."""

    customer_id: str
    orders: int
    gross: str
    net: str


@dataclass(frozen=True)
class Content:
    """A file's records (without a header) and the SHA-256 of its text before compression."""

    records: int
    sha256: str


@dataclass(frozen=True)
class Truth:
    """The facts of a shop, as written to truth.json.

    The window is the local days `start` to `end`, both included; `as_of` is the midnight that follows.
    Parameters are in days and in the shop's currency. Money is decimal text: `net` is `gross` (all orders,
    guests too) less `credits`; `guest_net` is the part of it no customer can claim.
    """

    start: str
    end: str
    as_of: str
    settings: dict[str, object]
    counts: dict[str, int]
    events: dict[str, int]
    revenue: dict[str, str]
    vips: list[Vip]
    files: dict[str, Content]

    def write(self, path: Path) -> None:
        """Write as JSON."""
        path.write_bytes((json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n").encode())


def customer_id(number: int) -> str:
    """The external id of the customer with this index; empty for a guest."""
    return f"C{number + 1:06d}" if number != GUEST else ""


def money(cents: int) -> str:
    """Cents as decimal text with two decimals."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def truth_of(history: History, files: dict[str, Content]) -> Truth:
    """The truth of this history, whose files have these contents."""
    clock = history.clock
    end = clock.start + timedelta(days=clock.days - 1)
    return Truth(
        start=clock.start.isoformat(),
        end=end.isoformat(),
        as_of=clock.midnight_after(),
        settings=asdict(history.shop),
        counts=_counts(history),
        events=dict(zip(KINDS, np.bincount(history.events.kind, minlength=len(KINDS)).tolist(), strict=True)),
        revenue=_revenue(history),
        vips=_vips(history),
        files=files,
    )


def _counts(history: History) -> dict[str, int]:
    orders, credit, population = history.orders, history.credits, history.population
    each = np.bincount(orders.customer[orders.customer != GUEST], minlength=len(history.alive))
    linked = credit.order != UNLINKED
    entire = credit.cents == orders.cents[credit.cause]
    return {
        "customers": len(history.alive),
        "prospects": int(population.prospects.sum()),
        "buyers": int((each > 0).sum()),
        "repeat_buyers": int((each > 1).sum()),
        "alive": int(history.alive.sum()),
        "orders": len(orders.cents),
        "guest_orders": int((orders.customer == GUEST).sum()),
        "credits": len(credit.cents),
        "full_refunds": int((linked & entire).sum()),
        "partial_refunds": int((linked & ~entire).sum()),
        "unlinked_credits": int((~linked).sum()),
        "events": len(history.events.kind),
    }


def _revenue(history: History) -> dict[str, str]:
    gross, credit = int(history.orders.cents.sum()), int(history.credits.cents.sum())
    guests = _total(history.orders.customer, history.orders.cents, GUEST)
    guests -= _total(history.credits.customer, history.credits.cents, GUEST)
    return {
        "gross": money(gross),
        "credits": money(credit),
        "net": money(gross - credit),
        "guest_net": money(guests),
    }


def _vips(history: History) -> list[Vip]:
    orders, credit = history.orders, history.credits
    vips = []
    for number in np.flatnonzero(history.population.vips).tolist():
        gross = _total(orders.customer, orders.cents, number)
        net = gross - _total(credit.customer, credit.cents, number)
        count = int((orders.customer == number).sum())
        vips.append(Vip(customer_id(number), count, money(gross), money(net)))
    return vips


def _total(customer: Ints, cents: Ints, number: int) -> int:
    return int(cents[customer == number].sum())
