"""From the rows of a tenant's orders to one line a customer: the input of every analysis."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

Integers: TypeAlias = "NDArray[np.integer[Any]]"
Amounts: TypeAlias = "NDArray[np.int64] | NDArray[np.float64]"
Adjustment: TypeAlias = "tuple[ArrayLike, ArrayLike]"

_LARGEST_KEY = 2**62


@dataclass(frozen=True, slots=True, eq=False)
class Purchases:
    """The rows behind customers, netted by (customer, day)."""

    day: NDArray[np.int32]
    """Days of the transactions, by customer and ascending, shape (k,) with k = `frequency.sum()`."""
    value: Amounts
    """Their net amounts, > 0, shape (k,)."""
    unpaid: tuple[NDArray[np.int64], NDArray[np.int32], Amounts]
    """(customer, day, net amount) of the days that net to <= 0, also of those who have no transaction."""


@dataclass(frozen=True, slots=True)
class Customers:
    """The customers with at least one transaction, in ascending order of `id`; all arrays have shape (N,).

    A transaction is a distinct (customer, day) whose net amount is > 0. Days are int32, counted from
    1970-01-01 in the shop's own time zone. Money is int64 in the caller's unit when the amounts were
    integers (sums are exact), float64 otherwise.
    """

    as_of: int
    """The day from which recency and T are counted."""
    id: NDArray[np.int64]
    frequency: NDArray[np.int32]
    """Number of transactions, >= 1."""
    first_day: NDArray[np.int32]
    """Day of the first transaction."""
    last_day: NDArray[np.int32]
    """Day of the last transaction."""
    monetary: Amounts
    """Total net revenue: the net of all days, also of negative ones, plus adjustments. May be <= 0."""
    transaction_value: Amounts
    """Sum of the net amounts of the transaction days alone, > 0; `/ frequency` is the spend model's mean."""
    gaps: NDArray[np.int64]
    """Histogram of the tenant's days between consecutive transactions of a customer: `gaps[d]` of d days."""
    without_transaction: int
    """Number of customers who have rows or adjustments but no transaction, and so no scores."""
    without_transaction_value: int | float
    """Their net revenue, in the unit of the amounts."""
    sum_log_gap: NDArray[np.float64] | None = None
    """Sum of the logarithms of the days between consecutive transactions, 0 when x = 0; None if not asked."""
    purchases: Purchases | None = None
    """The transactions themselves; None if not asked."""
    later_rows: int = 0
    """Rows of days after `as_of`, which were left out."""

    def __len__(self) -> int:
        return len(self.id)

    @property
    def starts(self) -> NDArray[np.int64]:
        """Where each customer's transactions start among the `purchases`, int64 (N,)."""
        return np.cumsum(self.frequency, dtype=np.int64) - self.frequency

    @property
    def recency_days(self) -> NDArray[np.int32]:
        """Days from the last transaction to `as_of`, int32 (N,), >= 0."""
        return np.subtract(self.as_of, self.last_day, dtype=np.int32)

    @property
    def x(self) -> NDArray[np.int32]:
        """Repeat transactions, `frequency - 1`, int32 (N,)."""
        return np.subtract(self.frequency, 1, dtype=np.int32)

    @property
    def t_x(self) -> NDArray[np.int32]:
        """Days from the first to the last transaction, int32 (N,), 0 when x = 0."""
        return np.subtract(self.last_day, self.first_day, dtype=np.int32)

    @property
    def T(self) -> NDArray[np.int32]:  # noqa: N802
        """Days from the first transaction to `as_of`, int32 (N,), >= t_x; 0 for a first order on that day."""
        return np.subtract(self.as_of, self.first_day, dtype=np.int32)


def positions(
    ids: NDArray[np.int64], wanted: NDArray[np.int64]
) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Where the wanted ids that are among the ascending ones stand, and which of the wanted these are."""
    if len(ids) == 0:
        return np.zeros(0, np.intp), np.zeros(len(wanted), np.bool_)
    at = np.minimum(np.searchsorted(ids, wanted), len(ids) - 1)
    known = ids[at] == wanted
    return at[known], known


def summarise(
    customer: ArrayLike,
    day: ArrayLike,
    amount: ArrayLike,
    *,
    as_of: int,
    adjustment: Adjustment | None = None,
    log_gaps: bool = False,
    purchases: bool = False,
) -> Customers:
    """Summarise order rows by customer. Rows may come in any order; sorted by (customer, day) is fastest.

    Args:
        customer: int64 ids, shape (n,).
        day: integer days since 1970-01-01 in the shop's time zone, shape (n,). Rows after `as_of` are left
            out and counted.
        amount: shape (n,); integers (say 1/10000 of the currency) are summed exactly, anything else as
            float64. A refund linked to an order is a negative row on its order's day and nets within
            (customer, day).
        as_of: day number from which recency and T are counted. Rows of that day itself count; who scores as
            of an instant has cut them there.
        adjustment: (customer, amount) arrays of equal length that change `monetary` and no transaction:
            refunds that could not be linked to an order.
        log_gaps: also sum the logarithms of the gaps, which the likelihood of regular purchases needs.
        purchases: also keep the transactions.

    Raises:
        ValueError: arrays of unequal length, not one-dimensional, ids or days that are no integers, or
            amounts that are not finite.
    """
    ids, days, amounts, later = _rows(customer, day, amount, as_of)
    ids, days, amounts, key = _sorted(ids, days, amounts)
    ids, days, nets = _net_by_day(ids, days, amounts, key)
    extra = None if adjustment is None else _adjustments(*adjustment, dtype=amounts.dtype)
    found = _by_customer(ids, days, nets, as_of, extra, log_gaps=log_gaps)
    if later:
        found = replace(found, later_rows=later)
    return replace(found, purchases=_purchases(ids, days, nets)) if purchases else found


def _purchases(ids: NDArray[np.int64], days: NDArray[np.int32], nets: NDArray[Any]) -> Purchases:
    paid = nets > 0
    if paid.all():
        return Purchases(days, nets, (ids[:0], days[:0], nets[:0]))
    return Purchases(days[paid], nets[paid], (ids[~paid], days[~paid], nets[~paid]))


def _integers(values: ArrayLike, name: str) -> NDArray[Any]:
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional")
    if array.size == 0:
        return array.astype(np.int64)
    if array.dtype.kind not in "iu":
        raise ValueError(f"{name} must hold integers")
    return array


def _amounts(values: ArrayLike, name: str) -> NDArray[Any]:
    array = np.asarray(values)
    if array.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional")
    if array.dtype.kind in "iu":
        return array.astype(np.int64, copy=False)
    array = array.astype(np.float64, copy=False)
    if not np.isfinite(array).all():
        raise ValueError(f"{name} must be finite")
    return array


def _rows(
    customer: ArrayLike, day: ArrayLike, amount: ArrayLike, as_of: int
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[Any], int]:
    """The rows up to `as_of`, and how many come later."""
    ids, days = _integers(customer, "customer"), _integers(day, "day")
    amounts = _amounts(amount, "amount")
    if not len(ids) == len(days) == len(amounts):
        raise ValueError("customer, day and amount must have the same length")
    later = 0
    if len(days) and int(days.max()) > as_of:
        kept = days <= as_of
        later = int(len(days) - np.count_nonzero(kept))
        ids, days, amounts = ids[kept], days[kept], amounts[kept]
    if len(days) and int(days.min()) < -(2**31):
        raise ValueError("day must be a number of days since 1970-01-01")
    return ids.astype(np.int64, copy=False), days.astype(np.int32, copy=False), amounts, later


def _sorted(
    ids: NDArray[np.int64], days: NDArray[np.int32], amounts: NDArray[Any]
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[Any], NDArray[np.int64] | None]:
    """Rows in ascending (customer, day), with the int64 key that says so where one fits."""
    if len(ids) == 0:
        return ids, days, amounts, None
    lowest, earliest = int(ids.min()), int(days.min())
    span = int(days.max()) - earliest + 1
    if (int(ids.max()) - lowest + 1) * span > _LARGEST_KEY:
        order = np.lexsort((amounts, days, ids))
        return ids[order], days[order], amounts[order], None
    key = ids - lowest
    key *= span
    key += days
    key -= earliest
    in_order = bool((key[1:] >= key[:-1]).all())
    if amounts.dtype.kind == "f":
        # Float sums depend on the order of their terms, and the order of the rows must not matter.
        order = np.lexsort((amounts, key))
    elif in_order:
        return ids, days, amounts, key
    else:
        order = np.argsort(key, kind="stable")
    return ids[order], days[order], amounts[order], key[order]


def _starts(new: NDArray[np.bool_]) -> NDArray[np.intp]:
    """Positions at which a group starts, given whether each row but the first differs from the one before."""
    return np.concatenate(([0], np.flatnonzero(new) + 1))


def _net_by_day(
    ids: NDArray[np.int64], days: NDArray[np.int32], amounts: NDArray[Any], key: NDArray[np.int64] | None
) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[Any]]:
    if len(ids) == 0:
        return ids, days, amounts
    new = (ids[1:] != ids[:-1]) | (days[1:] != days[:-1]) if key is None else key[1:] != key[:-1]
    if new.all():
        return ids, days, amounts
    starts = _starts(new)
    return ids[starts], days[starts], np.add.reduceat(amounts, starts)


def _adjustments(
    customer: ArrayLike, amount: ArrayLike, *, dtype: np.dtype[Any]
) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Adjustments summed by customer, in ascending order of id."""
    ids, amounts = _integers(customer, "adjustment customer"), _amounts(amount, "adjustment amount")
    if len(ids) != len(amounts):
        raise ValueError("the two arrays of adjustment must have the same length")
    if len(amounts) and amounts.dtype.kind != dtype.kind:
        raise ValueError("adjustment amounts must be integers exactly when the amounts are")
    order = np.lexsort((amounts, ids))
    ids, amounts = ids[order].astype(np.int64, copy=False), amounts[order].astype(dtype, copy=False)
    if len(ids) == 0:
        return ids, amounts
    starts = _starts(ids[1:] != ids[:-1])
    return ids[starts], np.add.reduceat(amounts, starts)


def _by_customer(
    ids: NDArray[np.int64],
    days: NDArray[np.int32],
    nets: NDArray[Any],
    as_of: int,
    extra: tuple[NDArray[np.int64], NDArray[Any]] | None,
    *,
    log_gaps: bool,
) -> Customers:
    total = nets.sum()
    everyone = _starts(ids[1:] != ids[:-1]) if len(ids) else np.zeros(0, np.intp)
    all_ids = ids[everyone]
    monetary = np.add.reduceat(nets, everyone) if len(ids) else nets
    positive = nets > 0
    if not positive.all():
        ids, days, nets = ids[positive], days[positive], nets[positive]
    return _assemble(ids, days, nets, as_of, (all_ids, monetary, total), extra, log_gaps=log_gaps)


def _assemble(
    ids: NDArray[np.int64],
    days: NDArray[np.int32],
    nets: NDArray[Any],
    as_of: int,
    everyone: tuple[NDArray[np.int64], NDArray[Any], Any],
    extra: tuple[NDArray[np.int64], NDArray[Any]] | None,
    *,
    log_gaps: bool,
) -> Customers:
    """Customers from their transaction rows (ids, days, nets) and everyone's revenue."""
    all_ids, monetary, total = everyone
    new = ids[1:] != ids[:-1]
    starts = _starts(new) if len(ids) else np.zeros(0, np.intp)
    ends = np.append(starts[1:], len(ids)) if len(ids) else starts
    apart = np.diff(days)
    gaps = np.bincount(apart[~new]) if len(ids) else np.zeros(0, np.int64)
    buyers = ids[starts]
    without = len(all_ids) - len(buyers)
    if without:
        monetary = monetary[np.searchsorted(all_ids, buyers)]
    if extra is not None and len(extra[0]):
        known, at = _positions(buyers, extra[0])
        monetary = monetary.copy()
        monetary[at[known]] += extra[1][known]
        total = total + extra[1].sum()
        without += int((~_positions(all_ids, extra[0][~known])[0]).sum())
    return Customers(
        as_of=as_of,
        id=buyers,
        frequency=(ends - starts).astype(np.int32),
        first_day=days[starts],
        last_day=days[ends - 1] if len(ids) else days,
        monetary=monetary,
        transaction_value=np.add.reduceat(nets, starts) if len(ids) else nets,
        gaps=gaps.astype(np.int64, copy=False),
        without_transaction=without,
        without_transaction_value=(total - monetary.sum()).item() if without else 0,
        sum_log_gap=_sum_log_gap(apart, new, starts, len(gaps)) if log_gaps else None,
    )


def _sum_log_gap(
    apart: NDArray[np.int32], new: NDArray[np.bool_], starts: NDArray[np.intp], longest: int
) -> NDArray[np.float64]:
    """By customer, from the days between rows, of which those to a new customer do not count."""
    if len(starts) == 0:
        return np.zeros(0)
    table = np.log(np.maximum(np.arange(max(longest, 1)), 1.0))
    logs = np.zeros(len(apart) + 1)
    logs[1:] = table[np.where(new, 0, apart)]
    return np.asarray(np.add.reduceat(logs, starts))


def _positions(
    sorted_ids: NDArray[np.int64], wanted: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.intp]]:
    """Whether each wanted id is among the sorted ones, and where."""
    if len(sorted_ids) == 0:
        return np.zeros(len(wanted), np.bool_), np.zeros(len(wanted), np.intp)
    at = np.minimum(np.searchsorted(sorted_ids, wanted), len(sorted_ids) - 1)
    return sorted_ids[at] == wanted, at
