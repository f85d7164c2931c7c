"""How many customers end up inside their 90 % interval when the last part of a history is held out.

python -m benchmarks.coverage [LEVEL]
"""

import csv
import importlib.util
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from demo.shop import Shop
from scoring import intervals, purchase, spend
from scoring.transactions import Customers, summarise

UCI = Path(__file__).parents[2] / "shared" / "data" / "uci_online_retail_orders.csv"
SCALE = 10_000


class Orders(NamedTuple):
    """Order rows: customers, days since 1970-01-01 and amounts in 1/10000, refunds on their order's day."""

    customer: NDArray[np.int64]
    day: NDArray[np.int64]
    amount: NDArray[np.int64]

    def between(self, start: int, end: int) -> "Orders":
        """Those of days from start to the day before end."""
        kept = (self.day >= start) & (self.day < end)
        return Orders(self.customer[kept], self.day[kept], self.amount[kept])


class Future(NamedTuple):
    """What customers did in the held-out days, (n,) each."""

    transactions: NDArray[np.float64]
    value: NDArray[np.float64]


def main(level: float) -> None:
    print(
        f"| history | held out | customers | model | transactions within {level:.0%} | value within "
        "| value of repeat buyers within |"
    )
    print("|---|---|---|---|---|---|---|")
    for name, orders, windows in histories():
        for days in windows:
            for row in rows(orders, days, level):
                print(f"| {name} | {days} days | {row} |", flush=True)


def histories() -> Iterator[tuple[str, Orders, tuple[int, ...]]]:
    yield "CDNOW", cdnow(), (90, 180, 273)
    if UCI.exists():
        yield "UCI Online Retail", uci(), (90, 180)
    else:
        print(f"no UCI Online Retail: {UCI} is not there", file=sys.stderr)
    bare = Shop().orders_only(30_000)
    yield "simulated shop", Orders(*(np.asarray(column, np.int64) for column in bare)), (90, 180, 365)


def rows(orders: Orders, days: int, level: float) -> Iterator[str]:
    """A row a model: fitted to what came before the last `days`, met with what came then."""
    origin = int(orders.day.max()) + 1 - days
    known = summarise(*orders.between(0, origin), as_of=origin)
    future = happened(known, orders.between(origin, origin + days))
    mean = known.transaction_value / SCALE / known.frequency
    money = spend.fit(known.frequency, mean)
    history = (days, known.x, known.t_x, known.T)
    for model in purchase.MODELS:
        fit = purchase.fit(model, known.x, known.t_x, known.T)
        counted = inside(future.transactions, intervals.transactions(fit, *history, level=level))
        paid = inside(future.value, intervals.value(fit, money, *history, known.frequency, mean, level=level))
        buyers = known.x > 0
        flags = " (degenerate)" if purchase.DEGENERATE.intersection(fit.flags) else ""
        figures = (counted.mean(), paid.mean(), paid[buyers].mean())
        yield f"{len(known):,} | {model}{flags} | " + " | ".join(f"{share:.1%}" for share in figures)


def happened(known: Customers, later: Orders) -> Future:
    """Transactions and their value of each known customer."""
    ahead = summarise(*later, as_of=int(later.day.max()))
    at = np.searchsorted(known.id, ahead.id)
    at = np.minimum(at, len(known) - 1)
    old = known.id[at] == ahead.id
    transactions, value = np.zeros(len(known)), np.zeros(len(known))
    transactions[at[old]] = ahead.frequency[old]
    value[at[old]] = ahead.transaction_value[old] / SCALE
    return Future(transactions, value)


def inside(
    figure: NDArray[np.float64], bounds: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> NDArray[np.bool_]:
    """Whether the figures lie within the bounds, both included."""
    return (figure >= bounds[0]) & (figure <= bounds[1])


def cdnow() -> Orders:
    """All 23,570 customers from the file that the package lifetimes ships."""
    spec = importlib.util.find_spec("lifetimes")
    if spec is None or not spec.submodule_search_locations:
        sys.exit("CDNOW comes with the package lifetimes, which is not installed")
    path = Path(spec.submodule_search_locations[0]) / "datasets" / "CDNOW_master.txt"
    lines = [line.split() for line in path.read_text().splitlines()]
    lines = [line for line in lines if line and line[0].isdigit()]
    days = np.array([f"{date[:4]}-{date[4:6]}-{date[6:]}" for _, date, *_ in lines], "datetime64[D]")
    amounts = np.array([round(float(line[3]) * SCALE) for line in lines])
    return Orders(np.array([int(line[0]) for line in lines]), days.astype(np.int64), amounts)


def uci() -> Orders:
    """Credits go to the day of the customer's last order of the same amount; others are left out."""
    with UCI.open(newline="") as file:
        lines = sorted(
            (row for row in csv.DictReader(file) if row["customer_id"]), key=lambda row: row["date"]
        )
    days_of: dict[tuple[int, int], list[int]] = defaultdict(list)
    linked = []
    for line in lines:
        customer, amount = int(line["customer_id"]), round(float(line["amount"]) * SCALE)
        day = int(np.datetime64(line["date"][:10], "D").astype(np.int64))
        if amount > 0:
            days_of[customer, amount].append(day)
        elif days_of[customer, -amount]:
            day = days_of[customer, -amount].pop()
        else:
            continue
        linked.append((customer, day, amount))
    return Orders(*np.array(linked, np.int64).T)


if __name__ == "__main__":
    main(float(sys.argv[1]) if sys.argv[1:] else 0.9)
