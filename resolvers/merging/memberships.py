"""Memberships of customers who are merged: in the shop's own segments, whose rows are locked."""

from typing import Any

from kit.db import Statement, Work
from resolvers.merging.statements import statement
from resolvers.segment_feed import Entry, reserve

_TOLD = Statement(
    "INSERT INTO segment_change (tenant_id, feed_id, customer_id) "
    "VALUES (%(tenant_id)s, %(feed)s, %(customer)s)",
    True,
    {},
)


def hand_over(work: Work, values: dict[str, Any]) -> list[Entry]:
    """Take `from` out of all segments and put `into` into the static ones; what the feed is to tell."""
    rows = work.run(statement("members"), values)
    return [
        *_told(work, [segment for segment, _ in rows], values["from"], entered=False),
        *_told(work, [segment for segment, taken in rows if taken], values["into"], entered=True),
    ]


def give_back(work: Work, values: dict[str, Any]) -> list[Entry]:
    """Undo that, but for segments that are deleted since; what the feed is to tell."""
    rows = work.run(statement("undo_members"), values)
    return [
        *_told(work, [segment for segment, gone in rows if gone], values["into"], entered=False),
        *_told(work, [segment for segment, _ in rows], values["from"], entered=True),
    ]


def _told(work: Work, segments: list[int], customer: int, *, entered: bool) -> list[Entry]:
    entries = []
    for feed, segment in zip(reserve(work, len(segments)), segments, strict=True):
        work.run(_TOLD, {"feed": feed, "customer": customer})
        entries.append(Entry.of(feed, segment, entered=entered))
    return entries
