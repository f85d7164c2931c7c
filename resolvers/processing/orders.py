"""Read a tenant's orders and refunds into the summaries that scoring works on."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kit.db import Statement, Work, load
from kit.db.arrays import AMOUNT_SCALE
from kit.zone import EPOCH, day_number, local_days
from resolvers.processing.shop import Shop
from scoring.history import History
from scoring.sales import Daily, DailyTally
from scoring.transactions import Customers

_SQL = Path(__file__).parent.parent.parent / "models" / "sql"
_ORDERS = load(_SQL / "process_orders.sql")
_REFUNDS = load(_SQL / "process_refunds.sql")
_RATES = load(_SQL / "process_rates.sql")
_FUTURE = Statement(
    "SELECT count(*) FROM customer_order WHERE tenant_id = %(tenant_id)s AND status = 'paid' "
    "AND placed_at >= greatest(%(as_of)s, now())",
    True,
    {},
)

Column = NDArray[Any]


@dataclass(slots=True)
class DataReport:
    """What a run was computed from. Money in minor units of the tenant's currency."""

    orders: int = 0
    guest_orders: int = 0
    guest_revenue: int = 0
    linked_refunds: int = 0
    unlinked_refunds: int = 0
    net_revenue: int = 0
    without_rate: dict[str, int] = field(default_factory=dict)
    """Orders and refunds left out for want of an exchange rate, by currency."""
    future_orders: int = 0
    """Paid orders left out since they are dated later than the run's instant and later than today's."""


@dataclass(frozen=True, slots=True)
class Orders:
    """The customers of a tenant as of an instant, the rows they were made from and how far these reach.

    `daily` is what each day brought.
    """

    customers: Customers
    history: History
    daily: Daily
    data_through: datetime | None
    report: DataReport


@dataclass(frozen=True, slots=True)
class _Block:
    customer: Column
    day: Column
    amount: Column


class _Rates:
    """Converts amounts to the tenant's currency at the rate of the order's day."""

    def __init__(self, work: Work, currency: str, scale: int) -> None:
        self._own = currency
        self._scale = scale
        self._rates = {name: (day, rate) for name, day, rate in work.stream(_RATES, {})}

    def convert(self, currency: str, day: Column, amount: Column) -> tuple[Column, Column]:
        """The converted amounts and which of them had a rate, both of the shape of `day`."""
        if currency == self._own:
            return amount, np.ones(len(day), bool)
        since, rate = self._rates.get(currency, (np.empty(0, np.int32), np.empty(0)))
        at = np.searchsorted(since, day, side="right") - 1
        known = at >= 0
        converted = np.rint(amount[known] * rate[at[known]] * (self._scale / AMOUNT_SCALE)).astype(np.int64)
        result = np.zeros(len(day), np.int64)
        result[known] = converted
        return result, known


def read(work: Work, shop: Shop, as_of: datetime) -> Orders:
    """Read one consistent state; call it inside a snapshot transaction in the tenant's scope.

    One pass over the orders. Days are the shop's own; money is counted in minor units of its currency.
    Orders and refunds in a currency without a rate for their day are left out and counted.
    """
    report = DataReport(future_orders=work.run(_FUTURE, {"as_of": as_of})[0][0])
    rates = _Rates(work, shop.currency, shop.scale)
    values = {"as_of": as_of, "currency": shop.currency, "scale": shop.scale}
    latest, tally = 0, DailyTally()
    netted, loose = [], []
    for name, customer, placed_at, amount in work.stream(_ORDERS, values):
        latest = max(latest, int(placed_at.max()))
        days = local_days(placed_at, shop.time_zone)
        block = _converted(rates, report, tally, name, customer, days, amount)
        tally.add_orders(block.day, block.amount)
        report.orders += len(block.customer)
        netted.append(_known_customers(block, report))
    for name, linked, customer, placed_at, amount in work.stream(_REFUNDS, values):
        days = local_days(placed_at, shop.time_zone)
        block = _converted(rates, report, tally, name, customer, days, amount)
        tally.add_refunds(block.day, block.amount)
        if linked:
            report.linked_refunds += len(block.customer)
            netted.append(_known_customers(block, report, orders=False))
        else:
            report.unlinked_refunds += len(block.customer)
            loose.append(_known_customers(block, report, orders=False))
    history = History(*_joined(netted), adjustment=_joined(loose))
    customers = history.customers(day_number(as_of, shop.time_zone), purchases=True)
    through = EPOCH + timedelta(microseconds=latest) if latest else None
    return Orders(customers, history, tally.total(), through, report)


def _converted(
    rates: _Rates,
    report: DataReport,
    tally: DailyTally,
    currency: str,
    customer: Column,
    day: Column,
    amount: Column,
) -> _Block:
    amount, known = rates.convert(currency, day, amount)
    missing = int(len(day) - np.count_nonzero(known))
    if missing:
        report.without_rate[currency] = report.without_rate.get(currency, 0) + missing
        tally.add_left_out(day[~known])
        customer, day, amount = customer[known], day[known], amount[known]
    report.net_revenue += int(amount.sum())
    return _Block(customer, day, amount)


def _known_customers(block: _Block, report: DataReport, *, orders: bool = True) -> _Block:
    """Leave the guests out, who cannot be scored, but count their revenue."""
    guest = block.customer == 0
    if not guest.any():
        return block
    report.guest_revenue += int(block.amount[guest].sum())
    if orders:
        report.guest_orders += int(np.count_nonzero(guest))
    return _Block(block.customer[~guest], block.day[~guest], block.amount[~guest])


def _joined(blocks: list[_Block]) -> tuple[Column, Column, Column]:
    columns = [(np.empty(0, np.int64), np.empty(0, np.int32), np.empty(0, np.int64))]
    columns += [(block.customer, block.day, block.amount) for block in blocks]
    customer, day, amount = (np.concatenate(each) for each in zip(*columns, strict=True))
    return customer, day, amount
