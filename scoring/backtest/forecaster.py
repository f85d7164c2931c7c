"""Who foretells: a run's model, another purchase model or a rule of thumb, all asked the same way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

import numpy as np

from scoring import heuristics, purchase, spend
from scoring.outlook import look

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring.transactions import Customers

Floats: TypeAlias = "NDArray[np.float64]"

HEURISTIC = "heuristic"
MODEL, OTHER_MODEL, BASELINE = "model", "other_model", "baseline"
"""Roles: what a run would use, a purchase model it would not, a rule of thumb."""


class Returns(Protocol):
    """Foretells whether customers order."""

    def p_return(self, days: float) -> Floats | None:
        """P(at least one transaction within these days), (N,); None where it is not known."""


class Orders(Returns, Protocol):
    """Foretells how often customers order as well."""

    def expected(self, days: float) -> Floats:
        """Expected transactions of the next days, (N,)."""


@dataclass(frozen=True, slots=True, eq=False)
class Forecaster:
    """A named forecast of N customers."""

    name: str
    role: str
    orders: Orders
    returns: Returns
    worth: Floats
    """Expected value of a transaction, (N,)."""


def of_fit(fit: purchase.PurchaseFit | None, customers: Customers, longest_silence: int) -> Orders:
    """The orders that a fit foretells; without one, those of `heuristics.pace`."""
    return look(fit, customers) if fit else heuristics.pace(customers, longest_silence)


def own_mean(customers: Customers) -> Floats:
    """Mean value of a customer's transactions so far, (N,), at least that of the smallest unit."""
    return np.asarray(np.maximum(customers.transaction_value, 1) / customers.frequency)


def expected_spend(customers: Customers) -> Floats:
    """What Gamma-Gamma expects of a transaction, (N,)."""
    mean = own_mean(customers)
    return spend.fit(customers.frequency, mean).expected_spend(customers.frequency, mean)
