"""A tenant's own map from the 125 cells of scores to segments."""

import hashlib
from typing import Any, TypeAlias

import orjson

from scoring.segments import CELLS, MAP_VERSION, from_names, to_names

SegmentMap: TypeAlias = dict[str, list[str]]
"""The cells, such as "555", of each of the eleven segments by name."""

BUILT_IN: SegmentMap = to_names(CELLS)
_OWN = 1_000_000_000


def checked_map(value: Any) -> SegmentMap:
    """The map with all segments and its cells in order, so that equal maps are stored equal.

    Raises ValueError that names the cells that are missing, given twice or unknown, and unknown segments.
    """
    if not isinstance(value, dict) or not all(_is_cells(each) for each in value.values()):
        raise ValueError("each segment must have a list of cells, such as 555, as text")
    return to_names(from_names(value))


def map_version(own: SegmentMap | None) -> int:
    """The version that a run stores of the map it used.

    The built-in map counts its versions from 1. An own map has a number of ten digits that follows from its
    cells, so that runs with equal maps have equal versions.
    """
    if own is None:
        return MAP_VERSION
    digest = hashlib.sha256(orjson.dumps(own, option=orjson.OPT_SORT_KEYS)).digest()
    return _OWN + int.from_bytes(digest[:8]) % _OWN


def _is_cells(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(cell, str) for cell in value)
