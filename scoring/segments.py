"""The eleven segments of the v2 reference and the map from three scores to a segment."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

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


_NAMES = tuple(f"{cell // 25 + 1}{cell // 5 % 5 + 1}{cell % 5 + 1}" for cell in range(125))
"""The cells by their digits R, F, M, "111" to "555"."""
_TOTAL = "a segment map must cover all 125 cells once"
_SHOWN = 12


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
        ValueError: another shape, or cells that hold no segment's code, which are named.
    """
    array = np.asarray(cells)
    if array.shape != (6, 6, 6) or array.dtype.kind not in "iu":
        raise ValueError("a segment map must be integers of shape (6, 6, 6)")
    wrong = (array < 0) | (array >= len(SEGMENTS))
    if wrong[1:, 1:, 1:].any():
        missing = [cell for cell in _NAMES if wrong[_place(cell)]]
        raise ValueError(f"{_TOTAL}: {_list(missing)} lack a segment's code")
    own: NDArray[np.uint8] = np.where(wrong, 255, array).astype(np.uint8)
    return own


def from_names(cells_of: Mapping[str, Iterable[str]]) -> NDArray[np.uint8]:
    """A tenant's own map from the cells of each segment, as in `{"Champions": ["555", "554"], ...}`.

    A segment may be left out or have no cells; each of the 125 cells must have exactly one segment.

    Raises:
        ValueError: naming the segments and cells that do not exist, and the cells of two segments or of none.
    """
    cells = np.full((6, 6, 6), 255, np.uint8)
    given = [(name, list(names)) for name, names in cells_of.items()]
    strangers = [str(name) for name, _ in given if name not in SEGMENTS]
    listed = Counter(cell for _, names in given for cell in names)
    defects = [
        ("unknown segments", strangers),
        ("unknown cells", sorted(str(cell) for cell in listed if cell not in _NAMES)),
        ("cells given twice", sorted(cell for cell in _NAMES if listed[cell] > 1)),
        ("cells without a segment", [cell for cell in _NAMES if not listed[cell]]),
    ]
    found = [f"{defect} {_list(names)}" for defect, names in defects if names]
    if found:
        raise ValueError(f"{_TOTAL}: {'; '.join(found)}")
    for name, names in given:
        for cell in names:
            cells[_place(cell)] = SEGMENTS.index(name)
    return cells


def to_names(cells: NDArray[np.uint8]) -> dict[str, list[str]]:
    """The cells of each of the eleven segments of a checked map: what `from_names` takes."""
    return {
        name: [cell for cell in _NAMES if cells[_place(cell)] == code] for code, name in enumerate(SEGMENTS)
    }


def _place(cell: str) -> tuple[int, int, int]:
    r, f, m = map(int, cell)
    return r, f, m


def _list(names: list[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"
