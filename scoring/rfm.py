"""Recency, frequency and monetary scores of 1 to 5, which respect ties, and the segment they lead to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from scoring.segments import CELLS, MAP_VERSION, SEGMENTS, segment_map

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

__all__ = ["MAP_VERSION", "SEGMENTS", "Edges", "RfmScores", "Span", "score"]


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
    return RfmScores(r, f, m, table[r, f, m], edges, map_version)


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
    """`first + floor(classes * strictly lower / N)` in integers, with the span of each class.

    The class of a value never falls as the value rises, so it is enough to find the lowest value of each
    class, by its rank in the sorted values.
    """
    ordered = np.sort(values)
    n = len(ordered)
    starts = [0]
    for k in range(1, classes):
        at = -(-k * n // classes)
        if at < n and ordered[at - 1] == ordered[at]:
            at = int(np.searchsorted(ordered, ordered[at], side="right"))
        starts.append(at)
    scores = np.full(n, first, np.uint8)
    for at in starts[1:]:
        if at < n:
            scores += values >= ordered[at]
    ends = [*starts[1:], n]
    spans = (
        _span(first + k, ordered[low:high]) for k, (low, high) in enumerate(zip(starts, ends, strict=True))
    )
    return scores, tuple(spans)


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
    scores = np.ones(len(orders), np.uint8)
    scores[repeat], spans = _classes(orders[repeat], 4, 2)
    once = Span(1, None, None) if repeat.all() else Span(1, 1, 1)
    return scores, (once, *spans)
