"""Scores of customers who are merged: taken away, and put back."""

from typing import Any

from kit.db import Statement, Work
from models.segment_change import CLASSES
from resolvers.merging.statements import statement
from resolvers.segment_feed import Entry, reserve

_TOLD = Statement(
    "INSERT INTO segment_change (tenant_id, feed_id, customer_id, from_segment, to_segment) "
    "VALUES (%(tenant_id)s, %(feed)s, %(customer)s, %(left)s, %(entered)s)",
    True,
    {},
)
_LATE = Statement(
    "SELECT merged.from_id FROM customer_merge AS merged JOIN customer_score AS score "
    "ON score.tenant_id = %(tenant_id)s AND score.run_id = %(run)s AND score.customer_id = merged.from_id "
    "WHERE merged.tenant_id = %(tenant_id)s AND merged.undone_at IS NULL ORDER BY merged.from_id",
    True,
    {},
)


def take_away(work: Work, customer: int) -> list[Entry]:
    """Take the standing scores of a customer away who was merged; what the feed is to tell of it."""
    rows = work.run(statement("scores"), {"from": customer})
    return _told(work, customer, rows, entered=False)


def put_back(work: Work, customer: int, merge: int) -> list[Entry]:
    """Put the scores back that a merge took away, if they are of the run that stands."""
    rows = work.run(statement("undo_scores"), {"from": customer, "merge": merge})
    return _told(work, customer, rows, entered=True)


def leave_out_merged(work: Work, run: int) -> list[Entry]:
    """Take the scores away, which stand now, of customers who were merged after the run had read them."""
    return [entry for (each,) in work.run(_LATE, {"run": run}) for entry in take_away(work, each)]


def _told(work: Work, customer: int, rows: list[tuple[Any, ...]], *, entered: bool) -> list[Entry]:
    held = [(kind, name) for row in rows for kind, name in zip(CLASSES, row, strict=True) if name is not None]
    entries = []
    for feed, (kind, name) in zip(reserve(work, len(held)), held, strict=True):
        values = {"feed": feed, "customer": customer, "left": name, "entered": None}
        if entered:
            values |= {"left": None, "entered": name}
        work.run(_TOLD, values)
        entries.append(Entry(feed, kind))
    return entries
