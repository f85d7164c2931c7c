"""How many customers end up inside their 90 % interval when the last part of a history is held out.

python -m benchmarks.coverage [LEVEL]
"""

import sys
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.histories import SCALE, UCI, cdnow, end, generated, uci, without_adjustment
from scoring import intervals, purchase, spend
from scoring.backtest.rolling import common_spread, rolling_errors
from scoring.history import History
from scoring.transactions import Customers, positions


class Future(NamedTuple):
    """What customers did in the held-out days, (n,) each."""

    transactions: NDArray[np.float64]
    value: NDArray[np.float64]


def main(level: float) -> None:
    print(
        f"| history | held out | customers | model | transactions within {level:.0%} | value within "
        "| value of repeat buyers within | value without the common factor | mean width with / without |"
    )
    print(f"|{'---|' * 9}")
    for name, history, windows in histories():
        for days in windows:
            for row in rows(history, days, level):
                print(f"| {name} | {days} days | {row} |", flush=True)


def histories() -> Iterator[tuple[str, History, tuple[int, ...]]]:
    yield "CDNOW", cdnow(), (90, 180, 273)
    if UCI.exists():
        yield "UCI Online Retail", without_adjustment(uci()), (90, 180)
    else:
        print(f"no UCI Online Retail: {UCI} is not there", file=sys.stderr)
    yield "simulated shop", generated(30_000), (90, 180, 365)


def rows(history: History, days: int, level: float) -> Iterator[str]:
    """A row a model: fitted to what came before the last `days`, met with what came then."""
    origin = end(history) - days
    before = history.between(None, origin)
    known = before.customers(origin)
    future = happened(known, history.between(origin, origin + days).customers(origin + days))
    mean = known.transaction_value / SCALE / known.frequency
    money = spend.fit(known.frequency, mean)
    past = (days, known.x, known.t_x, known.T)
    for model in purchase.MODELS:
        fit = purchase.fit(model, known.x, known.t_x, known.T)
        errors = rolling_errors(before, as_of=origin, horizon_days=days, model=model)
        orders, value = (common_spread(errors, of=of) for of in ("transactions", "value"))
        counts = intervals.transactions(fit, *past, level=level, common=orders)
        paid, alone = (
            intervals.value(fit, money, *past, known.frequency, mean, level=level, common=common)
            for common in (value, 0.0)
        )
        within = inside(future.value, paid)
        flags = " (degenerate)" if purchase.DEGENERATE.intersection(fit.flags) else ""
        figures = (
            inside(future.transactions, counts).mean(),
            within.mean(),
            within[known.x > 0].mean(),
            inside(future.value, alone).mean(),
        )
        widths = " / ".join(f"{np.mean(high - low):,.4g}" for low, high in (paid, alone))
        shares = " | ".join(f"{share:.1%}" for share in figures)
        yield f"{len(known):,} | {model}{flags} | {shares} | {widths}"


def happened(known: Customers, later: Customers) -> Future:
    """Transactions and their value of each known customer."""
    transactions, value = np.zeros(len(known)), np.zeros(len(known))
    at, old = positions(known.id, later.id)
    transactions[at] = later.frequency[old]
    value[at] = later.transaction_value[old] / SCALE
    return Future(transactions, value)


def inside(
    figure: NDArray[np.float64], bounds: tuple[NDArray[np.float64], NDArray[np.float64]]
) -> NDArray[np.bool_]:
    """Whether the figures lie within the bounds, both included."""
    return (figure >= bounds[0]) & (figure <= bounds[1])


if __name__ == "__main__":
    main(float(sys.argv[1]) if sys.argv[1:] else 0.9)
