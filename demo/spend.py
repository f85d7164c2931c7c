"""Spend: what an order is worth, a Gamma-Gamma model."""

from dataclasses import dataclass

import numpy as np

from demo.arrays import Floats, Ints, whole


@dataclass(frozen=True)
class Spend:
    """Amounts are Gamma(`p`, scale) around each customer's own mean; 1 / scale is Gamma(`q`, 1 / `gamma`).

    `gamma` is in the shop's currency: the defaults give a mean order of p * gamma / (q - 1) = 45,000 ARS.
    Fader and Hardie (2013), The Gamma-Gamma model of monetary value.
    """

    p: float = 6.0
    q: float = 4.0
    gamma: float = 22_500.0

    @property
    def mean(self) -> float:
        """The mean amount of an order over customers, in the shop's currency."""
        return self.p * self.gamma / (self.q - 1)

    def scales(self, count: int, rng: np.random.Generator) -> Floats:
        """Draw the scales of `count` customers, in the shop's currency: a customer's mean is p * scale."""
        return self.gamma / rng.gamma(self.q, 1.0, count)

    def cents(self, scales: Floats, rng: np.random.Generator) -> Ints:
        """Draw one amount for each scale given, in hundredths of the currency, at least 1."""
        return np.maximum(whole(100 * scales * rng.gamma(self.p, 1.0, len(scales))), 1)
