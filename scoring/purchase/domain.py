"""Which histories and horizons can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import ArrayLike


def check_history(x: ArrayLike, t_x: ArrayLike, T: ArrayLike) -> None:
    """Raises ValueError unless x >= 0 and 0 <= t_x <= T, all finite, arrays that broadcast."""
    count, last, age = np.asarray(x), np.asarray(t_x), np.asarray(T)
    if not ((count >= 0) & (count < np.inf)).all():
        raise ValueError("x must be finite and not negative")
    if not (age < np.inf).all() or not ((last >= 0) & (last <= age)).all():
        raise ValueError("T must be finite, and t_x between 0 and T")


def check_horizon(t: ArrayLike) -> None:
    """Raises ValueError unless t >= 0 and finite."""
    ahead = np.asarray(t)
    if not ((ahead >= 0) & (ahead < np.inf)).all():
        raise ValueError("t must be finite and not negative")
