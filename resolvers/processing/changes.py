"""Who moved between segments from the standing run to the next."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kit.db import Work, connect_for_work, load
from kit.db.arrays import Int4, Int8
from models.score import SEGMENTS
from scoring.analysis import Analysis
from scoring.transactions import positions

_SQL = Path(__file__).parent.parent.parent / "models" / "sql"
_OLD = load(_SQL / "process_old_segments.sql")
_APPEND = load(_SQL / "process_changes.sql")
_BLOCK = 50_000


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Customers, in no order, and their segments before a run. Segments count from 1 in their order."""

    customer: NDArray[np.int64]
    segment: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """Moves of customers. Segments count from 1 in their order; 0 stands for none."""

    customer: NDArray[np.int64]
    old: NDArray[np.int64]
    new: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.customer)


def read_standing(url: str, tenant: int) -> Standing:
    """The segments that stand now, read on a connection of its own beside other work."""
    with connect_for_work(url) as work, work.transaction(tenant):
        found = list(work.stream(_OLD, {"segments": list(SEGMENTS)}))
    if not found:
        return Standing(np.empty(0, np.int64), np.empty(0, np.int64))
    places = np.array([place for place, _ in found], np.int64)
    customers = [customer for _, customer in found]
    return Standing(np.concatenate(customers), np.repeat(places, [len(each) for each in customers]))


def find_changes(standing: Standing, analysis: Analysis) -> Changes | None:
    """Compare a run with the segments that stood before it.

    None where there is nothing to compare: the run has no segments, or is the tenant's first. First segments
    are no moves.
    """
    if analysis.rfm is None or not len(standing.customer):
        return None
    place, stays = positions(analysis.id, standing.customer)
    old, new = np.zeros(len(analysis.id), np.int64), analysis.rfm.segment.astype(np.int64) + 1
    old[place] = standing.segment[stays]
    moved, gone = np.flatnonzero(old != new), np.flatnonzero(~stays)
    return Changes(
        customer=np.concatenate((analysis.id[moved], standing.customer[gone])),
        old=np.concatenate((old[moved], standing.segment[gone])),
        new=np.concatenate((new[moved], np.zeros(len(gone), np.int64))),
    )


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
