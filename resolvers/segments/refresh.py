"""Who meets a segment's criteria now: worked out by the database, in one statement.

The statements are told the numbers of the feed's entries for who `left` and who `entered`, and answer with
how many did.
"""

from pathlib import Path
from typing import Any, NamedTuple

from kit.db import Statement, load, prepare
from resolvers.criteria import Node, compile_criteria
from resolvers.segment_feed import Entry

LONGEST = 60.0
"""Seconds that the members of one segment may take."""

_SQL = Path(__file__).parent.parent.parent / "models" / "sql"
_MEMBERS, _DIFFERENCE = load(_SQL / "segment_refresh.sql"), load(_SQL / "segment_difference.sql")


class Numbers(NamedTuple):
    """Of the entries that tell of one segment worked out."""

    left: int
    entered: int

    def values(self, segment: int) -> dict[str, Any]:
        """What a statement is told of a segment."""
        return {"segment": segment, **self._asdict()}

    def entries(self, segment: int, left: int, entered: int) -> list[Entry]:
        """Those that there are for so many who left and came."""
        both = (
            (Entry.of(self.left, segment, entered=False), left),
            (
                Entry.of(self.entered, segment, entered=True),
                entered,
            ),
        )
        return [entry for entry, count in both if count]


def members_statement(criteria: Node) -> Statement:
    """What makes those who meet the criteria the members of `segment`, and no others.

    Who was a member already stays one since the same instant. The segment's row must be locked before.
    """
    wanted = prepare(compile_criteria(criteria).ids)
    difference = _DIFFERENCE.text.format(wanted=wanted.text)
    return Statement(_MEMBERS.text.format(difference=difference), scoped=True, defaults=wanted.defaults)
