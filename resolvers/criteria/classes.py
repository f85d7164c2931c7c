"""The built-in segments of customers, as their standing scores say."""

from typing import Any

from sqlalchemy import Select, literal, select

from kit.db import TENANT
from models import TABLES
from resolvers.standing import RUN, SCORES

SEGMENTS = TABLES["segment"].alias("classing")
SCORES_APART = SCORES.alias("classed")
"""Scores beside those that a statement may join itself."""


def classed() -> Select[Any]:
    """Customers' numbers with those of the built-in segments they are in: `customer_id` and `segment_id`."""
    keys = [
        literal("rfm_segment:") + SCORES_APART.c.segment,
        literal("clv_tier:") + SCORES_APART.c.clv_tier,
        literal("churn_risk:") + SCORES_APART.c.churn_risk,
    ]
    return (
        select(SCORES_APART.c.customer_id, SEGMENTS.c.id.label("segment_id"))
        .join_from(SCORES_APART, SEGMENTS, SEGMENTS.c.builtin.in_(keys))
        .where(
            SEGMENTS.c.tenant_id == TENANT, SCORES_APART.c.tenant_id == TENANT, SCORES_APART.c.run_id == RUN
        )
    )
