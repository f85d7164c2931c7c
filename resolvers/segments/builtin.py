"""The segments that every tenant has from the start: the classes of the scores.

Their members are not stored a second time: they are those whose standing scores say so, and a run tells how
many they are.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from kit.db import Work, load
from models.score import RISKS, SEGMENTS, TIERS
from scoring.analysis import Analysis

_ENSURE = load(Path(__file__).parent.parent.parent / "models" / "sql" / "segments_builtin.sql")


class Builtin(NamedTuple):
    """One class of one score: the criteria are that `field` is `value`."""

    name: str
    analysis: str
    field: str
    value: str
    description: str

    @property
    def key(self) -> str:
        """What it is known by, whatever it is called."""
        return f"{self.field}:{self.value}"


_RFM = {
    "Champions": "Bought lately, buy often and spend much",
    "Loyal Customers": "Buy often and spend well",
    "Potential Loyalists": "Bought lately and more than once, spend well",
    "Recent Customers": "Bought lately, but not often",
    "Promising": "Bought lately, but have not spent much",
    "Need Attention": "Middling in recency, frequency and value",
    "About to Sleep": "Below the middle in recency, frequency and value",
    "At Risk": "Spent much and bought often, but a good while ago",
    "Cannot Lose Them": "Bought much and often, but long ago",
    "Hibernating": "Bought long ago, seldom and little",
    "Lost": "Lowest in recency, frequency and value",
}
_TIERS = {"high": "High value", "medium": "Medium value", "low": "Low value"}
_RISKS = {
    "active": "Active",
    "at_risk": "At risk of churn",
    "churning": "Churning",
    "churned": "Churned",
}
BUILTIN = (
    *(Builtin(each, "rfm", "rfm_segment", each, _RFM[each]) for each in SEGMENTS),
    *(Builtin(_TIERS[each], "clv", "clv_tier", each, f"The {each} tier of lifetime value") for each in TIERS),
    *(Builtin(_RISKS[each], "churn", "churn_risk", each, f"The risk class {each}") for each in RISKS),
)


def counted(analysis: Analysis) -> dict[str, dict[str, int]]:
    """By each analysis that ran, how many customers each of its classes has."""
    ran: list[tuple[str, tuple[str, ...], NDArray[np.uint8]]] = []
    if analysis.rfm is not None:
        ran.append(("rfm", SEGMENTS, analysis.rfm.segment))
    if analysis.clv is not None:
        ran.append(("clv", TIERS, analysis.clv.tier))
    if analysis.churn is not None:
        ran.append(("churn", RISKS, analysis.churn.risk))
    return {
        name: dict(zip(classes, np.bincount(found, minlength=len(classes)).tolist(), strict=True))
        for name, classes, found in ran
    }


def ensure(work: Work, counted: Mapping[str, Mapping[str, int]] | None = None) -> None:
    """Make those of the tenant in scope that are missing, and store the members that were `counted`.

    `counted` holds an analysis's classes and how many customers each has; other analyses' stay as they are.
    Call it in a transaction.
    """
    found = counted or {}
    values: dict[str, Any] = {
        "builtins": [each.key for each in BUILTIN],
        "names": [each.name for each in BUILTIN],
        "criteria": [json.dumps({each.field: each.value}) for each in BUILTIN],
        "descriptions": [each.description for each in BUILTIN],
        "members": [
            found[each.analysis].get(each.value, 0) if each.analysis in found else None for each in BUILTIN
        ],
    }
    work.run(_ENSURE, values)
