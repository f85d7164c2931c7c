"""Write down the first customers of each class that a run found, so that reading a list never sorts."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from kit.db import Statement, Work
from kit.db.arrays import Int8
from models.listing import ALL, LONGEST
from models.score import RISKS, SEGMENTS, TIERS
from scoring.analysis import Analysis
from scoring.transactions import Customers

Array = NDArray[Any]

_CLEAR = Statement(
    "DELETE FROM score_listing WHERE tenant_id = %(tenant_id)s AND analysis = %(analysis)s", True, {}
)
_WRITE = Statement(
    "INSERT INTO score_listing (tenant_id, analysis, class, run_id, customer_ids) "
    "VALUES (%(tenant_id)s, %(analysis)s, %(class)s, %(run_id)s, %(customer_ids)b)",
    True,
    {},
)


def write_listings(work: Work, run_id: int, customers: Customers, analysis: Analysis) -> None:
    """Replace the listings of the analyses that ran.

    Segments are listed by revenue, tiers and risk classes by predicted value (revenue where none was
    computed), highest first; equal customers by id.
    """
    value = customers.monetary if analysis.clv is None else analysis.clv.predicted_value
    if analysis.rfm is not None:
        _write(work, run_id, "rfm", _by_class(customers, customers.monetary, analysis.rfm.segment, SEGMENTS))
    if analysis.clv is not None:
        tiers = _by_class(customers, value, analysis.clv.tier, TIERS)
        everyone = {ALL: _first(customers.id, value)}
        _write(work, run_id, "clv", tiers | everyone)
    if analysis.churn is not None:
        _write(work, run_id, "churn", _by_class(customers, value, analysis.churn.risk, RISKS))


def _by_class(customers: Customers, value: Array, code: Array, names: tuple[str, ...]) -> dict[str, Array]:
    found = {}
    for number, name in enumerate(names):
        members = np.flatnonzero(code == number)
        found[name] = _first(customers.id[members], value[members])
    return found


def _first(ids: Array, value: Array) -> Array:
    """The ids of the highest values, in order."""
    if len(ids) > LONGEST:
        edge = np.partition(value, len(value) - LONGEST)[len(value) - LONGEST]
        near = np.flatnonzero(value >= edge)
        ids, value = ids[near], value[near]
    return ids[np.lexsort((ids, -value))][:LONGEST]


def _write(work: Work, run_id: int, analysis: str, classes: dict[str, Array]) -> None:
    work.run(_CLEAR, {"analysis": analysis})
    for name, ids in classes.items():
        values = {"analysis": analysis, "class": name, "run_id": run_id, "customer_ids": Int8(ids)}
        work.run(_WRITE, values)
