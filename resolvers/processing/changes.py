"""Who moved between segments from the standing run to the next."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kit.db import Work, load
from kit.db.arrays import Int4, Int8
from models.score import SEGMENTS
from scoring.analysis import Analysis

_SQL = Path(__file__).parent.parent.parent / "models" / "sql"
_OLD = load(_SQL / "process_old_segments.sql")
_APPEND = load(_SQL / "process_changes.sql")
_BLOCK = 50_000


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """Moves of customers, ascending by id. Segments count from 1 in their order; 0 stands for none."""

    customer: NDArray[np.int64]
    old: NDArray[np.int64]
    new: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.customer)


def find_changes(work: Work, analysis: Analysis) -> Changes | None:
    """Compare with the segments that stand; call it before the run's own are.

    None where there is nothing to compare: the run has no segments, or is the tenant's first. First segments
    are no moves.
    """
    if analysis.rfm is None:
        return None
    ((old_ids, old_segments),) = work.stream(_OLD, {"segments": list(SEGMENTS)})
    if old_ids is None:
        return None
    ids = np.union1d(old_ids, analysis.id)
    old, new = np.zeros(len(ids), np.int64), np.zeros(len(ids), np.int64)
    old[np.searchsorted(ids, old_ids)] = old_segments
    new[np.searchsorted(ids, analysis.id)] = analysis.rfm.segment.astype(np.int64) + 1
    moved = np.flatnonzero(old != new)
    return Changes(ids[moved], old[moved], new[moved])


def append_changes(work: Work, run_id: int, changes: Changes) -> None:
    """Write the moves down; call it in the transaction that lets the run's scores stand."""
    for start in range(0, len(changes), _BLOCK):
        part = slice(start, start + _BLOCK)
        values = {
            "run_id": run_id,
            "segments": list(SEGMENTS),
            "customer": Int8(changes.customer[part]),
            "old": Int4(changes.old[part]),
            "new": Int4(changes.new[part]),
        }
        work.run(_APPEND, values)
