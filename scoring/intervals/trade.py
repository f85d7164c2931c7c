"""What all customers share: trade in the days ahead may be better or worse than the model foretells.

A season moves everyone's purchases by one factor F. Purchases at F times their rates within t are purchases
at the rates within F t: the factor stretches the time ahead. (Where customers leave after a purchase that is
exact; under the Pareto/NBD, leaving is stretched with it.) F is log-normal about 1, and a customer's future
the mixture over it, by the trapezoidal rule in its logarithm: as smooth as the distributions mixed, it needs
few nodes where these are wider than the logarithm's spread, and more where they are narrower.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from scoring.purchase import PurchaseFit

Floats: TypeAlias = "NDArray[np.float64]"

_FARTHEST = 3.0
"""Standard deviations, beyond which 3 in 1,000 factors lie."""
_STEP = 0.5
"""Between the logarithms of two factors; 1 standard deviation at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Trade:
    """A purchase model whose time ahead is stretched by one of some factors."""

    fit: PurchaseFit
    factors: Floats
    """(k,)"""
    weights: Floats
    """Their probabilities, (k,)."""

    @classmethod
    def of(cls, fit: PurchaseFit, common: float) -> Trade:
        """For a factor whose logarithm has the standard deviation `common`.

        Raises:
            ValueError: a spread that is negative or not finite.
        """
        if not 0.0 <= common < np.inf:
            raise ValueError("common must be finite and not negative")
        if common == 0.0:
            return cls(fit, np.ones(1), np.ones(1))
        steps = int(np.ceil(_FARTHEST * max(1.0, common / _STEP)))
        places = np.linspace(-_FARTHEST, _FARTHEST, 2 * steps + 1)
        weights = np.exp(-(places**2) / 2.0)
        return cls(fit, np.exp(common * places), weights / weights.sum())

    def pmf_ahead(self, n: Floats, t: Floats, x: Floats, t_x: Floats, T: Floats) -> Floats:
        """Probability of exactly n transactions in (T, T + t], broadcast."""
        parts = (
            weight * self.fit.pmf_ahead(n, t * factor, x, t_x, T)
            for factor, weight in zip(self.factors.tolist(), self.weights.tolist(), strict=True)
        )
        return np.asarray(sum(parts))
