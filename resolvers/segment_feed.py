"""Write down what changes in segments: changes first, under numbers that say nothing, their instants last.

The instants are the order in which the feed is read. They are handed out under a lock of the tenant that is
held until the commit, so that whatever is committed later also stands later: whoever read up to an instant
misses nothing. Since a transaction takes the lock only when all else is written, it holds nobody up; and as
it takes no other lock after this one, no two wait for each other.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from kit.db import Statement, Transaction, Work, load
from models.segment_change import MEMBER
from resolvers.live import announce

_RESERVE = Statement(
    "SELECT nextval('segment_feed_id_seq') FROM generate_series(1, %(count)s)", scoped=False, defaults={}
)
_LOCK = Statement(
    "SELECT pg_advisory_xact_lock(hashtextextended('cdp.feed:' || %(tenant_id)s::text, 0)) IS NULL",
    scoped=False,
    defaults={},
)
_STAND = load(Path(__file__).parent.parent / "models" / "sql" / "segment_feed.sql")


class Entry(NamedTuple):
    """What happened to one segment, or to the classes of one score (`segment` 0); its changes name its id."""

    id: int
    kind: str
    segment: int = 0
    entered: bool | None = None

    @classmethod
    def of(cls, number: int, segment: int, *, entered: bool) -> "Entry":
        """Of a segment of the shop's own: who came into it, or who left it."""
        return cls(number, MEMBER, segment, entered)


class Why(NamedTuple):
    """The reason of changes, one of `models.segment_change.REASONS`, and the run that found them."""

    reason: str
    run: int | None = None


def reserve(work: Work, count: int) -> list[int]:
    """Numbers of so many entries to be."""
    return [number for (number,) in work.run(_RESERVE, {"count": count})]


async def reserve_from(transaction: Transaction, count: int) -> list[int]:
    """The same in a transaction of the application's pool."""
    return await transaction.fetch(_RESERVE, int, count=count)


def stand(work: Work, tenant: int, entries: Sequence[Entry], why: Why) -> None:
    """Let entries, whose changes are written, stand in the feed: the last thing before the commit."""
    if entries:
        work.run(_LOCK)
        work.run(_STAND, _values(entries, why))
        announce.segments_changed(work, tenant)


async def stand_from(transaction: Transaction, tenant: int, entries: Sequence[Entry], why: Why) -> None:
    """The same in a transaction of the application's pool."""
    if entries:
        await transaction.fetch(_LOCK, bool, tenant=tenant)
        await transaction.fetch(_STAND, int, tenant=tenant, **_values(entries, why))
        await announce.segments_changed_from(transaction, tenant)


def _values(entries: Sequence[Entry], why: Why) -> dict[str, Any]:
    ids, kinds, segments, entered = zip(*entries, strict=True)
    columns = {"ids": [*ids], "kinds": [*kinds], "segments": [*segments], "entered": [*entered]}
    return columns | {"run": why.run, "reason": why.reason}
