"""Which purchase model a run uses, and why, in words for the shop's owner."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from scoring import purchase

if TYPE_CHECKING:
    from numpy.typing import NDArray

LOW_DATA = "LOW_DATA"
"""Fewer than 30 repeat buyers: no model is fitted."""

LEAST_REPEAT_BUYERS = 30
PRIOR_BELOW = 500
"""Customers below which weak priors steady the fit."""


@dataclass(frozen=True, slots=True)
class Choice:
    """The fit a run uses; None means heuristics."""

    fit: purchase.PurchaseFit | None
    reason: str
    flags: tuple[str, ...]
    """Of the fit, and of the one it was preferred to."""
    customers: int
    repeat_customers: int


def choose(x: NDArray[np.int32], t_x: NDArray[np.int32], T: NDArray[np.int32]) -> Choice:
    """MBG/NBD, or the NBD where the former can not be identified, or nothing below 30 repeat buyers.

    Args:
        x, t_x, T: histories in days, shape (n,).
    """
    customers, repeat = len(x), int((x > 0).sum())
    if repeat < LEAST_REPEAT_BUYERS:
        reason = (
            f"Only {repeat} customers have bought more than once, and a model needs {LEAST_REPEAT_BUYERS}; "
            "until then each customer's own pace is carried forward."
        )
        return Choice(None, reason, (LOW_DATA,), customers, repeat)
    few = customers < PRIOR_BELOW
    fit = purchase.fit("mbg_nbd", x, t_x, T, prior=few)
    reason = "Customers buy at their own pace and may leave for good after any purchase."
    if few:
        reason += f" With {customers} customers, what is usual in other shops steadies the estimate."
    defects = purchase.DEGENERATE.intersection(fit.flags)
    if not defects:
        return Choice(fit, reason, fit.flags, customers, repeat)
    simple = purchase.fit("nbd", x, t_x, T, prior=few)
    flags = (*simple.flags, *(flag for flag in fit.flags if flag not in simple.flags))
    return Choice(simple, _why_simple(defects), flags, customers, repeat)


def _why_simple(defects: frozenset[str]) -> str:
    if purchase.DROPOUT_NOT_IDENTIFIED in defects:
        seen = "Hardly any customer seems to leave for good"
    elif purchase.NO_GAIN_OVER_NBD in defects:
        seen = "The orders do not tell customers who have left from those who buy slowly"
    else:
        seen = "The orders do not pin down how customers leave"
    return f"{seen}, so a simpler model is used in which everyone keeps buying at their own pace."
