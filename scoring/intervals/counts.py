"""How many transactions lie ahead: their distribution for many histories at once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring.intervals.trade import Trade

Floats: TypeAlias = "NDArray[np.float64]"

_BLOCK = 8
_MOST_CELLS = 1 << 18
_MOST = 1 << 20
"""No distribution is followed beyond so many transactions."""
_NEGLIGIBLE = 1e-3
_ALMOST_NOTHING = 1e-4


@dataclass(frozen=True, slots=True, eq=False)
class Histories:
    """Horizon and history of k customers, float64 (k,) each, in the fit's unit of time."""

    t: Floats
    x: Floats
    t_x: Floats
    T: Floats

    def __len__(self) -> int:
        return len(self.t)

    def part(self, rows: NDArray[np.intp] | slice) -> Histories:
        """Those of the given rows."""
        return Histories(self.t[rows], self.x[rows], self.t_x[rows], self.T[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A stretch of n for the histories whose distribution reaches it."""

    rows: NDArray[np.intp]
    n: Floats
    """(m,)"""
    probability: Floats
    """Of exactly n transactions, (rows, m)."""
    reached: Floats
    """Of at most n transactions, (rows, m)."""


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Distributions of k histories as flat pairs of a history and n >= 1, by history and then by n."""

    never: Floats
    """Probability of no transaction, (k,)."""
    n: Floats
    """(pairs,)"""
    probability: Floats
    """(pairs,)"""
    lengths: NDArray[np.intp]
    """How many pairs each history has, (k,)."""


def blocks(trade: Trade, histories: Histories, tail: float) -> Iterator[Block]:
    """The distributions from n = 0 upward, until no history has more than `tail` left above.

    A history also ends where, with little left, a whole block brings nothing: its probabilities may miss 1 by
    their rounding.
    """
    little = min(tail / _NEGLIGIBLE, _ALMOST_NOTHING)
    rows, seen = np.arange(len(histories)), np.zeros(len(histories))
    first, width = 0, _BLOCK
    while len(rows) and first < _MOST:
        n = np.arange(first, first + width, dtype=np.float64)
        size = max(1, _MOST_CELLS // width)
        for part in (rows[i : i + size] for i in range(0, len(rows), size)):
            of = histories.part(part)
            chances = trade.pmf_ahead(n, of.t[:, None], of.x[:, None], of.t_x[:, None], of.T[:, None])
            reached = np.cumsum(chances, axis=1) + seen[part, None]
            yield Block(part, n, chances, reached)
            left, brought = 1.0 - reached[:, -1], reached[:, -1] - seen[part]
            seen[part] = reached[:, -1]
            over = (left <= tail) | ((left <= little) & (brought <= tail * _NEGLIGIBLE))
            seen[part[over]] = np.inf
        rows = rows[seen[rows] < np.inf]
        first += width
        width = max(_BLOCK, first // 2)


def counts(trade: Trade, histories: Histories, tail: float) -> Counts:
    """The distributions but for a probability of about `tail` each."""
    never = np.zeros(len(histories))
    rows, ns, chances = [], [], []
    for block in blocks(trade, histories, tail):
        first = int(block.n[0] == 0)
        if first:
            never[block.rows] = block.probability[:, 0]
        at, column = np.nonzero(block.probability[:, first:] > tail * _NEGLIGIBLE)
        rows.append(block.rows[at])
        ns.append(block.n[first + column])
        chances.append(block.probability[at, first + column])
    row = np.concatenate([*rows, np.zeros(0, np.intp)])
    order = np.argsort(row, kind="stable")
    return Counts(
        never=never,
        n=np.concatenate([*ns, np.zeros(0)])[order],
        probability=np.concatenate([*chances, np.zeros(0)])[order],
        lengths=np.bincount(row, minlength=len(histories)),
    )
