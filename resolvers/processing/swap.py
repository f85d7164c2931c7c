"""Write a run's scores in place of the old ones, and append who moved between segments."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kit.db import Statement, Work, load
from kit.db.arrays import Amount, Column, Float8, Int2, Int4, Int8
from models.score import RISKS, SEGMENTS, TIERS
from scoring.analysis import Analysis
from scoring.transactions import Customers

_SQL = Path(__file__).parent.parent.parent / "models" / "sql"
_OLD_SEGMENTS = load(_SQL / "process_old_segments.sql")
_CHANGES = load(_SQL / "process_changes.sql")
_CLEAR = Statement("DELETE FROM customer_score WHERE tenant_id = %(tenant_id)s", True, {})
_BLOCK = 50_000

_ORDERS = {
    "first_order_on": "date '1970-01-01' + first_day",
    "last_order_on": "date '1970-01-01' + last_day",
    "frequency": "frequency",
}
_COLUMNS = {
    "rfm": {
        "rfm_run_id": "%(run_id)s",
        "recency_days": "recency_days",
        "monetary": "monetary",
        "recency_score": "r",
        "frequency_score": "f",
        "monetary_score": "m",
        "segment": "(%(segments)s::text[])[segment + 1]",
    },
    "clv": {
        "clv_run_id": "%(run_id)s",
        "historical_value": "historical",
        "expected_value": "expected",
        "predicted_value": "predicted",
        "clv_tier": "(%(tiers)s::text[])[tier + 1]",
    },
    "churn": {
        "churn_run_id": "%(run_id)s",
        "churn_probability": "nullif(probability, 'NaN')",
        "alive_probability": "nullif(p_alive, 'NaN')",
        "churn_risk": "(%(risks)s::text[])[risk + 1]",
    },
}


@dataclass(frozen=True, slots=True)
class Written:
    """How many customers have scores of this run, and how many changed their segment."""

    customers: int
    changes: int


def swap(work: Work, run_id: int, customers: Customers, analysis: Analysis) -> Written:
    """Replace the scores of the analyses that ran; call it inside a transaction in the tenant's scope.

    Readers see the old scores until that transaction is committed. Of a run of some analyses only, the others
    keep what they had. The first segments of a tenant are no moves: nothing is appended for them.
    """
    changes = _append_changes(work, run_id, analysis) if analysis.rfm is not None else 0
    ran = [name for name in _COLUMNS if getattr(analysis, name) is not None]
    if len(ran) == len(_COLUMNS):
        work.run(_CLEAR)
    else:
        work.run(_forget(ran))
    columns = _columns(customers, analysis)
    statement = _insert(ran, list(columns))
    constants = {"run_id": run_id, "segments": list(SEGMENTS), "tiers": list(TIERS), "risks": list(RISKS)}
    for start in range(0, len(customers), _BLOCK):
        part = {name: kind(values[start : start + _BLOCK]) for name, (kind, values) in columns.items()}
        work.run(statement, constants | part)
    if len(ran) < len(_COLUMNS):
        work.run(_sweep())
    return Written(len(customers), changes)


def _columns(customers: Customers, analysis: Analysis) -> dict[str, tuple[type[Column], NDArray[Any]]]:
    columns: dict[str, tuple[type[Column], NDArray[Any]]] = {
        "customer": (Int8, customers.id),
        "first_day": (Int4, customers.first_day),
        "last_day": (Int4, customers.last_day),
        "frequency": (Int4, customers.frequency),
    }
    if (rfm := analysis.rfm) is not None:
        columns |= {
            "recency_days": (Int4, customers.recency_days),
            "monetary": (Amount, customers.monetary),
            "r": (Int2, rfm.r),
            "f": (Int2, rfm.f),
            "m": (Int2, rfm.m),
            "segment": (Int4, rfm.segment),
        }
    if (clv := analysis.clv) is not None:
        columns |= {
            "historical": (Amount, clv.historical_value),
            "expected": (Amount, clv.expected_value),
            "predicted": (Amount, clv.predicted_value),
            "tier": (Int4, clv.tier),
        }
    if (churn := analysis.churn) is not None:
        columns |= {
            "probability": (Float8, churn.probability),
            "p_alive": (Float8, churn.p_alive),
            "risk": (Int4, churn.risk),
        }
    return columns


def _targets(ran: list[str]) -> dict[str, str]:
    """Column of the table -> the expression that fills it."""
    return _ORDERS | {name: value for each in ran for name, value in _COLUMNS[each].items()}


def _insert(ran: list[str], columns: list[str]) -> Statement:
    targets = _targets(ran)
    arrays = ", ".join(f"%({name})b" for name in columns)
    text = (
        f"INSERT INTO customer_score (tenant_id, customer_id, {', '.join(targets)}) "  # noqa: S608
        f"SELECT %(tenant_id)s, customer, {', '.join(targets.values())} "
        f"FROM unnest({arrays}) AS score ({', '.join(columns)})"
    )
    if len(ran) < len(_COLUMNS):
        update = ", ".join(f"{name} = excluded.{name}" for name in targets)
        text += f" ON CONFLICT (tenant_id, customer_id) DO UPDATE SET {update}"
    return Statement(text, True, {})


def _forget(ran: list[str]) -> Statement:
    """Take the old scores of the analyses that ran from everyone, so that who lost them has none."""
    names = [name for each in ran for name in _COLUMNS[each]]
    nulls = ", ".join(f"{name} = NULL" for name in names)
    return Statement(f"UPDATE customer_score SET {nulls} WHERE tenant_id = %(tenant_id)s", True, {})  # noqa: S608


def _sweep() -> Statement:
    """Remove the rows that no analysis holds any more."""
    empty = " AND ".join(f"{name}_run_id IS NULL" for name in _COLUMNS)
    text = f"DELETE FROM customer_score WHERE tenant_id = %(tenant_id)s AND {empty}"  # noqa: S608
    return Statement(text, True, {})


def _append_changes(work: Work, run_id: int, analysis: Analysis) -> int:
    """Append every move from the last run's segments to this one's; 0 stands for no segment."""
    if analysis.rfm is None:
        return 0
    ((old_ids, old_segments),) = work.stream(_OLD_SEGMENTS, {"segments": list(SEGMENTS)})
    if old_ids is None:
        return 0
    ids = np.union1d(old_ids, analysis.id)
    old, new = np.zeros(len(ids), np.int64), np.zeros(len(ids), np.int64)
    old[np.searchsorted(ids, old_ids)] = old_segments
    new[np.searchsorted(ids, analysis.id)] = analysis.rfm.segment.astype(np.int64) + 1
    moved = np.flatnonzero(old != new)
    for start in range(0, len(moved), _BLOCK):
        part = moved[start : start + _BLOCK]
        values = {"customer": Int8(ids[part]), "old": Int4(old[part]), "new": Int4(new[part])}
        work.run(_CHANGES, {"run_id": run_id, "segments": list(SEGMENTS), **values})
    return len(moved)
