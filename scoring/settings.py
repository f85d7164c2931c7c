"""What a tenant may choose about its scoring."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from scoring import churn, rfm

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Settings:
    """What a tenant may choose. The defaults are the specification's."""

    months: int = 12
    """Horizon of the expected value, 1 to 120 months of 30.4375 days."""
    annual_rate: float = 0.10
    """Annual discount rate of the expected value, 0 to 10."""
    high_share: float = 0.20
    """Share of customers in tier high, above 0."""
    medium_share: float = 0.30
    """Share of customers in tier medium, above 0; with `high_share` below 1."""
    churn_horizon_days: int | None = None
    """Days within which a customer is to order again, 1 to 3650; measured from the gaps when None."""
    segment_cells: NDArray[np.uint8] | None = None
    """The tenant's own map (`segments.segment_map`), the built-in one when None."""
    segment_map_version: int = rfm.MAP_VERSION
    """The version of that map."""

    def __post_init__(self) -> None:
        if not 1 <= self.months <= 120:
            raise ValueError("months must be between 1 and 120")
        if not 0.0 <= self.annual_rate <= 10.0:
            raise ValueError("annual_rate must be between 0 and 10")
        if min(self.high_share, self.medium_share) <= 0.0 or self.high_share + self.medium_share >= 1.0:
            raise ValueError("high_share and medium_share must be above 0 and together below 1")
        if self.churn_horizon_days is not None and not 1 <= self.churn_horizon_days <= 3650:
            raise ValueError("churn_horizon_days must be between 1 and 3650")

    def silence(self, gaps: NDArray[np.int64]) -> churn.Silence:
        """What is usual in a shop with these gaps, with the tenant's own horizon if there is one."""
        usual, own = churn.silence(gaps), self.churn_horizon_days
        return usual if own is None else replace(usual, horizon_days=own)
