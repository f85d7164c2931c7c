"""How values spread: bins of money with round edges that suit the data, and tenths of probability."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from scoring.results import ProbabilityBin, ValueBin
from scoring.sales import exact_sums

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TAIL = 100
"""One in so many customers may lie in the open bin at either end."""
_WIDE = 20
"""From this ratio between the ends on, bins grow with the values."""
_MOST_EDGES = 16
_STEPS = 10
"""Bins of equal width that are aimed at."""
_LARGEST = 2**62
TENTHS = 10


def value_histogram(value: NDArray[np.int64]) -> tuple[ValueBin, ...]:
    """Customers and their total by value, from low to high; whoever sits on an edge is in the bin above.

    Edges are 1, 2 and 5 times powers of ten where the values are positive and spread widely (powers of ten
    alone where that gives too many), else at a round distance. They reach over all but about one in a hundred
    customers at either end, who are in bins that are open there and left out where nobody is in them.

    Args:
        value: in whole units of money, shape (n,).
    """
    if len(value) == 0:
        return ()
    edges = np.array([each for each in _edges(value) if each <= _LARGEST], np.int64)
    at = np.searchsorted(edges, value, side="right")
    counts = np.bincount(at, minlength=len(edges) + 1).tolist()
    totals = exact_sums(at, value, len(edges) + 1).tolist()
    bounds = [None, *edges.tolist(), None]
    bins = [ValueBin(bounds[i], bounds[i + 1], counts[i], totals[i]) for i in range(len(counts))]
    return tuple(bins[not counts[0] : len(bins) - (not counts[-1])])


def probability_histogram(probability: NDArray[np.float64]) -> tuple[ProbabilityBin, ...]:
    """Customers by tenth of their probability; 1.0 is in the last. Those without one (NaN) are in none.

    Args:
        probability: 0 to 1, shape (n,).
    """
    known = probability[~np.isnan(probability)]
    tenth = np.minimum((known * TENTHS).astype(np.int64), TENTHS - 1)
    counts = np.bincount(tenth, minlength=TENTHS).tolist()
    return tuple(ProbabilityBin(i / TENTHS, (i + 1) / TENTHS, count) for i, count in enumerate(counts))


def _edges(value: NDArray[np.int64]) -> list[int]:
    """At least two edges, ascending, the first of them at most `_LARGEST`."""
    last = len(value) - 1
    places = sorted({last // _TAIL, last - last // _TAIL})
    ordered = np.partition(value, places)
    low, high = int(ordered[places[0]]), int(ordered[places[-1]])
    low, high = max(low, -_LARGEST), min(high, _LARGEST)
    if low > 0 and high >= _WIDE * low:
        for series in ((1, 2, 5), (1,)):
            edges = _growing(low, high, series)
            if len(edges) <= _MOST_EDGES:
                break
        return edges
    return _even(low, high)


def _growing(low: int, high: int, series: tuple[int, ...]) -> list[int]:
    """The round numbers from the last one <= low to the first one > high."""
    powers = range(len(str(high)) + 1)
    numbers = [digit * 10**power for power in powers for digit in series]
    first = max(i for i, each in enumerate(numbers) if each <= low)
    end = min(i for i, each in enumerate(numbers) if each > high)
    return numbers[first : end + 1]


def _even(low: int, high: int) -> list[int]:
    """Multiples of a round step, from the last one <= low to the first one > high."""
    width = max(high - low, 1)
    rounds = [digit * 10**power for power in range(len(str(width)) + 1) for digit in (1, 2, 5)]
    step = next(each for each in rounds if each * _STEPS >= width)
    return list(range(low // step * step, high // step * step + step + 1, step))
