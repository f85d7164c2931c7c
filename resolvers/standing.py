"""The run of a tenant that stands, and its scores, as statements name them."""

from collections.abc import Sequence

from sqlalchemy import FromClause, and_, select, true
from sqlalchemy.sql.selectable import LateralFromClause

from kit.db import TENANT
from models import TABLES

CUSTOMERS, SCORES, _CURRENT = (TABLES[each] for each in ("customer", "customer_score", "score_current"))

RUN = select(_CURRENT.c.run_id).where(_CURRENT.c.tenant_id == TENANT).scalar_subquery()
"""The number of the run that stands; null before there is one."""
STANDING = and_(SCORES.c.tenant_id == TENANT, SCORES.c.run_id == RUN)
"""That scores are the tenant's, and of the run that stands."""


def one_score(names: Sequence[str]) -> LateralFromClause:
    """These columns of one customer's scores that stand."""
    found = select(*(SCORES.c[name] for name in names))
    return found.where(STANDING, SCORES.c.customer_id == CUSTOMERS.c.id).limit(1).lateral("score")


def each_with(people: FromClause, score: LateralFromClause) -> FromClause:
    """As `with_scores`, for those who are named, and `one_score` of each.

    The scores of each are found by their key. A join may read all of a run instead: until the server has
    counted what a run has just written, it takes the whole of it for a row or two.
    """
    return people.outerjoin(score, true())


def with_scores(people: FromClause) -> FromClause:
    """What customers are part of, with the scores that stand, or nulls for who has none."""
    return people.outerjoin(SCORES, and_(STANDING, SCORES.c.customer_id == CUSTOMERS.c.id))
