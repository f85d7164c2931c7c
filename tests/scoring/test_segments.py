"""The map of 125 cells, as counted in the specification."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from scoring.segments import CELLS, RANK, SEGMENTS, from_names, segment_map, to_names

CELLS_PER_SEGMENT = {
    "Champions": 8,
    "Loyal Customers": 16,
    "Potential Loyalists": 8,
    "Recent Customers": 10,
    "Promising": 16,
    "Need Attention": 7,
    "About to Sleep": 17,
    "At Risk": 26,
    "Cannot Lose Them": 4,
    "Hibernating": 10,
    "Lost": 3,
}


def test_every_cell_has_a_segment_and_every_segment_its_count() -> None:
    counts = np.bincount(CELLS[1:, 1:, 1:].ravel(), minlength=len(SEGMENTS))
    assert dict(zip(SEGMENTS, counts.tolist(), strict=True)) == CELLS_PER_SEGMENT
    assert counts.sum() == 125


def test_raising_recency_alone_never_lowers_the_rank() -> None:
    assert sorted(RANK) == list(range(11))
    for f, m in itertools.product(range(1, 6), repeat=2):
        ranks = [RANK[CELLS[r, f, m]] for r in range(1, 6)]
        assert ranks == sorted(ranks), (f, m)


@pytest.mark.parametrize(
    ("digits", "segment"),
    [
        ("555", "Champions"),
        ("444", "Champions"),
        ("155", "Cannot Lose Them"),
        ("255", "At Risk"),
        ("124", "At Risk"),
        ("112", "Lost"),
        ("122", "Hibernating"),
        ("211", "Hibernating"),
        ("222", "About to Sleep"),
        ("311", "About to Sleep"),
        ("355", "Loyal Customers"),
        ("534", "Loyal Customers"),
        ("325", "Need Attention"),
        ("515", "Recent Customers"),
        ("551", "Promising"),
        ("523", "Potential Loyalists"),
    ],
)
def test_cells_by_the_rules(digits: str, segment: str) -> None:
    r, f, m = map(int, digits)
    assert SEGMENTS[CELLS[r, f, m]] == segment


def test_a_map_that_misses_a_cell_is_refused_by_name() -> None:
    cells = CELLS.copy()
    np.testing.assert_array_equal(segment_map(cells), CELLS)
    cells[3, 2, 1] = 255
    cells[5, 5, 5] = 11
    with pytest.raises(ValueError, match=r"125 cells.*: 321, 555 lack"):
        segment_map(cells)
    with pytest.raises(ValueError, match=r"111, .* and 113 more lack"):
        segment_map(np.full((6, 6, 6), -1))
    with pytest.raises(ValueError, match="shape"):
        segment_map(CELLS[1:, 1:, 1:])
    with pytest.raises(ValueError, match="integers"):
        segment_map(CELLS.astype(float))


def test_names_of_cells_lead_to_the_map_and_back() -> None:
    names = to_names(CELLS)
    assert {name: len(cells) for name, cells in names.items()} == CELLS_PER_SEGMENT
    np.testing.assert_array_equal(from_names(names), CELLS)
    everyone = from_names({"Lost": [cell for cells in names.values() for cell in cells]})
    assert set(everyone[1:, 1:, 1:].ravel().tolist()) == {SEGMENTS.index("Lost")}


def test_an_own_map_is_refused_by_what_is_wrong_with_it() -> None:
    names = to_names(CELLS)
    names["Lost"] = [*names["Lost"], "555", "666", "55"]
    names["Champion"] = names.pop("Champions")[2:]
    message = (
        "a segment map must cover all 125 cells once: unknown segments Champion; unknown cells 55, 666; "
        "cells given twice 555; cells without a segment 444, 445"
    )
    with pytest.raises(ValueError, match=f"^{message}$"):
        from_names(names)
    with pytest.raises(ValueError, match="cells given twice 111"):
        from_names({**to_names(CELLS), "Lost": ["111", "111", "112", "121"]})
    with pytest.raises(ValueError, match=r"without a segment 111, .* and 113 more$"):
        from_names({})
