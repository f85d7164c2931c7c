"""Recency, frequency and monetary scores of 1 to 5, which respect ties, and the segment they lead to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from scoring.segments import CELLS, MAP_VERSION, SEGMENTS, segment_map

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["MAP_VERSION", "SEGMENTS", "Edges", "RfmScores", "Span", "score"]

_NARROW = 1000
"""By how much the range of integers may exceed their number to be counted in a table."""
_SAMPLE = 1 << 14


@dataclass(frozen=True, slots=True)
class Span:
    """The lowest and highest value that got a score; both None when no customer has the score."""

    score: int
    low: int | float | None
    high: int | float | None


@dataclass(frozen=True, slots=True)
class Edges:
    """What each score spans, five spans a measure in ascending order of score, in the units given."""

    recency: tuple[Span, ...]
    frequency: tuple[Span, ...]
    monetary: tuple[Span, ...]


@dataclass(frozen=True, slots=True, eq=False)
class RfmScores:
    """Scores and segment codes of N customers, uint8 (N,) each, in the order given."""

    r: NDArray[np.uint8]
    f: NDArray[np.uint8]
    m: NDArray[np.uint8]
    segment: NDArray[np.uint8]
    """Position in `SEGMENTS`."""
    edges: Edges
    map_version: int


def score(
    recency_days: ArrayLike,
    frequency: ArrayLike,
    monetary: ArrayLike,
    *,
    cells: NDArray[np.uint8] | None = None,
    map_version: int = MAP_VERSION,
) -> RfmScores:
    """Score customers against each other.

    R and M are `1 + floor(5 * customers strictly worse / N)`. F is 1 exactly for one transaction; repeat
    buyers get 2..5 by the same rule over four classes among themselves. Equal values get equal scores, and
    the order of the rows can not matter.

    Args:
        recency_days: days since the last transaction, shape (N,); fewer is better.
        frequency: transactions, integers >= 1, shape (N,).
        monetary: net revenue in any unit, shape (N,); may be negative.
        cells: a tenant's own map (`segments.segment_map`), the built-in one when None.
        map_version: the version of that map, stored with the run.

    Raises:
        ValueError: arrays of unequal length, values that are not finite, a frequency below 1, or a map that
            does not cover all cells.
    """
    recency = _measure(recency_days, "recency_days")
    orders = _measure(frequency, "frequency")
    money = _measure(monetary, "monetary")
    if not len(recency) == len(orders) == len(money):
        raise ValueError("recency_days, frequency and monetary must have the same length")
    if len(orders) and orders.min() < 1:
        raise ValueError("frequency must be at least 1")
    table = CELLS if cells is None else segment_map(cells)
    r, r_spans = _classes(-recency, 5, 1)
    m, m_spans = _classes(money, 5, 1)
    f, f_spans = _frequency(orders)
    edges = Edges(tuple(_mirrored(span) for span in r_spans), f_spans, m_spans)
    return RfmScores(r, f, m, table.ravel().take(36 * r + 6 * f + m), edges, map_version)


def _measure(values: ArrayLike, name: str) -> NDArray[Any]:
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional")
    if array.dtype.kind == "i":
        return array
    if array.dtype.kind == "u":
        return array.astype(np.int64)
    array = array.astype(np.float64, copy=False)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite")
    return array


def _classes(values: NDArray[Any], classes: int, first: int) -> tuple[NDArray[np.uint8], tuple[Span, ...]]:
    """`first + floor(classes * strictly lower / N)` in integers, with the span of each class."""
    if len(values) == 0:
        return np.zeros(0, np.uint8), tuple(Span(first + k, None, None) for k in range(classes))
    lowest, highest = values.min(), values.max()
    if values.dtype.kind == "i" and int(highest) - int(lowest) < len(values) + _NARROW:
        return _by_histogram(values, int(lowest), classes, first)
    return _by_rank(values, classes, first)


def _by_histogram(
    values: NDArray[Any], lowest: int, classes: int, first: int
) -> tuple[NDArray[np.uint8], tuple[Span, ...]]:
    """The definition, counted for each distinct integer of a narrow range."""
    place = np.subtract(values, lowest, dtype=np.intp)
    counts = np.bincount(place)
    lower = np.cumsum(counts) - counts
    score = (first + classes * lower // len(values)).astype(np.uint8)
    seen = np.flatnonzero(counts)
    ends = np.searchsorted(score[seen], np.arange(first, first + classes + 1))
    spans = (_span(first + k, seen[ends[k] : ends[k + 1]] + lowest) for k in range(classes))
    return score[place], tuple(spans)


def _by_rank(values: NDArray[Any], classes: int, first: int) -> tuple[NDArray[np.uint8], tuple[Span, ...]]:
    """The same of any values.

    The class of a value never falls as the value rises, so it is enough to find the lowest value of each
    class, by its rank, for which the values need not be sorted.
    """
    n = len(values)
    sample = np.sort(values[:: max(1, n // _SAMPLE)])
    edges = [_edge(values, sample, -(-k * n // classes)) for k in range(1, classes + 1)]
    starts = [values.min(), *(start for start, _ in edges)]
    scores = np.full(n, first, np.uint8)
    for start in starts[1:]:
        if start is not None:
            scores += values >= start
    spans = (
        Span(first + k, None, None)
        if starts[k] is None or starts[k] == starts[k + 1]
        else Span(first + k, starts[k].item(), below.item())
        for k, (_, below) in enumerate(edges)
    )
    return scores, tuple(spans)


def _edge(values: NDArray[Any], sample: NDArray[Any], at: int) -> tuple[Any | None, Any]:
    """The least value with at least `at` (>= 1) values strictly below it, or None, and the next lower one."""
    if at >= len(values):
        return None, values.max()
    near, rank = _near(values, sample, at)
    ordered = np.partition(near, [rank - 1, rank])
    before, value = ordered[rank - 1], ordered[rank]
    if before < value:
        return value, before
    above = values.compress(values > value)
    return (above.min() if len(above) else None), value


def _near(values: NDArray[Any], sample: NDArray[Any], at: int) -> tuple[NDArray[Any], int]:
    """Few of the values, with those of rank `at` - 1 and `at` among them, and the latter's rank there.

    They lie between two values of the sorted sample, six standard errors to either side (Floyd & Rivest
    1975); where that fails all values are given back.
    """
    middle, margin = at * len(sample) // len(values), 3 * int(len(sample) ** 0.5)
    low, high = sample[max(middle - margin, 0)], sample[min(middle + margin, len(sample) - 1)]
    below = int(np.count_nonzero(values < low))
    near = values.compress((values >= low) & (values <= high))
    return (near, at - below) if below < at < below + len(near) else (values, at)


def _span(score: int, ordered: NDArray[Any]) -> Span:
    if len(ordered) == 0:
        return Span(score, None, None)
    return Span(score, ordered[0].item(), ordered[-1].item())


def _mirrored(span: Span) -> Span:
    if span.low is None or span.high is None:
        return span
    return Span(span.score, -span.high, -span.low)


def _frequency(orders: NDArray[Any]) -> tuple[NDArray[np.uint8], tuple[Span, ...]]:
    repeat = orders > 1
    scores, reached = np.ones(len(orders), np.uint8), 1
    _, spans = _classes(orders.compress(repeat), 4, 2)
    for span in spans:
        if span.low is not None:
            scores += (orders >= span.low) * np.uint8(span.score - reached)
            reached = span.score
    once = Span(1, None, None) if repeat.all() else Span(1, 1, 1)
    return scores, (once, *spans)
