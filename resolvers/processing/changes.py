"""Who moved between the classes of the scores from the standing run to the next."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kit.db import Work, connect_for_work, load
from kit.db.arrays import Int4, Int8
from models.score import RISKS, SEGMENTS, TIERS
from models.segment_change import CLASSES
from resolvers.segment_feed import Entry, reserve
from scoring.analysis import Analysis
from scoring.transactions import positions

_SQL = Path(__file__).parent.parent.parent / "models" / "sql"
_OLD = load(_SQL / "process_old_segments.sql")
_APPEND = load(_SQL / "process_changes.sql")
_BLOCK = 50_000
_NAMES = dict(zip(CLASSES, (SEGMENTS, TIERS, RISKS), strict=True))

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Standing:
    """Customers, in no order, and their classes before a run by kind. Classes count from 1; 0 is none."""

    customer: Ids
    places: dict[str, Ids]


@dataclass(frozen=True, slots=True, eq=False)
class Moves:
    """Moves between the classes of one score, by rising customer. Classes are as in `Standing`."""

    customer: Ids
    old: Ids
    new: Ids

    def __len__(self) -> int:
        return len(self.customer)


@dataclass(frozen=True, slots=True, eq=False)
class Changes:
    """What a run found by each kind of classes that it worked out. First classes are no moves."""

    kinds: dict[str, Moves]

    def moves(self, kind: str) -> int:
        """How many customers moved."""
        return len(self.kinds.get(kind, ()))


def read_standing(url: str, tenant: int) -> Standing:
    """The classes that stand now, read on a connection of its own beside other work."""
    with connect_for_work(url) as work, work.transaction(tenant):
        found = list(work.stream(_OLD, {kind: list(names) for kind, names in _NAMES.items()}))
    customers = [each[-1] for each in found]
    sizes = [len(each) for each in customers]
    places = {
        kind: np.repeat(np.array([row[at] for row in found], np.int64), sizes)
        for at, kind in enumerate(CLASSES)
    }
    return Standing(np.concatenate([np.empty(0, np.int64), *customers]), places)


def find_changes(standing: Standing, analysis: Analysis) -> Changes:
    """Compare a run with what stood before it. Where a score was not there, nobody has moved."""
    now = {
        "rfm_segment": None if analysis.rfm is None else analysis.rfm.segment,
        "clv_tier": None if analysis.clv is None else analysis.clv.tier,
        "churn_risk": None if analysis.churn is None else analysis.churn.risk,
    }
    place, stays = positions(analysis.id, standing.customer)
    found = {}
    for kind, codes in now.items():
        if codes is not None:
            new = codes.astype(np.int64) + 1
            found[kind] = _moves(analysis.id, new, standing.customer, standing.places[kind], place, stays)
    return Changes(found)


def _moves(
    ids: Ids, new: Ids, customers: Ids, places: Ids, place: NDArray[np.intp], stays: NDArray[np.bool_]
) -> Moves:
    if not places.any():
        nothing = np.empty(0, np.int64)
        return Moves(nothing, nothing, nothing)
    old = np.zeros(len(ids), np.int64)
    old[place] = places[stays]
    moved, gone = np.flatnonzero(old != new), np.flatnonzero(~stays & (places > 0))
    customer = np.concatenate((ids[moved], customers[gone]))
    order = np.argsort(customer, kind="stable")
    return Moves(
        customer=customer[order],
        old=np.concatenate((old[moved], places[gone]))[order],
        new=np.concatenate((new[moved], np.zeros(len(gone), np.int64)))[order],
    )


def append_changes(work: Work, changes: Changes) -> list[Entry]:
    """Write the moves down; the entries that are to stand in the feed, one a kind, even without moves.

    Call it in the transaction that lets the run's scores stand.
    """
    entries = [
        Entry(number, kind)
        for number, kind in zip(reserve(work, len(changes.kinds)), changes.kinds, strict=True)
    ]
    for entry in entries:
        _append(work, entry, changes.kinds[entry.kind])
    return entries


def _append(work: Work, entry: Entry, moves: Moves) -> None:
    for start in range(0, len(moves), _BLOCK):
        part = slice(start, start + _BLOCK)
        values = {
            "feed": entry.id,
            "classes": list(_NAMES[entry.kind]),
            "customer": Int8(moves.customer[part]),
            "old": Int4(moves.old[part]),
            "new": Int4(moves.new[part]),
        }
        work.run(_APPEND, values)
