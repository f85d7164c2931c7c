"""RFM scores of a million customers, against three ranks of the same arrays by pandas and by polars.

python -m benchmarks.rfm [CUSTOMERS]

`rfm.score` also finds the segments and the edges of the scores; the peers rank and turn ranks into scores, F
among all customers, and nothing else. Best of ten runs each. polars is left out where it is not installed:
run it from an environment with polars and scipy.
"""

import sys
import time
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring import rfm

CUSTOMERS = 1_000_000
_RUNS = 10

Measures = tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]


def ours(measures: Measures) -> Any:
    return rfm.score(*measures)


def pandas(measures: Measures) -> Any:
    pd: Any = import_module("pandas")

    n = len(measures[0])
    columns = (pd.Series(measure) for measure in (-measures[0], *measures[1:]))
    return [1 + 5 * (column.rank(method="min").to_numpy(np.int64) - 1) // n for column in columns]


def polars(measures: Measures) -> Any:
    pl: Any = import_module("polars")

    frame = pl.DataFrame(dict(zip("rfm", measures, strict=True)))
    ranks = ((c, pl.col(c).rank("min", descending=c == "r").cast(pl.Int64)) for c in "rfm")
    return frame.select(**{c: 1 + 5 * (rank - 1) // pl.len() for c, rank in ranks})


def main(customers: int) -> None:
    measures = drawn(customers)
    print("| customers | who | milliseconds | x ours |")
    print("|---|---|---|---|")
    base = best(ours, measures)
    print(f"| {customers:,} | ours | {base * 1e3:.1f} | 1.0 |")
    for peer in (pandas, polars):
        if find_spec(peer.__name__) is None:
            print(f"{peer.__name__} is not installed")
            continue
        seconds = best(peer, measures)
        print(f"| {customers:,} | {peer.__name__} | {seconds * 1e3:.1f} | {seconds / base:.1f} |")


def best(run: Callable[[Measures], Any], measures: Measures) -> float:
    """The least seconds of some runs."""
    found = []
    for _ in range(_RUNS):
        began = time.perf_counter()
        run(measures)
        found.append(time.perf_counter() - began)
    return min(found)


def drawn(customers: int) -> Measures:
    """Recency over two years, three fifths of repeat buyers, and log-normal revenue in 1/10000."""
    generator = np.random.default_rng(56)
    frequency = generator.geometric(0.4, customers).astype(np.int32)
    monetary = np.rint(generator.lognormal(3.0, 1.0, customers) * 1e4).astype(np.int64) * frequency
    return generator.integers(0, 730, customers).astype(np.int32), frequency, monetary


if __name__ == "__main__":
    main(int(sys.argv[1]) if sys.argv[1:] else CUSTOMERS)
