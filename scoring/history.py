"""The order rows behind the summaries, for what has to look at a shop as it was on an earlier day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from scoring.transactions import Customers, summarise

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Adjustments: TypeAlias = "tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.int64]]"


@dataclass(frozen=True, slots=True, eq=False)
class History:
    """Order rows in any order, arrays of shape (n,), as `transactions.summarise` takes them.

    A refund linked to an order is a negative row on its order's day, so an earlier day is seen with the
    refunds known today.

    Raises:
        ValueError: arrays of unequal length, or that hold other than integers.
    """

    customer: NDArray[np.int64]
    day: NDArray[np.int32]
    """Local days since 1970-01-01."""
    amount: NDArray[np.int64]
    """Whole units of money, say cents."""
    adjustment: Adjustments | None = None
    """(customer, day, amount) of refunds that belong to no order: they change revenue and no transaction."""

    def __post_init__(self) -> None:
        columns = (self.customer, self.day, self.amount)
        for group in (columns, self.adjustment or columns):
            if any(column.ndim != 1 or len(column) != len(group[0]) for column in group):
                raise ValueError("customer, day and amount must be one-dimensional and of the same length")
            if any(column.dtype.kind not in "iu" and len(column) for column in group):
                raise ValueError("customer, day and amount must hold integers")

    def __len__(self) -> int:
        return len(self.customer)

    def between(self, start: int | None, end: int) -> History:
        """The rows of days from `start` (from the first when None) to before `end`."""
        later = None if self.adjustment is None else _between(self.adjustment, start, end)
        return History(*_between((self.customer, self.day, self.amount), start, end), later)

    def sample(self, size: int) -> History:
        """All rows of `size` customers, or of everyone where there are fewer.

        They are those with the smallest hash of their id, so the same whatever the order of the rows, and
        the sample of fewer is part of the sample of more.
        """
        hashed = _hash(self.customer)
        limit = _limit(hashed, size)
        if limit is None:
            return self
        kept = hashed <= limit
        adjustment = None
        if self.adjustment is not None:
            known = _hash(self.adjustment[0]) <= limit
            adjustment = (self.adjustment[0][known], self.adjustment[1][known], self.adjustment[2][known])
        return History(self.customer[kept], self.day[kept], self.amount[kept], adjustment)

    def customers(self, as_of: int, *, purchases: bool = False) -> Customers:
        """The customers as of the start of a day; rows of that day and later must have been cut off.

        With their `purchases` where asked for.
        """
        extra = None if self.adjustment is None else (self.adjustment[0], self.adjustment[2])
        return summarise(
            self.customer, self.day, self.amount, as_of=as_of, adjustment=extra, purchases=purchases
        )

    def purchases(self) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
        """Customer and day of every transaction, a day with a net amount above 0, by customer and day."""
        order = np.lexsort((self.day, self.customer))
        customer, day = self.customer[order], self.day[order]
        if len(order) == 0:
            return customer, day
        new = (customer[1:] != customer[:-1]) | (day[1:] != day[:-1])
        starts = np.concatenate(([0], np.flatnonzero(new) + 1))
        paid = starts[np.add.reduceat(self.amount[order], starts) > 0]
        return customer[paid], day[paid]


def _between(columns: Adjustments, start: int | None, end: int) -> Adjustments:
    customer, day, amount = columns
    kept = day < end
    if start is not None:
        kept &= day >= start
    return (customer, day, amount) if kept.all() else (customer[kept], day[kept], amount[kept])


def _hash(ids: NDArray[np.int64]) -> NDArray[np.uint64]:
    """The finaliser of SplitMix64 (Steele, Lea & Flood 2014), cut to two rounds."""
    mixed = ids.astype(np.uint64)
    mixed += np.uint64(0x9E3779B97F4A7C15)
    mixed ^= mixed >> np.uint64(30)
    mixed *= np.uint64(0xBF58476D1CE4E5B9)
    mixed ^= mixed >> np.uint64(27)
    mixed *= np.uint64(0x94D049BB133111EB)
    return mixed


def _limit(hashed: NDArray[np.uint64], size: int) -> int | None:
    """The size-th smallest of the distinct hashes, None where there are no more than that.

    Only the rows below a guessed hash are sorted; a guess that was too low is raised.
    """
    share = size / max(len(hashed), 1)
    while share < 1.0:
        found = np.unique(hashed[hashed <= np.uint64(share * 2.0**64)])
        if len(found) >= size:
            return int(found[size - 1])
        share *= max(1.1 * size / max(len(found), 1), 1.1)
    found = np.unique(hashed)
    return int(found[size - 1]) if len(found) > size else None
