"""The eleven segments of the v2 reference and the map from three scores to a segment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import ArrayLike, NDArray

    Rule = Callable[[Any, Any, Any], Any]

MAP_VERSION = 1
"""Raised whenever a cell of the built-in map changes its segment."""

SEGMENTS = (
    "Champions",
    "Loyal Customers",
    "Potential Loyalists",
    "Recent Customers",
    "Promising",
    "Need Attention",
    "About to Sleep",
    "At Risk",
    "Cannot Lose Them",
    "Hibernating",
    "Lost",
)
"""In the reference's order; a segment's code is its position."""

RANK = (10, 9, 8, 6, 7, 5, 4, 3, 2, 1, 0)
"""By code: how alive the relationship is, from Lost (0) to Champions (10).

A higher R score alone never leads to a lower rank. Recent Customers, Promising and Potential Loyalists are
told apart by F and M only, so their order among themselves is a convention.
"""

_RULES: tuple[tuple[Rule, str], ...] = (
    (lambda r, f, m: (r >= 4) & (f >= 4) & (m >= 4), "Champions"),
    (lambda r, f, m: (r == 1) & (f >= 4) & (m >= 4), "Cannot Lose Them"),
    (lambda r, f, m: (r <= 2) & (f + m >= 6), "At Risk"),
    (lambda r, f, m: (r == 1) & (f + m <= 3), "Lost"),
    (lambda r, f, m: (r == 1) | ((r == 2) & (f + m <= 3)), "Hibernating"),
    (lambda r, f, m: (r <= 3) & (f + m <= 5), "About to Sleep"),
    (lambda r, f, m: (f >= 3) & (m >= 3) & (f + m >= 7), "Loyal Customers"),
    (lambda r, f, m: r == 3, "Need Attention"),
    (lambda r, f, m: f == 1, "Recent Customers"),
    (lambda r, f, m: m <= 2, "Promising"),
    (lambda r, f, m: r > 0, "Potential Loyalists"),
)


def _cells() -> NDArray[np.uint8]:
    scores = np.arange(1, 6)
    r, f, m = np.meshgrid(scores, scores, scores, indexing="ij")
    codes = [np.uint8(SEGMENTS.index(name)) for _, name in _RULES]
    cells = np.full((6, 6, 6), 255, np.uint8)
    cells[1:, 1:, 1:] = np.select([rule(r, f, m) for rule, _ in _RULES], codes, np.uint8(255))
    cells.setflags(write=False)
    return cells


CELLS = _cells()
"""The built-in map, uint8 (6, 6, 6): `CELLS[r, f, m]` is a segment's code; index 0 is unused (255)."""


def segment_map(cells: ArrayLike) -> NDArray[np.uint8]:
    """A tenant's own map, checked: codes of shape (6, 6, 6) with index 0 unused.

    Raises:
        ValueError: another shape, or one of the 125 cells holds no segment's code.
    """
    array = np.asarray(cells)
    if array.shape != (6, 6, 6) or array.dtype.kind not in "iu":
        raise ValueError("a segment map must be integers of shape (6, 6, 6)")
    inner = array[1:, 1:, 1:]
    if inner.min() < 0 or inner.max() >= len(SEGMENTS):
        raise ValueError("a segment map must cover all 125 cells with codes of segments")
    return array.astype(np.uint8)
