"""The rows a purchase model is fitted to: equal histories grouped, with their number."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Floats: TypeAlias = "NDArray[np.float64]"

_LARGEST_KEY = 2**62


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Distinct histories in ascending (x, T, t_x), shape (k,), and the distinct x among them, shape (j,)."""

    x: Floats
    t_x: Floats
    T: Floats
    weight: Floats
    """Number of customers with the history (or the sum of their weights), > 0."""
    xs: Floats
    """Distinct values of x, ascending."""
    runs: NDArray[np.intp]
    """How many rows share each of them, (j,): `np.repeat(f(xs), runs)` is f of every row."""
    xs_weight: Floats
    """Customers with each x, (j,)."""

    def __len__(self) -> int:
        return len(self.x)

    @property
    def customers(self) -> float:
        """Sum of the weights."""
        return float(self.weight.sum())

    def without_t_x(self) -> Rows:
        """The histories told apart by x and T alone, with t_x = 0: far fewer."""
        if len(self) == 0:
            return self
        starts = _starts((self.x[1:] != self.x[:-1]) | (self.T[1:] != self.T[:-1]))
        weight = np.add.reduceat(self.weight, starts)
        return _rows(self.x[starts], np.zeros(len(starts)), self.T[starts], weight)

    def sample(self, size: int) -> Rows:
        """About `size` customers, every n-th in the order of the rows: no chance is involved.

        A history keeps the number of customers picked from it, so the sample is one of customers, not of
        rows.
        """
        reached = np.cumsum(self.weight)
        picks = (np.arange(size) + 0.5) * (reached[-1] / size)
        counts = np.bincount(np.searchsorted(reached, picks), minlength=len(self))[: len(self)]
        kept = np.flatnonzero(counts)
        return _rows(self.x[kept], self.t_x[kept], self.T[kept], counts[kept].astype(np.float64))


def group(x: ArrayLike, t_x: ArrayLike, T: ArrayLike, weights: ArrayLike | None = None) -> Rows:
    """Group customers with equal histories.

    Args:
        x: repeat transactions, whole numbers >= 0, shape (n,).
        t_x: time from the first to the last transaction, shape (n,), 0 <= t_x <= T, 0 where x = 0.
        T: time from the first transaction to the end of the observation, shape (n,), in the unit of t_x.
        weights: customers per row, >= 0, shape (n,); 1 each when None.

    Raises:
        ValueError: arrays that break these rules or have unequal lengths.
    """
    count, last, age = np.asarray(x), np.asarray(t_x), np.asarray(T)
    counts = None if weights is None else np.asarray(weights, np.float64)
    _check(count, last, age, counts)
    if counts is not None:
        kept = counts > 0
        count, last, age, counts = count[kept], last[kept], age[kept], counts[kept]
    grouped = _by_key(count, last, age, counts)
    if grouped is None:
        grouped = _by_sort(count.astype(np.float64), last.astype(np.float64), age.astype(np.float64), counts)
    return grouped


def _check(x: NDArray[Any], t_x: NDArray[Any], T: NDArray[Any], weights: Floats | None) -> None:
    if not x.ndim == t_x.ndim == T.ndim == 1 or not len(x) == len(t_x) == len(T):
        raise ValueError("x, t_x and T must be one-dimensional and of the same length")
    if weights is not None and (
        weights.shape != x.shape or not (np.isfinite(weights) & (weights >= 0)).all()
    ):
        raise ValueError("weights must be finite, not negative and as many as x")
    if not len(x):
        return
    if not (np.isfinite(x).all() and np.isfinite(T).all()):
        raise ValueError("x and T must be finite")
    if x.min() < 0 or (x.dtype.kind == "f" and (x != np.floor(x)).any()):
        raise ValueError("x must hold whole numbers >= 0")
    if not ((t_x >= 0) & (t_x <= T)).all():
        raise ValueError("t_x must be between 0 and T")
    if (t_x[x == 0] > 0).any():
        raise ValueError("t_x must be 0 where x = 0")


def _rows(x: Floats, t_x: Floats, T: Floats, weight: Floats) -> Rows:
    if len(x) == 0:
        return Rows(x, t_x, T, weight, x, np.zeros(0, np.intp), x)
    starts = _starts(x[1:] != x[:-1])
    runs = np.diff(starts, append=len(x))
    return Rows(x, t_x, T, weight, x[starts], runs, np.add.reduceat(weight, starts))


def _starts(new: NDArray[np.bool_]) -> NDArray[np.intp]:
    return np.concatenate(([0], np.flatnonzero(new) + 1))


def _by_key(x: NDArray[Any], t_x: NDArray[Any], T: NDArray[Any], weights: Floats | None) -> Rows | None:
    """Integer histories packed into one integer each; None when they are none, or do not fit."""
    if len(x) == 0 or any(values.dtype.kind not in "iu" for values in (x, t_x, T)):
        return None
    span = int(T.max()) + 1
    if (int(x.max()) + 1) * span * span > _LARGEST_KEY:
        return None
    key = x.astype(np.int64)
    key *= span
    key += T
    key *= span
    key += t_x
    if weights is None:
        key.sort()
    else:
        order = np.lexsort((weights, key))
        key, weights = key[order], weights[order]
    starts = _starts(key[1:] != key[:-1])
    if weights is None:
        counts = np.diff(starts, append=len(key)).astype(np.float64)
    else:
        counts = np.add.reduceat(weights, starts)
    rest, last = np.divmod(key[starts], span)
    count, age = np.divmod(rest, span)
    return _rows(count.astype(np.float64), last.astype(np.float64), age.astype(np.float64), counts)


def _by_sort(x: Floats, t_x: Floats, T: Floats, weights: Floats | None) -> Rows:
    counts = np.ones(len(x)) if weights is None else weights
    order = np.lexsort((counts, t_x, T, x))
    x, t_x, T, counts = x[order], t_x[order], T[order], counts[order]
    if len(x) == 0:
        return _rows(x, t_x, T, counts)
    starts = _starts((x[1:] != x[:-1]) | (T[1:] != T[:-1]) | (t_x[1:] != t_x[:-1]))
    return _rows(x[starts], t_x[starts], T[starts], np.add.reduceat(counts, starts))
